import { dirname } from 'node:path'
import type { Database, DatabaseLocation, Trx } from '../../db/index.ts'
import type { JobRow } from '../../db/queries/jobs.ts'
import { DomainError } from '../errors.ts'
import type { FileLibrary } from '../files/file-library.ts'
import { exponentialBackoff, type JobKind } from '../jobs/job-kind.ts'
import type { FillInOptions } from './fill-in-options.ts'
import type { FillInReport } from './fill-in-report.ts'

export const FILL_IN_KIND = 'fill-in'
/** Of the upload. */
export const FILL_IN_SOURCE = 'fill-in-source'
/** Of the result. Both are only for the person who requested them: a link is not enough. */
export const FILL_IN_CATEGORY = 'fill-in'

/** How long the result can be downloaded, ms. */
const RESULT_MS = 24 * 3_600_000

export interface FillInPayload {
  courseId: number
  /** The stored upload. */
  hex: string
  /** As the client named it. */
  filename: string
  contentType: string
  options: FillInOptions
  /** Null: the command line. */
  userId: number | null
  requestedBy: string
}

/** Fills a table in and writes it to `stagingPath`, unless it is a dry run. */
export interface FillInTask {
  input: {
    database: DatabaseLocation
    courseId: number
    /** The path of the upload. */
    source: string
    options: FillInOptions
    stagingPath: string
    /** Most bytes, unpacked. */
    maxBytes: number
    /** The time at which dates are judged, ms. */
    now: number
  }
  facts: {
    report: FillInReport
    /** Of the written file; null after a dry run. */
    file: { size: number, sha256: string } | null
  }
  failure: 'COURSE_NOT_FOUND' | 'FILL_IN_FAILED' | 'DISK_FULL'
}

/** A finished fill-in as its job's row keeps it: without names, because it is kept longer than a student. */
export interface FillInResult {
  report: FillInReport
  /** Of the filled-in file; null: a dry run. */
  hex: string | null
}

export interface FillInKindOptions {
  db: Database
  files: FileLibrary
  now: () => number
  timeLimitMs: number
  maxBytes: number
}

/** Tables of an office, filled in, as a kind of job. */
export function fillInKind (
  { db, files, now, timeLimitMs, maxBytes }: FillInKindOptions
): JobKind<FillInTask> {
  const forgetUpload = async (trx: Trx, job: JobRow) => { await files.expireIn(trx, fillInPayload(job).hex) }
  return {
    name: FILL_IN_KIND,
    timeLimitMs,
    maxAttempts: 3,
    backoffMs: exponentialBackoff(1000, 60_000),
    async input ({ job, stagingPath }) {
      const { courseId, hex, options } = fillInPayload(job)
      const file = await files.find(hex)
      if (file === undefined || file.removed_at !== null) {
        throw new DomainError('FILL_IN_FAILED', {
          detail: 'The uploaded file no longer exists. Upload it again.',
        })
      }
      return {
        database: db.location,
        courseId,
        source: await files.localFile(file, dirname(stagingPath)),
        options,
        stagingPath,
        maxBytes,
        now: now(),
      }
    },
    async complete ({ job, stagingPath, signal }, { report, file }) {
      const { filename, contentType, userId, requestedBy } = fillInPayload(job)
      const placed = file === null
        ? undefined
        : await files.place({ path: stagingPath, ...file }, filename, {
          run: { job: job.id, token: job.token }, signal,
        })
      const result: FillInResult = { report, hex: placed?.hex ?? null }
      return {
        result,
        async discard () { await placed?.discard() },
        async commit (trx) {
          const at = await trx.now()
          await placed?.record(trx, {
            owner: fillInOwner(userId),
            category: FILL_IN_CATEGORY,
            contentType,
            createdBy: requestedBy,
            createdAt: at,
            expiresAt: at + RESULT_MS,
          })
          await forgetUpload(trx, job)
        },
      }
    },
    failed: forgetUpload,
    canceled: forgetUpload,
  }
}

/** The owner of the files of a fill-in: a user, not the course, whose teachers see all of its files. */
export function fillInOwner (userId: number | null): { type: 'user', id: number } {
  return { type: 'user', id: userId ?? 0 }
}

export function fillInPayload (job: JobRow): FillInPayload {
  return JSON.parse(job.payload) as FillInPayload
}
