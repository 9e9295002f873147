import type { Database, DatabaseLocation } from '../../db/index.ts'
import { findCourse } from '../../db/queries/courses.ts'
import {
  insertExport, lockCourseExports, newestTimes, setExportExpiry, type RetentionRule,
} from '../../db/queries/exports.ts'
import type { JobRow } from '../../db/queries/jobs.ts'
import { readResult } from '../../db/queries/stored-json.ts'
import { DomainError } from '../errors.ts'
import type { FileLibrary } from '../files/file-library.ts'
import { exponentialBackoff, type JobKind } from '../jobs/job-kind.ts'
import { storeSnapshot } from '../snapshots/store-snapshot.ts'
import { completeOptions, optionsKey, seriesOf, type ExportOptions } from './export-options.ts'
import { FORMATS } from './formats/all-formats.ts'
import { createPseudonyms } from './pseudonyms.ts'
import { boundedChoices, type Choice, type Receipt } from './receipts.ts'

export const EXPORT_KIND = 'performance-export'
export const EXPORT_CATEGORY = 'teacher-performance'

/** `requestedBy` of an export from the command line. The workbook translates it. */
export const COMMAND_LINE = 'command line'

export interface ExportPayload {
  courseId: number
  options: ExportOptions
  /** The name of the person who requested it first, as the file and the workbook show it. */
  requestedBy: string
}

/** Writes the file of an export to `stagingPath`. */
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
    /** The path of a font for reports; empty: the built-in one. */
    reportFont: string
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
    /** What the format cannot express. */
    receipts: Receipt[]
    /** What to choose where the file is imported. */
    choices?: Choice[]
  }
  failure:
    | 'COURSE_NOT_FOUND' | 'VALIDATION_FAILED' | 'SNAPSHOT_MISSING'
    | 'FORMAT_NOT_POSSIBLE' | 'WORKBOOK_TOO_LARGE' | 'CHECK_FAILED' | 'DISK_FULL'
}

export interface ExportKindOptions {
  db: Database
  files: FileLibrary
  now: () => number
  timeLimitMs: number
  paper: ExportTask['input']['paper']
  reportFont: string
  retention: RetentionRule
  /** If a quota leaves no room, the oldest exports are removed. */
  replacesOldest: boolean
}

/** Exports of a course's performance book as a kind of job. */
export function exportKind (
  { db, files, now, timeLimitMs, paper, reportFont, retention, replacesOldest }: ExportKindOptions
): JobKind<ExportTask> {
  return {
    name: EXPORT_KIND,
    timeLimitMs,
    maxAttempts: 3,
    backoffMs: exponentialBackoff(1000, 60_000),
    inputVersion: async (trx, job) => (await findCourse(trx, payloadOf(job).courseId))?.data_version ?? null,
    async input ({ job, stagingPath }) {
      const payload = payloadOf(job)
      if (payload.options.identity === 'pseudonyms') await createPseudonyms(db, payload.courseId)
      return {
        ...payload,
        database: db.location,
        stagingPath,
        snapshotPath: snapshotPath(stagingPath),
        now: now(),
        paper,
        reportFont,
      }
    },
    async complete ({ job, stagingPath, signal }, facts) {
      const { courseId, options, requestedBy } = payloadOf(job)
      const placed = await files.place(
        { path: stagingPath, size: facts.size, sha256: facts.sha256 },
        facts.filename,
        { run: { job: job.id, token: job.token }, signal }
      )
      const { students, scores, receipts, choices } = facts
      return {
        result: {
          students,
          scores,
          receipts,
          ...(choices === undefined ? {} : { choices: boundedChoices(choices) }),
        },
        discard: placed.discard,
        isOnlyFiles: true,
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
            contentType: contentTypeOf(options),
            createdBy: requestedBy,
            createdAt,
            expiresAt: null,
            replacesOldest,
          })
          const row = await insertExport(trx, {
            course_id: courseId,
            file_id: file.id,
            job_id: job.id,
            options: optionsKey(options),
            format: options.format,
            series: seriesOf(options),
            data_version: facts.dataVersion,
            current_until: facts.currentUntil,
          })
          await storeSnapshot(trx, row.id, snapshotPath(stagingPath))
          // Otherwise nothing expires. After a change of the settings, housekeeping updates older exports.
          if (retention.retentionMs > 0) await setExportExpiry(trx, retention, newest.time, courseId)
        },
      }
    },
  }
}

function contentTypeOf (options: ExportOptions): string {
  const { contentType } = FORMATS[options.format]
  return typeof contentType === 'string' ? contentType : contentType(options)
}

function snapshotPath (stagingPath: string): string {
  return `${stagingPath}.snapshot`
}

/** What the row of a finished export keeps as its result. */
interface ExportResult {
  students: number
  scores: number
  receipts: Receipt[]
  choices?: Choice[]
}

/** Reads the stored result of an export; null: there is none. */
export function exportResult (stored: string | null): ExportResult | null {
  // Earlier versions had no receipts.
  const result = readResult(stored) as Partial<ExportResult> | null
  if (result === null) return null
  const { students, scores, receipts = [], ...others } = result
  return students === undefined || scores === undefined ? null : { students, scores, receipts, ...others }
}

function payloadOf (job: JobRow): ExportPayload {
  const payload = JSON.parse(job.payload) as ExportPayload
  // An earlier version, which had fewer options, may have queued it.
  return { ...payload, options: completeOptions(payload.options) }
}
