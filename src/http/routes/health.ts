import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { DomainError } from '../../errors.ts'
import type { JobQueue } from '../../jobs/job-queue.ts'
import { errorBody } from '../errors.ts'
import type { JobGate } from '../job-gate.ts'
import { errorSchema } from '../schemas/common.ts'

const tags = ['Health']
const ok = Type.Object({ status: Type.Literal('ok') })

interface HealthRoutesOptions {
  gate: Pick<JobGate, 'isClosed' | 'isDiskLow'>
  queue: Pick<JobQueue, 'countWaiting'>
}

export const healthRoutes: FastifyPluginAsyncTypebox<HealthRoutesOptions> = async (app, { gate, queue }) => {
  app.get('/healthz', {
    config: { access: { who: 'public' } },
    logLevel: 'warn',
    schema: { tags, summary: 'The process is alive', response: { 200: ok } },
  }, async () => ({ status: 'ok' as const }))

  app.get('/readyz', {
    config: { access: { who: 'public' } },
    logLevel: 'warn',
    schema: {
      tags,
      summary: 'The service is ready: database, workers, disk',
      response: { 200: ok, 503: errorSchema },
    },
  }, async (request, reply) => {
    if (gate.isClosed()) throw new DomainError('SHUTTING_DOWN', { retryAfterSeconds: 5 })
    if (await gate.isDiskLow()) {
      return await reply.code(503).send({
        ...errorBody('DISK_LOW'),
        statusCode: 503,
        error: 'Service Unavailable',
      })
    }
    // This only reads: the service is ready even while an import holds the write lock.
    await queue.countWaiting()
    return { status: 'ok' as const }
  })
}
