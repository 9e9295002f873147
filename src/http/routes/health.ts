import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { countWaiting } from '../../../db/queries/jobs.ts'
import { DomainError } from '../../errors.ts'
import { errorBody } from '../errors.ts'
import type { RouteContext } from '../route-context.ts'
import { errorSchema } from '../schemas/common.ts'

const tags = ['Health']
const ok = Type.Object({ status: Type.Literal('ok') })

export const healthRoutes: FastifyPluginAsyncTypebox<RouteContext> = async (app, { services, gate }) => {
  app.get('/healthz', {
    config: { access: { who: 'public' } },
    logLevel: 'warn',
    schema: { tags, summary: 'The process lives', response: { 200: ok } },
  }, async () => ({ status: 'ok' as const }))

  app.get('/readyz', {
    config: { access: { who: 'public' } },
    logLevel: 'warn',
    schema: {
      tags,
      summary: 'The service can do its work: database, workers, disk',
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
    // A read: a write lock that an import holds does not make the service unready.
    await countWaiting(services.db.reads)
    return { status: 'ok' as const }
  })
}
