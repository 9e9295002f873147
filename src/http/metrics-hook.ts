import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../metrics/metrics.ts'

/**
 * Counts every response by its route's pattern. Unknown addresses have none, so they cannot add new series.
 */
export function countRequests (app: FastifyInstance, metrics: Pick<Metrics, 'requestAnswered'>): void {
  app.addHook('onResponse', (request, reply, next) => {
    const isStream = String(reply.getHeader('content-type') ?? '').startsWith('text/event-stream')
    metrics.requestAnswered({
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      seconds: isStream ? undefined : reply.elapsedTime / 1000,
    })
    next()
  })
}
