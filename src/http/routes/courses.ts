import { finished } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { teacherJson } from '../../accounts/course-teachers.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import type { Config } from '../../config.ts'
import type { CourseSettings } from '../../courses/course-settings.ts'
import { courseNameProblem } from '../../courses/set-settings.ts'
import { isTimeZone } from '../../courses/course-time.ts'
import type { CourseDetails, Courses } from '../../courses/courses.ts'
import { gradingScaleProblem } from '../../courses/grading-scale.ts'
import { DomainError } from '../../errors.ts'
import type { Exports } from '../../exports/exports.ts'
import { isoTime } from '../../iso-time.ts'
import { shorten } from '../../short-text.ts'
import { courseOf, principalOf } from '../access/route-access.ts'
import { byteLength, factsOf, sendChunks } from '../book-chunks.ts'
import { checkedCursor } from '../book-cursor.ts'
import type { BookTraffic } from '../book-traffic.ts'
import { sendTagged, tagged } from '../entity-tags.ts'
import type { Links } from '../links.ts'
import { bookSchema, courseChangesSchema, courseItemSchema, settingsSchema } from '../schemas/book.ts'
import { courseParams, errors, id } from '../schemas/common.ts'
import { exportJson } from './exports.ts'

const tags = ['Courses']
/** Larger answers have no entity tag: making one would hold up the server's thread. */
const TAGGED_MAX_BYTES = 256 * 1024

interface CoursesRoutesOptions {
  config: Pick<Config, 'BOOK_PAGE_MAX_BYTES'>
  accounts: Pick<Accounts, 'find'>
  courses: Pick<
    Courses, 'checkSettings' | 'delete' | 'details' | 'list' | 'previewSettings' | 'readPage' | 'set'
  >
  exports: Pick<Exports, 'list'>
  links: Links
  traffic: BookTraffic
}

/** The name of a course without the spaces around it. Throws VALIDATION_FAILED. */
function checkedName (name: string | null | undefined): string | null | undefined {
  if (name === null || name === undefined) return name
  const problem = courseNameProblem(name)
  if (problem !== undefined) throw new DomainError('VALIDATION_FAILED', { detail: `name: ${problem}` })
  return name.trim()
}

function onlyAdministrators (what: string): DomainError {
  return new DomainError('INSUFFICIENT_SCOPE', { detail: `Only administrators may ${what}.` })
}

function detailsJson (
  { archived_at: archivedAt, imported_at: importedAt, roster_name, periods, teachers }: CourseDetails
) {
  return {
    archived: archivedAt !== null,
    roster_name,
    periods,
    teachers: teachers.map(teacherJson),
    last_import_at: isoTime(importedAt),
  }
}

export const coursesRoutes: FastifyPluginAsyncTypebox<CoursesRoutesOptions> = async (
  app,
  { config, accounts, courses, exports, links, traffic }
) => {
  app.get('/api/courses', {
    config: { access: { who: 'staff', scope: 'read' } },
    schema: {
      tags,
      summary: 'The courses that the user teaches; all courses for an administrator',
      querystring: Type.Object({
        source_id: Type.Optional(Type.String()),
        archived: Type.Enum(['false', 'true', 'all'], {
          default: 'false',
          description: 'Archived courses: without them, only them, or all courses',
        }),
        user_id: Type.Optional({
          ...id, description: 'Only the courses that this user teaches (administrator)',
        }),
        details: Type.Optional(Type.Boolean({
          description: 'With teachers, periods and the last import (administrator)',
        })),
      }),
      response: {
        200: Type.Array(courseItemSchema),
        ...errors(400, 401, 403, 404),
      },
    },
  }, async (request) => {
    const { role, emailKey } = principalOf(request)
    const { source_id: sourceId, archived, user_id: userId, details: isDetailed = false } = request.query
    if (role !== 'admin' && (userId !== undefined || isDetailed)) throw onlyAdministrators('see this')
    const list = await courses.list({
      teacherKey: userId === undefined ? role === 'admin' ? undefined : emailKey : await keyOf(userId),
      sourceId,
      isArchived: archived === 'all' ? undefined : archived === 'true',
    })
    if (!isDetailed) return list
    const details = await courses.details()
    return list.flatMap((course) => {
      const known = details.get(course.id)
      return known === undefined ? [] : [{ ...course, ...detailsJson(known) }]
    })
  })

  async function keyOf (userId: number): Promise<string> {
    const user = await accounts.find(userId)
    if (user === undefined) throw new DomainError('USER_NOT_FOUND')
    return user.email_key
  }

  app.get('/api/courses/:course_id/performance', {
    config: { access: { who: 'course', scope: 'read', auditRead: 'book.read' } },
    schema: {
      tags,
      summary: 'The performance book: every student, every task, every score and average',
      description: 'A small answer (as with `limit=1`) has an ETag and can be polled with If-None-Match: ' +
        '304 says that neither the book nor its exports have changed.',
      params: courseParams,
      querystring: Type.Object({
        limit: Type.Integer({ minimum: 1, maximum: 100_000, default: 500 }),
        cursor: Type.Optional(Type.String({ maxLength: 64 })),
        period_id: Type.Optional(id),
      }),
      response: { 200: bookSchema, 304: Type.Null(), ...errors(400, 401, 403, 404, 429, 503) },
    },
  }, async (request, reply) => {
    const { limit, cursor, period_id: periodId } = request.query
    const after = checkedCursor(cursor)
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
    return byteLength(chunks) > TAGGED_MAX_BYTES
      ? sendChunks(reply, chunks)
      : sendTagged(request, reply, tagged(Buffer.concat(chunks).toString()))
  })

  app.patch('/api/courses/:course_id', {
    config: { access: { who: 'course', scope: 'export', audit: 'course.set' } },
    schema: {
      tags,
      summary: 'Change the settings of a course: missing work, time zone, category weights, grading scale; ' +
        'as an administrator also its name, and whether it is archived',
      params: courseParams,
      querystring: Type.Object({ dry_run: Type.Optional(Type.Boolean()) }),
      body: courseChangesSchema,
      response: { 200: settingsSchema, ...errors(400, 401, 403, 404, 413, 415) },
    },
  }, async (request, reply) => {
    const {
      missing_counts: missingCounts, time_zone: timeZone, categories, grading_scale: scale, name, archived,
    } = request.body
    if (principalOf(request).role !== 'admin' && (name !== undefined || archived !== undefined)) {
      throw onlyAdministrators('rename or archive a course')
    }
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
      name: checkedName(name),
      archived,
    }
    const courseId = courseOf(request).id
    if (request.query.dry_run === true) {
      request.audited = { isPreview: true }
      await courses.checkSettings(courseId, settings)
      const preview = await courses.previewSettings(courseId, settings, { withStudents: true })
      return await sendChunks(reply, factsOf(preview))
    }
    request.audited = { changes: await courses.set(courseId, settings) }
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
