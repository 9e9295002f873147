import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { teacherJson, type CourseTeachers } from '../../accounts/course-teachers.ts'
import { EMAIL_MAX } from '../../short-text.ts'
import { courseOf } from '../access/route-access.ts'
import { courseTeacherSchema } from '../schemas/book.ts'
import { courseParams, errors } from '../schemas/common.ts'

const tags = ['Courses']
/** The most email addresses of one list in a request. */
const AT_ONCE = 1000

interface CourseTeachersRoutesOptions {
  teachers: CourseTeachers
}

/** Who teaches a course, by its roster and by hand. */
export const courseTeachersRoutes: FastifyPluginAsyncTypebox<CourseTeachersRoutesOptions> = async (
  app,
  { teachers }
) => {
  const list = async (courseId: number) => (await teachers.list(courseId)).map(teacherJson)

  app.get('/api/courses/:course_id/teachers', {
    config: { access: { who: 'course', scope: 'admin' } },
    schema: {
      tags,
      summary: 'All teachers of a course (administrator)',
      params: courseParams,
      response: { 200: Type.Array(courseTeacherSchema), ...errors(401, 403, 404) },
    },
  }, async (request) => await list(courseOf(request).id))

  const emails = Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: EMAIL_MAX }), { maxItems: AT_ONCE })
  )
  app.put('/api/courses/:course_id/teachers', {
    config: { access: { who: 'course', scope: 'admin', audit: 'course.teachers' } },
    schema: {
      tags,
      summary: 'Add and remove teachers of a course by email address, all or none (administrator)',
      description: 'Rosters do not undo these changes: teachers who are added stay, and teachers who are ' +
        'removed stay removed. The response has all teachers.',
      params: courseParams,
      body: Type.Object({ add: emails, remove: emails }, { additionalProperties: false }),
      response: { 200: Type.Array(courseTeacherSchema), ...errors(400, 401, 403, 404, 413, 415) },
    },
  }, async (request) => {
    const { id } = courseOf(request)
    request.audited = { changes: { ...await teachers.change(id, request.body) } }
    return await list(id)
  })
}
