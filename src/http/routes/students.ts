import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { Courses } from '../../courses/courses.ts'
import { DomainError } from '../../errors.ts'
import { courseOf } from '../access/route-access.ts'
import { factsOf, sendChunks } from '../book-chunks.ts'
import { courseParams, errors, idOf } from '../schemas/common.ts'
import { studentSchema } from '../schemas/student.ts'

interface StudentsRoutesOptions {
  courses: Pick<Courses, 'readStudent'>
}

export const studentsRoutes: FastifyPluginAsyncTypebox<StudentsRoutesOptions> = async (app, { courses }) => {
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
