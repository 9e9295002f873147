import { finished } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { Config } from '../../config.ts'
import type { Courses } from '../../courses/courses.ts'
import { DomainError } from '../../errors.ts'
import { courseOf, principalOf } from '../access/route-access.ts'
import { byteLength, factsOf, sendChunks } from '../book-chunks.ts'
import { checkedCursor } from '../book-cursor.ts'
import type { BookTraffic } from '../book-traffic.ts'
import { courseParams, errors, id, idOf } from '../schemas/common.ts'
import { studentSchema, studentsSchema } from '../schemas/student.ts'

interface StudentsRoutesOptions {
  config: Pick<Config, 'BOOK_PAGE_MAX_BYTES'>
  courses: Pick<Courses, 'readStudent' | 'readStudents'>
  traffic: BookTraffic
}

export const studentsRoutes: FastifyPluginAsyncTypebox<StudentsRoutesOptions> = async (
  app, { config, courses, traffic }
) => {
  app.get('/api/courses/:course_id/performance/students', {
    config: { access: { who: 'course', scope: 'read', auditRead: 'book.read' } },
    schema: {
      tags: ['Courses'],
      summary: 'Students with the part of each category, trend, missing work, late work, page by page',
      params: courseParams,
      querystring: Type.Object({
        limit: Type.Integer({ minimum: 1, maximum: 500, default: 100 }),
        cursor: Type.Optional(Type.String({ maxLength: 64 })),
        period_id: Type.Optional(id),
      }),
      response: { 200: studentsSchema, ...errors(400, 401, 403, 404, 429, 503) },
    },
  }, async (request, reply) => {
    const { limit, cursor, period_id: periodId } = request.query
    const maxBytes = config.BOOK_PAGE_MAX_BYTES
    const page = { limit, after: checkedCursor(cursor), periodId, maxBytes }
    const chunks = factsOf(await courses.readStudents(courseOf(request).id, page))
    finished(reply.raw, traffic.send(principalOf(request).userId, byteLength(chunks)))
    return sendChunks(reply, chunks)
  })

  app.get('/api/courses/:course_id/performance/students/:student_id', {
    config: { access: { who: 'course', scope: 'read', auditRead: 'book.read' } },
    schema: {
      tags: ['Courses'],
      summary: 'One student: averages, the part of each category, trend, missing work, late work',
      params: Type.Object({ ...courseParams.properties, student_id: Type.String() }),
      response: { 200: studentSchema, ...errors(401, 403, 404, 429, 503) },
    },
  }, async (request, reply) => {
    const studentId = idOf(request.params.student_id)
    if (studentId === undefined) throw new DomainError('STUDENT_NOT_FOUND')
    return await sendChunks(reply, factsOf(await courses.readStudent(courseOf(request).id, studentId)))
  })
}
