import underPressure from '@fastify/under-pressure'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import { DomainError } from '../errors.ts'

/** Whoever watches the service must hear from it most of all when it is in trouble. */
const EXEMPT = new Set(['/healthz', '/readyz', '/metrics'])
const RETRY_AFTER_S = 5

/**
 * Turns requests away with 503 OVERLOADED before the process drowns: late answers make clients ask again.
 * Judged once a second by the mean delay of the event loop and the memory of the whole process.
 */
export async function shedLoad (
  app: FastifyInstance,
  config: Pick<Config, 'OVERLOAD_DELAY_MS' | 'OVERLOAD_MEMORY_BYTES'>
): Promise<void> {
  await app.register(underPressure, {
    maxEventLoopDelay: config.OVERLOAD_DELAY_MS,
    maxRssBytes: config.OVERLOAD_MEMORY_BYTES,
    pressureHandler (request, reply, type, value) {
      // Nothing was measured in the last second; the next one tells.
      if (value === Infinity || EXEMPT.has(request.routeOptions.url ?? '')) return
      request.log.debug({ reason: type, value }, 'overloaded: a request was turned away')
      throw new DomainError('OVERLOADED', { retryAfterSeconds: RETRY_AFTER_S })
    },
  })
}
