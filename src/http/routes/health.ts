import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { DomainError } from '../../errors.ts'
import type { FileLibrary } from '../../files/file-library.ts'
import type { JobQueue } from '../../jobs/job-queue.ts'
import type { Nodes } from '../../nodes/nodes.ts'
import { errorBody } from '../errors.ts'
import type { JobGate } from '../job-gate.ts'
import { errorSchema } from '../schemas/common.ts'

const tags = ['Health']
const ok = Type.Object({ status: Type.Literal('ok') })
const ready = Type.Object({
  status: Type.Union([Type.Literal('ok'), Type.Literal('degraded')]),
  degraded: Type.Optional(Type.Array(Type.Object({
    part: Type.Union([Type.Literal('jobs'), Type.Literal('storage')]),
    message: Type.String({ description: 'What does not work, and what to do' }),
  }))),
})

interface HealthRoutesOptions {
  files: Pick<FileLibrary, 'isAvailable'>
  gate: Pick<JobGate, 'isClosed' | 'isDiskLow'>
  nodes: Pick<Nodes, 'isAnyRunningJobs' | 'problem'>
  queue: Pick<JobQueue, 'countWaiting'>
}

export const healthRoutes: FastifyPluginAsyncTypebox<HealthRoutesOptions> = async (
  app,
  { files, gate, nodes, queue }
) => {
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
      description: '`degraded`: requests are answered, but jobs wait or files are unavailable.',
      response: { 200: ready, 503: errorSchema },
    },
  }, async (request, reply) => {
    if (gate.isClosed()) throw new DomainError('SHUTTING_DOWN', { retryAfterSeconds: 5 })
    const problem = nodes.problem()
    if (problem !== undefined) {
      throw new DomainError('DATABASE_UNAVAILABLE', { detail: problem, retryAfterSeconds: 5 })
    }
    if (await gate.isDiskLow()) {
      return await reply.code(503).send({
        ...errorBody('DISK_LOW'),
        statusCode: 503,
        error: 'Service Unavailable',
      })
    }
    // This only reads: the service is ready even while an import holds the write lock.
    await queue.countWaiting()
    // Requests are still answered, so a proxy must keep this node.
    const degraded: Array<{ part: 'jobs' | 'storage', message: string }> = []
    if (!await nodes.isAnyRunningJobs()) {
      const message = 'No live node runs jobs, so exports and imports wait. ' +
        'Start a node with NODE_ROLE=worker or all.'
      degraded.push({ part: 'jobs', message })
    }
    if (!await files.isAvailable()) {
      degraded.push({ part: 'storage', message: 'The file store is not responding.' })
    }
    return degraded.length === 0 ? { status: 'ok' as const } : { status: 'degraded' as const, degraded }
  })
}
