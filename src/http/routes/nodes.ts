import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { Nodes } from '../../nodes/nodes.ts'
import { errors, time } from '../schemas/common.ts'

const nodesSchema = Type.Array(Type.Object({
  name: Type.String({ description: 'NODE_NAME' }),
  role: Type.Union([Type.Literal('all'), Type.Literal('web'), Type.Literal('worker')]),
  version: Type.String(),
  started_at: time,
  seen_at: Type.String({ format: 'date-time', description: 'Time of its last sign of life' }),
  running_jobs: Type.Integer(),
}))

/** The processes that work on one database, for administrators. */
export const nodesRoutes: FastifyPluginAsyncTypebox<{ nodes: Nodes }> = async (app, { nodes }) => {
  app.get('/api/nodes', {
    config: { access: { who: 'admin', scope: 'admin' } },
    schema: {
      tags: ['Nodes'],
      summary: 'The live nodes (administrator)',
      response: { 200: nodesSchema, ...errors(401, 403) },
    },
  }, async (request, reply) => reply.send(await nodes.list()))
}
