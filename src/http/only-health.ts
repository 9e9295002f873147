import type { FastifyInstance } from 'fastify'
import { refuse } from './errors.ts'

const ANSWERED = ['/healthz', '/readyz', '/metrics']

/** A node that only runs jobs answers what monitoring asks, and nothing else. */
export function answerOnlyHealth (app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    if (ANSWERED.includes(request.routeOptions.url ?? '')) return
    return await refuse(
      reply,
      'ROUTE_NOT_FOUND',
      'This node only runs jobs (NODE_ROLE=worker). Send requests to another node.'
    )
  })
}
