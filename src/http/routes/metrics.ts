import { createHash, timingSafeEqual } from 'node:crypto'
import '@fastify/swagger'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Config } from '../../config.ts'
import type { Metrics } from '../../metrics/metrics.ts'
import { errors } from '../schemas/common.ts'

interface MetricsRoutesOptions {
  config: Pick<Config, 'METRICS_TOKEN'>
  metrics: Pick<Metrics, 'contentType' | 'text'>
}

export const metricsRoutes: FastifyPluginAsync<MetricsRoutesOptions> = async (app, { config, metrics }) => {
  app.get('/metrics', {
    logLevel: 'warn',
    config: {
      access: {
        who: 'admin',
        scope: 'admin',
        exempt: (request) => config.METRICS_TOKEN !== '' && hasToken(request, config.METRICS_TOKEN),
      },
    },
    schema: {
      tags: ['Health'],
      summary: 'Metrics for Prometheus (administrator, or METRICS_TOKEN)',
      response: {
        200: { description: 'Prometheus text format', content: { 'text/plain': { schema: Type.String() } } },
        ...errors(401, 403),
      },
    },
  }, async (request, reply) => reply.type(metrics.contentType).send(await metrics.text()))
}

/** Takes the same time for every header. */
function hasToken (request: FastifyRequest, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${token}`))
}
