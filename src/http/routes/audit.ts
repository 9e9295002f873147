import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { auditJson, type Audit } from '../../audit/audit.ts'
import { nextCursorSchema, pageQuery, readPage } from '../paging.ts'
import { auditEntrySchema } from '../schemas/audit.ts'
import { errors, id } from '../schemas/common.ts'

interface AuditRoutesOptions {
  audit: Pick<Audit, 'list'>
}

export const auditRoutes: FastifyPluginAsyncTypebox<AuditRoutesOptions> = async (app, { audit }) => {
  app.get('/api/audit', {
    config: { access: { who: 'admin', scope: 'admin' } },
    schema: {
      tags: ['Audit'],
      summary: 'Who did what, newest first (administrator)',
      querystring: Type.Object({
        action: Type.Optional(Type.String({ maxLength: 64 })),
        user_id: Type.Optional(id),
        ...pageQuery(),
      }),
      response: {
        200: Type.Object({ entries: Type.Array(auditEntrySchema), next_cursor: nextCursorSchema }),
        ...errors(400, 401, 403),
      },
    },
  }, async (request, reply) => {
    const { action, user_id: actorId } = request.query
    const { rows, nextCursor } = await readPage(
      request.query,
      (part) => audit.list({ action, actorId, ...part })
    )
    return reply.send({ entries: rows.map(auditJson), next_cursor: nextCursor })
  })
}
