import type { Database, Trx } from '../../db/index.ts'
import { findCourse } from '../../db/queries/courses.ts'
import * as queries from '../../db/queries/exports.ts'
import type { ChangesPage, ReadChangesTask } from '../courses/book-tasks.ts'
import type { BookThreads } from '../courses/book-threads.ts'
import { DomainError } from '../errors.ts'
import type { FileLibrary } from '../files/file-library.ts'
import type { JobQueue, JobTicket } from '../jobs/job-queue.ts'
import type { TaskOutcome } from '../jobs/task.ts'
import type { FormatName } from './export-names.ts'
import { completeOptions, optionsKey, seriesOf, type ExportOptions } from './export-options.ts'
import type { ExportOptionsGiven } from './export-request.ts'
import { courseFormats, type CourseFormat } from './course-formats.ts'
import { EXPORT_KIND, type ExportPayload } from './export.job.ts'
import { pseudonymCsv, pseudonymJson } from './pseudonym-table.ts'
import { assertComparable, resolveOptions } from './resolve-options.ts'

interface ExportRequest {
  courseId: number
  options: ExportOptionsGiven
  /** Null: the command line. */
  userId: number | null
  /** What the file shows as its author: name, else email address, else `command line`. */
  requestedBy: string
}

/** One export as the API shows it, without its absolute address. */
export interface ExportItem {
  id: number
  filename: string
  hex: string
  createdAt: number
  size: number
  jobId: number | null
  isCurrent: boolean
  expiresAt: number | null
  createdBy: string | null
  format: FormatName
  options: ExportOptionsGiven
}

export interface Exports {
  /**
   * Queues an export or joins the one that serves the request. Undefined: no such course. Throws QUEUE_FULL,
   * COURSE_NOT_FOUND if the course is deleted at this moment, and what `resolve` throws.
   */
  request: (request: ExportRequest) => Promise<JobTicket | undefined>
  /** See `resolveOptions`. */
  resolve: (courseId: number, options: ExportOptionsGiven) => Promise<ExportOptions>
  /** All formats, with the reason against those that are not possible for this course. */
  formats: (courseId: number) => Promise<CourseFormat[]>
  /** What has changed since an export. Throws what `assertComparable` throws. */
  changes: (
    courseId: number,
    exportId: number,
    page: ChangesPage
  ) => Promise<TaskOutcome<ReadChangesTask>>
  /** Newest first: all, or those of one format. */
  list: (courseId: number, format?: FormatName) => Promise<readonly ExportItem[]>
  /** The newest one of a format, with default options. */
  latest: (courseId: number, format: FormatName) => Promise<ExportItem | undefined>
  /** The export that a job made; undefined: it made none, or the file no longer exists. */
  ofJob: (jobId: number) => Promise<queries.ExportOfJob | undefined>
  /** The export whose file this is, and its course. */
  ofFile: (fileId: number) => Promise<{ id: number, courseId: number } | undefined>
  /** Who is behind the pseudonyms of a course, in pieces of text; see `pseudonym-table.ts`. */
  pseudonyms: (courseId: number, as: 'json' | 'csv') => AsyncIterable<string>
  /** False: the course has no such export. */
  delete: (courseId: number, exportId: number) => Promise<boolean>
}

interface ExportsOptions {
  db: Database
  files: FileLibrary
  queue: JobQueue
  /** Threads that read books. */
  readers: BookThreads
  now: () => number
  retention: queries.RetentionRule
}

export function createExports ({ db, files, queue, readers, now, retention }: ExportsOptions): Exports {
  return {
    resolve: (courseId, options) => resolveOptions(db.reads, courseId, options, now()),
    formats: (courseId) => courseFormats(db.reads, courseId),
    async changes (courseId, exportId, page) {
      await assertComparable(db.reads, courseId, { exportId, now: now() })
      return await readers.run('readChanges', {
        database: db.location, courseId, exportId, now: now(), page,
      })
    },
    async request ({ courseId, options, userId, requestedBy }) {
      return await db.write(async (trx) => {
        const course = await findCourse(trx, courseId)
        if (course === undefined) return undefined
        const complete = await resolveOptions(trx, courseId, options, now())
        const payload: ExportPayload = { courseId, options: complete, requestedBy }
        return await queue.request(trx, {
          kind: EXPORT_KIND,
          key: `${EXPORT_KIND}:${courseId}:${optionsKey(complete)}`,
          payload,
          owner: { type: 'course', id: courseId },
          userId,
          inputVersion: course.data_version,
          requestedAt: () => timeOfRequest(trx, courseId),
        })
      }, { isOnlyJobs: true })
    },
    async list (courseId, format) {
      const rows = await queries.listExports(db.reads, courseId, format)
      const at = now()
      return rows.filter((row) => row.expires_at === null || row.expires_at > at).map((row) => item(row, at))
    },
    async latest (courseId, format) {
      const at = now()
      const series = seriesOf(completeOptions({ format }))
      const row = await queries.latestExport(db.reads, courseId, { series, now: at })
      return row === undefined ? undefined : item(row, at)
    },
    ofJob: (jobId) => queries.exportOfJob(db.reads, jobId),
    async ofFile (fileId) {
      const row = await queries.exportOfFile(db.reads, fileId)
      return row === undefined ? undefined : { id: row.id, courseId: row.course_id }
    },
    pseudonyms: (courseId, as) => (as === 'csv' ? pseudonymCsv : pseudonymJson)(db.reads, courseId),
    async delete (courseId, exportId) {
      return await db.write(async (trx) => {
        const row = await queries.findExport(trx, courseId, exportId)
        if (row === undefined) return false
        await queries.lockExports(trx, courseId)
        if (await files.deleteIn(trx, [row.file_id]) === 0) return false
        // Another export may be the newest one now and is kept.
        await queries.setExportExpiry(trx, retention, await trx.now(), courseId)
        return true
      })
    },
  }
}

/**
 * The time of a request, ms: never before an earlier request or export of the course. Otherwise, after the
 * clock was set back, an existing export would look like the result. Call this after locking the jobs that
 * the request may join: an export that ends locks its job first, and then the course.
 */
async function timeOfRequest (trx: Trx, courseId: number): Promise<number> {
  if (!await queries.lockCourseExports(trx, courseId)) throw new DomainError('COURSE_NOT_FOUND')
  const { time, requestedAt, createdAt } = await queries.newestTimes(trx, courseId, { time: trx.time() })
  return Math.max(time, requestedAt, createdAt)
}

function item (row: queries.ExportListRow, now: number): ExportItem {
  return {
    id: row.id,
    filename: row.filename,
    hex: row.hex,
    createdAt: row.created_at,
    size: row.size,
    jobId: row.job_id,
    isCurrent: row.is_same === 1 && (row.current_until === null || row.current_until > now),
    expiresAt: row.expires_at,
    createdBy: row.created_by,
    format: row.format as FormatName,
    options: JSON.parse(row.options) as ExportOptionsGiven,
  }
}
