import { finished } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { Config } from '../../config.ts'
import { readCursor } from '../../courses/book-json.ts'
import type { CourseSettings } from '../../courses/course-settings.ts'
import { isTimeZone } from '../../courses/course-time.ts'
import type { Courses } from '../../courses/courses.ts'
import { gradingScaleProblem } from '../../courses/grading-scale.ts'
import { DomainError } from '../../errors.ts'
import type { Exports } from '../../exports/exports.ts'
import { shorten } from '../../short-text.ts'
import { courseOf, principalOf } from '../access/route-access.ts'
import { byteLength, factsOf, sendChunks } from '../book-chunks.ts'
import type { BookTraffic } from '../book-traffic.ts'
import type { Links } from '../links.ts'
import { bookSchema, courseChangesSchema, courseItemSchema, settingsSchema } from '../schemas/book.ts'
import { courseParams, errors } from '../schemas/common.ts'
import { exportJson } from './exports.ts'

const tags = ['Courses']

interface CoursesRoutesOptions {
  config: Pick<Config, 'BOOK_PAGE_MAX_BYTES'>
  courses: Pick<Courses, 'checkSettings' | 'delete' | 'list' | 'previewSettings' | 'readPage' | 'set'>
  exports: Pick<Exports, 'list'>
  links: Links
  traffic: BookTraffic
}

export const coursesRoutes: FastifyPluginAsyncTypebox<CoursesRoutesOptions> = async (
  app,
  { config, courses, exports, links, traffic }
) => {
  app.get('/api/courses', {
    config: { access: { who: 'staff', scope: 'read' } },
    schema: {
      tags,
      summary: 'The courses that the user teaches; all courses for an administrator',
      querystring: Type.Object({ source_id: Type.Optional(Type.String()) }),
      response: {
        200: Type.Array(courseItemSchema),
        ...errors(400, 401, 403),
      },
    },
  }, async (request) => {
    const { role, emailKey } = principalOf(request)
    return await courses.list({
      teacherKey: role === 'admin' ? undefined : emailKey,
      sourceId: request.query.source_id,
    })
  })

  app.get('/api/courses/:course_id/performance', {
    config: { access: { who: 'course', scope: 'read', auditRead: 'book.read' } },
    schema: {
      tags,
      summary: 'The performance book: every student, every task, every score and average',
      params: courseParams,
      querystring: Type.Object({
        limit: Type.Integer({ minimum: 1, maximum: 100_000, default: 500 }),
        cursor: Type.Optional(Type.String({ maxLength: 64 })),
        period_id: Type.Optional(Type.Integer({ minimum: 1 })),
      }),
      response: { 200: bookSchema, ...errors(400, 401, 403, 404, 429, 503) },
    },
  }, async (request, reply) => {
    const { limit, cursor, period_id: periodId } = request.query
    const after = cursor === undefined ? undefined : readCursor(cursor)
    if (cursor !== undefined && after === undefined) {
      throw new DomainError('VALIDATION_FAILED', {
        detail: 'cursor: is not a cursor of this service; use next_cursor of the previous page',
      })
    }
    const courseId = courseOf(request).id
    const items = (await exports.list(courseId)).map((item) => exportJson(item, links.file(request, item)))
    const chunks = factsOf(await courses.readPage(
      courseId,
      { limit, after, periodId, maxBytes: config.BOOK_PAGE_MAX_BYTES },
      JSON.stringify(items)
    ))
    // Only this request refers to the page so far, so a refusal frees its memory at once.
    const arrived = traffic.send(principalOf(request).userId, byteLength(chunks))
    finished(reply.raw, arrived)
    return sendChunks(reply, chunks)
  })

  app.patch('/api/courses/:course_id', {
    config: { access: { who: 'course', scope: 'export', audit: 'course.set' } },
    schema: {
      tags,
      summary: 'Change the settings of a course: missing work, time zone, category weights, grading scale',
      params: courseParams,
      querystring: Type.Object({ dry_run: Type.Optional(Type.Boolean()) }),
      body: courseChangesSchema,
      response: { 200: settingsSchema, ...errors(400, 401, 403, 404, 413, 415) },
    },
  }, async (request, reply) => {
    const {
      missing_counts: missingCounts, time_zone: timeZone, categories, grading_scale: scale,
    } = request.body
    if (timeZone !== undefined && !isTimeZone(timeZone)) {
      throw new DomainError('VALIDATION_FAILED', {
        detail: `time_zone: ${shorten(timeZone)} is not a time zone; write it like Europe/Berlin`,
      })
    }
    const problem = scale === undefined || scale === null ? undefined : gradingScaleProblem(scale)
    if (problem !== undefined) {
      throw new DomainError('VALIDATION_FAILED', {
        detail: `grading_scale${problem.path.replaceAll(/\[(\d+)\]/g, '.$1')}: ${problem.message}`,
      })
    }
    const settings: CourseSettings = {
      missingCounts,
      timeZone,
      weights: categories === undefined
        ? undefined
        : new Map(categories.map(({ id, weight }) => [id, weight])),
      gradingScale: scale === null ? [] : scale,
    }
    const courseId = courseOf(request).id
    if (request.query.dry_run === true) {
      await courses.checkSettings(courseId, settings)
      const preview = await courses.previewSettings(courseId, settings, { withStudents: true })
      return await sendChunks(reply, factsOf(preview))
    }
    await courses.set(courseId, settings)
    const stored = await courses.previewSettings(courseId, {}, { withStudents: false })
    return await sendChunks(reply, factsOf(stored))
  })

  app.delete('/api/courses/:course_id', {
    config: { access: { who: 'course', scope: 'admin', audit: 'course.delete' } },
    schema: {
      tags,
      summary: 'Delete a course, its scores and its files',
      params: courseParams,
      response: { 204: Type.Null(), ...errors(401, 403, 404) },
    },
  }, async (request, reply) => {
    if (!await courses.delete(courseOf(request).id)) throw new DomainError('COURSE_NOT_FOUND')
    return await reply.code(204).send(null)
  })
}
