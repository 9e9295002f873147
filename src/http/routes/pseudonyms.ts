import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { Exports } from '../../exports/exports.ts'
import { courseOf } from '../access/route-access.ts'
import { wantsCsv } from '../accepts-csv.ts'
import { courseParams, errors, id, nullable } from '../schemas/common.ts'

interface PseudonymsRoutesOptions {
  exports: Pick<Exports, 'pseudonyms'>
}

const pseudonymSchema = Type.Object({
  pseudonym: Type.String(),
  student_id: id,
  last_name: nullable(Type.String()),
  first_name: nullable(Type.String()),
  student_identifier: nullable(Type.String()),
  email: nullable(Type.String()),
  source_id: Type.String(),
}, { title: 'Pseudonym' })

export const pseudonymsRoutes: FastifyPluginAsyncTypebox<PseudonymsRoutesOptions> = async (
  app,
  { exports }
) => {
  app.get('/api/courses/:course_id/pseudonyms', {
    config: { access: { who: 'course', scope: 'admin', audit: 'pseudonyms.read' } },
    schema: {
      tags: ['Exports'],
      summary: 'Who is behind the pseudonyms of a course (administrator)',
      description: 'Students have one after the first export with pseudonyms. The order is that of the ' +
        'pseudonyms. With `Accept: text/csv`, the response is a table; texts that a spreadsheet may take ' +
        'for a formula begin with an apostrophe.',
      params: courseParams,
      response: {
        200: {
          description: 'The students with pseudonyms',
          content: {
            'application/json': { schema: Type.Unsafe<Readable>(Type.Array(pseudonymSchema)) },
            'text/csv': { schema: Type.Unsafe<Readable>({ type: 'string' }) },
          },
        },
        ...errors(401, 403, 404),
      },
    },
  }, async (request, reply) => {
    const { id: courseId } = courseOf(request)
    const isCsv = wantsCsv(request.headers.accept)
    reply.header('vary', 'accept').header('cache-control', 'no-store')
    if (isCsv) reply.header('content-disposition', 'attachment; filename="pseudonyms.csv"')
    return await reply.type(isCsv ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8')
      .send(Readable.from(exports.pseudonyms(courseId, isCsv ? 'csv' : 'json')))
  })
}
