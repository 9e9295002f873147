import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { auditCsv } from '../../audit/audit-csv.ts'
import { auditJson, type Audit } from '../../audit/audit.ts'
import { DomainError } from '../../errors.ts'
import { timeOfText } from '../../iso-time.ts'
import { wantsCsv } from '../accepts-csv.ts'
import { nextCursorSchema, pageQuery, readPage } from '../paging.ts'
import { auditEntrySchema } from '../schemas/audit.ts'
import { errors, id } from '../schemas/common.ts'

const DAY_MS = 86_400_000
const moment = (description: string) => Type.Optional(Type.String({ maxLength: 40, description }))

interface AuditRoutesOptions {
  audit: Pick<Audit, 'list' | 'names'>
}

export const auditRoutes: FastifyPluginAsyncTypebox<AuditRoutesOptions> = async (app, { audit }) => {
  app.get('/api/audit', {
    config: { access: { who: 'admin', scope: 'admin' } },
    schema: {
      tags: ['Audit'],
      summary: 'Who did what, newest first (administrator)',
      description:
        'With `Accept: text/csv`, the response is a table of all entries that match, not only of a page. ' +
        'Texts that a spreadsheet may take for a formula begin with an apostrophe.',
      querystring: Type.Object({
        action: Type.Optional(Type.String({ maxLength: 64 })),
        user_id: Type.Optional(id),
        from: moment('The earliest time, such as 2026-01-31T08:00:00Z, or the first day (UTC): 2026-01-31'),
        to: moment('The latest time, or the last day (UTC), which is included'),
        ...pageQuery(),
      }),
      response: {
        200: {
          description: 'A page of entries, or a table',
          content: {
            'application/json': {
              schema: Type.Object({ entries: Type.Array(auditEntrySchema), next_cursor: nextCursorSchema }),
            },
            'text/csv': { schema: Type.Unsafe<Readable>({ type: 'string' }) },
          },
        },
        ...errors(400, 401, 403),
      },
    },
  }, async (request, reply) => {
    const { action, user_id: actorId, from, to, cursor } = request.query
    const filter = { action, actorId, from: timeOf('from', from, 0), to: timeOf('to', to, DAY_MS - 1) }
    reply.header('vary', 'accept')
    if (wantsCsv(request.headers.accept)) {
      const before = cursor === undefined ? undefined : Number(cursor)
      return await reply.type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="audit-log.csv"')
        .send(Readable.from(auditCsv(audit, { ...filter, before })))
    }
    const { rows, nextCursor } = await readPage(
      request.query,
      (part) => audit.list({ ...filter, ...part })
    )
    const names = await audit.names(rows)
    const entries = rows.map((row, i) => ({ ...auditJson(row), names: names[i] ?? [] }))
    return await reply.type('application/json; charset=utf-8').send({ entries, next_cursor: nextCursor })
  })
}

/** Ms since 1970. `ofDay`: which moment of a plain date. Throws VALIDATION_FAILED. */
function timeOf (field: string, text: string | undefined, ofDay: number): number | undefined {
  if (text === undefined) return undefined
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text)
  const at = timeOfText(isDay ? `${text}T00:00Z` : text)
  if (at !== undefined) return isDay ? at + ofDay : at
  throw new DomainError('VALIDATION_FAILED', {
    detail: `${field}: must be a time such as 2026-01-31T08:00:00Z, or a day such as 2026-01-31`,
  })
}
