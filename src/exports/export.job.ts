import type { Database, DatabaseLocation } from '../../db/index.ts'
import { findCourse } from '../../db/queries/courses.ts'
import {
  insertExport, lockCourseExports, newestTimes, setExportExpiry, type RetentionRule,
} from '../../db/queries/exports.ts'
import type { JobRow } from '../../db/queries/jobs.ts'
import { DomainError } from '../errors.ts'
import type { FileLibrary } from '../files/file-library.ts'
import { exponentialBackoff, type JobKind } from '../jobs/job-kind.ts'
import { storeSnapshot } from '../snapshots/store-snapshot.ts'
import { completeOptions, optionsGiven, type ExportOptions } from './export-options.ts'

export const EXPORT_KIND = 'performance-export'
export const EXPORT_CATEGORY = 'teacher-performance'
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** `requestedBy` of an export from the command line. The workbook translates it. */
export const COMMAND_LINE = 'command line'

export interface ExportPayload {
  courseId: number
  options: ExportOptions
  /** The name of the person who requested it first, as the file and the workbook show it. */
  requestedBy: string
}

/** Writes the workbook of a course to `stagingPath`. */
export interface ExportTask {
  input: ExportPayload & {
    database: DatabaseLocation
    stagingPath: string
    /** The path to write the snapshot to; undefined: no snapshot is written. */
    snapshotPath?: string
    /** The time at which dates are judged and by which the file is named, ms. */
    now: number
    /** The paper size that the workbook is set up for. */
    paper: 'auto' | 'letter' | 'a4'
  }
  facts: {
    filename: string
    size: number
    sha256: string
    students: number
    scores: number
    /** The data version of the course that was read. */
    dataVersion: number
    currentUntil: number | null
  }
  failure:
    | 'COURSE_NOT_FOUND' | 'VALIDATION_FAILED' | 'SNAPSHOT_MISSING'
    | 'WORKBOOK_TOO_LARGE' | 'CHECK_FAILED' | 'DISK_FULL'
}

export interface ExportKindOptions {
  db: Database
  files: FileLibrary
  now: () => number
  timeLimitMs: number
  paper: ExportTask['input']['paper']
  retention: RetentionRule
  /** If a quota leaves no room, the oldest exports are removed. */
  replacesOldest: boolean
}

/** Exports of a course's performance book as a kind of job. */
export function exportKind (
  { db, files, now, timeLimitMs, paper, retention, replacesOldest }: ExportKindOptions
): JobKind<ExportTask> {
  return {
    name: EXPORT_KIND,
    timeLimitMs,
    maxAttempts: 3,
    backoffMs: exponentialBackoff(1000, 60_000),
    inputVersion: async (trx, job) => (await findCourse(trx, payloadOf(job).courseId))?.data_version ?? null,
    input: async ({ job, stagingPath }) => ({
      ...payloadOf(job),
      database: db.location,
      stagingPath,
      snapshotPath: snapshotPath(stagingPath),
      now: now(),
      paper,
    }),
    async complete ({ job, stagingPath, signal }, facts) {
      const { courseId, options, requestedBy } = payloadOf(job)
      const placed = await files.place(
        { path: stagingPath, size: facts.size, sha256: facts.sha256 },
        facts.filename,
        { run: { job: job.id, token: job.token }, signal }
      )
      return {
        discard: placed.discard,
        async commit (trx) {
          if (!await lockCourseExports(trx, courseId)) {
            throw new DomainError('COURSE_NOT_FOUND', { detail: 'The course was deleted in the meantime.' })
          }
          // Clients stop polling at the first export that is newer than their request. This one is, even if
          // the clock was set back.
          const newest = await newestTimes(trx, courseId, { time: trx.time(), jobId: job.id })
          const createdAt = Math.max(newest.time, newest.createdAt, newest.requestedAt + 1)
          const file = await placed.record(trx, {
            owner: { type: 'course', id: courseId },
            category: EXPORT_CATEGORY,
            contentType: XLSX,
            createdBy: requestedBy,
            createdAt,
            expiresAt: null,
            replacesOldest,
          })
          const row = await insertExport(trx, {
            course_id: courseId,
            file_id: file.id,
            job_id: job.id,
            options: JSON.stringify(optionsGiven(options)),
            data_version: facts.dataVersion,
            current_until: facts.currentUntil,
          })
          await storeSnapshot(trx, row.id, snapshotPath(stagingPath))
          // Otherwise nothing expires. After a change of the settings, housekeeping updates older exports.
          if (retention.retentionMs > 0) await setExportExpiry(trx, retention, newest.time, courseId)
          return { export_id: row.id, students: facts.students, scores: facts.scores }
        },
      }
    },
  }
}

function snapshotPath (stagingPath: string): string {
  return `${stagingPath}.snapshot`
}

function payloadOf (job: JobRow): ExportPayload {
  const payload = JSON.parse(job.payload) as ExportPayload
  // An earlier version, which had fewer options, may have queued it.
  return { ...payload, options: completeOptions(payload.options) }
}
