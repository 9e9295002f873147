import { finished } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { Config } from '../../config.ts'
import { DomainError } from '../../errors.ts'
import type { Exports } from '../../exports/exports.ts'
import { readCursor } from '../../snapshots/changes-json.ts'
import { courseOf, principalOf } from '../access/route-access.ts'
import { byteLength, factsOf, sendChunks } from '../book-chunks.ts'
import type { BookTraffic } from '../book-traffic.ts'
import { changesSchema } from '../schemas/changes.ts'
import { courseParams, errors, idOf } from '../schemas/common.ts'

interface ExportChangesRoutesOptions {
  config: Pick<Config, 'BOOK_PAGE_MAX_BYTES'>
  exports: Pick<Exports, 'changes'>
  traffic: BookTraffic
}

export const exportChangesRoutes: FastifyPluginAsyncTypebox<ExportChangesRoutesOptions> = async (
  app,
  { config, exports, traffic }
) => {
  app.get('/api/courses/:course_id/performance/exports/:export_id/changes', {
    config: { access: { who: 'course', scope: 'read', auditRead: 'book.read' } },
    schema: {
      tags: ['Exports'],
      summary: 'What has changed in the book since an export',
      description: 'The differences between the data that the export read and the data now, dates ' +
        'included. A cursor is valid as long as the book stays the same.',
      params: Type.Object({ ...courseParams.properties, export_id: Type.String() }),
      querystring: Type.Object({
        limit: Type.Integer({ minimum: 1, maximum: 100_000, default: 500 }),
        cursor: Type.Optional(Type.String({ maxLength: 64 })),
      }),
      response: { 200: changesSchema, ...errors(400, 401, 403, 404, 409, 429, 503) },
    },
  }, async (request, reply) => {
    const exportId = idOf(request.params.export_id)
    if (exportId === undefined) throw new DomainError('EXPORT_NOT_FOUND')
    const { limit, cursor: text } = request.query
    const cursor = text === undefined ? undefined : readCursor(text)
    if (text !== undefined && cursor === undefined) {
      throw new DomainError('VALIDATION_FAILED', {
        detail: 'cursor: is not a cursor of this service; use next_cursor of the previous page',
      })
    }
    const page = { limit, cursor, maxBytes: config.BOOK_PAGE_MAX_BYTES }
    const chunks = factsOf(await exports.changes(courseOf(request).id, exportId, page))
    const arrived = traffic.send(principalOf(request).userId, byteLength(chunks))
    finished(reply.raw, arrived)
    return sendChunks(reply, chunks)
  })
}
