import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { auditJson } from '../../audit/audit.ts'
import type { RouteContext } from '../route-context.ts'
import { auditEntrySchema } from '../schemas/audit.ts'
import { errors, id, nullable } from '../schemas/common.ts'

export const auditRoutes: FastifyPluginAsyncTypebox<RouteContext> = async (app, { services, access }) => {
  app.get('/api/audit', {
    onRequest: access.scope('admin'),
    schema: {
      tags: ['Audit'],
      summary: 'Who did what, newest first (administrator)',
      querystring: Type.Object({
        action: Type.Optional(Type.String({ maxLength: 64 })),
        user_id: Type.Optional(id),
        limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
        cursor: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,14}$' })),
      }),
      response: {
        200: Type.Object({ entries: Type.Array(auditEntrySchema), next_cursor: nullable(Type.String()) }),
        ...errors(400, 401, 403),
      },
    },
  }, async (request, reply) => {
    const { action, user_id: actorId, limit, cursor } = request.query
    const rows = await services.audit.list({
      action,
      actorId,
      limit: limit + 1,
      before: cursor === undefined ? undefined : Number(cursor),
    })
    const page = rows.slice(0, limit)
    return reply.send({
      entries: page.map(auditJson),
      next_cursor: rows.length > limit ? String(page.at(-1)!.id) : null,
    })
  })
}
