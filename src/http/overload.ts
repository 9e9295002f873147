import underPressure from '@fastify/under-pressure'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import { DomainError } from '../errors.ts'

/** Monitoring needs these routes most of all when the service is in trouble. */
const EXEMPT = new Set(['/healthz', '/readyz', '/metrics'])
const RETRY_AFTER_S = 5

/**
 * Refuses requests with 503 OVERLOADED when the process has too much work: clients that wait too long send
 * their requests again. Checked once a second, by the mean delay of the event loop and the memory of the
 * whole process.
 */
export async function shedLoad (
  app: FastifyInstance,
  config: Pick<Config, 'OVERLOAD_DELAY_MS' | 'OVERLOAD_MEMORY_BYTES'>
): Promise<void> {
  await app.register(underPressure, {
    maxEventLoopDelay: config.OVERLOAD_DELAY_MS,
    maxRssBytes: config.OVERLOAD_MEMORY_BYTES,
    pressureHandler (request, reply, type, value) {
      // Infinity: nothing was measured in the last second.
      if (value === Infinity || EXEMPT.has(request.routeOptions.url ?? '')) return
      request.log.debug({ reason: type, value }, 'overloaded: a request was refused')
      throw new DomainError('OVERLOADED', { retryAfterSeconds: RETRY_AFTER_S })
    },
  })
}
