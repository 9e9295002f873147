import { dirname } from 'node:path'
import { appliedImport } from '../../db/queries/reports.ts'
import type { Database, DatabaseLocation, Trx } from '../../db/index.ts'
import type { JobRow } from '../../db/queries/jobs.ts'
import { referenceOfJob } from '../../db/queries/job-references.ts'
import { DomainError } from '../errors.ts'
import type { FileLibrary } from '../files/file-library.ts'
import { exponentialBackoff, type JobKind } from '../jobs/job-kind.ts'
import type { ColumnMap } from './column-maps/column-map.ts'
import type { TableGuess } from './column-maps/table-guess.ts'
import { noteImport, type ImportEntry } from './import-audit.ts'
import type { DateOrder, ImportFormat } from './import-options.ts'
import type { AskedBy } from './option-names.ts'
import type { ImportError, ImportSummary } from './outcome.ts'

export const IMPORT_KIND = 'import'
export const IMPORT_CATEGORY = 'import-source'

/** The options of an upload. */
export interface ImportChoices {
  format?: ImportFormat | undefined
  timeZone?: string | undefined
  /** The sheet of an Excel workbook. Not in jobs of older versions. */
  sheet?: string | undefined
  dates?: DateOrder | undefined
  dryRun: boolean
  strict: boolean
  allowRemovals: boolean
  /** Administrators only. Not in jobs of older versions. */
  allowErased?: boolean | undefined
  /** Not in jobs of older versions. */
  allowSkips?: boolean | undefined
  allowNewPeople?: boolean | undefined
  /** Not in jobs of older versions. */
  map?: ColumnMap | undefined
  /** For grade book CSVs: source id or name of the course, and email address of its teacher. */
  course?: string | undefined
  teacher?: string | undefined
  /** A teacher's import, which changes only this course; see `course-scope.ts`. */
  onlyCourseId?: number | undefined
}

export interface ImportPayload {
  /** The stored upload. */
  hex: string
  /** As the client named it. Not in jobs of older versions. */
  filename?: string
  choices: ImportChoices
  /** The upload is an archive of several files and folders; see `packed-sources.ts`. */
  isPacked?: boolean
  requestedBy: string
  /** For the audit log. Not in jobs of older versions. */
  actor?: ImportEntry['actor']
}

/** Imports an uploaded file. */
export interface ImportTask {
  input: {
    source: string
    isPacked: boolean
    choices: ImportChoices
    database: DatabaseLocation
    stagingPath: string
    defaultTimeZone: string
    maxBytes: number
    minFreeBytes: number
    /** Identifies the job, so that an import that a dead run applied is not applied again. */
    reference: string
    /** This run of the job. */
    fence: { jobId: number, token: number }
    askedBy: AskedBy
  }
  facts: { summary: ImportSummary } & ImportFindings
  failure: 'IMPORT_FAILED' | 'DISK_FULL'
}

/** What was found out about the file. */
interface ImportFindings {
  /** Of a dry run. */
  guess?: TableGuess
  /** Not in jobs of older versions. */
  format?: ImportFormat
}

/** A finished import as its job's row keeps it. */
export type ImportResult =
  | { summary: ImportSummary } & ImportFindings
  | { errors: ImportError[], error_count: number } & ImportFindings

export interface ImportKindOptions {
  db: Database
  files: Pick<FileLibrary, 'expireIn' | 'find' | 'localFile'>
  defaultTimeZone: string
  maxBytes: number
  minFreeBytes: number
  now: () => number
  timeLimitMs: number
}

/**
 * Imports as a kind of job: one at a time, since each wants the write lock, and never in the way of exports.
 */
export function importKind ({
  db,
  files,
  defaultTimeZone,
  maxBytes,
  minFreeBytes,
  now,
  timeLimitMs,
}: ImportKindOptions): JobKind<ImportTask> {
  async function note (trx: Trx, job: JobRow, summary: ImportSummary | undefined): Promise<void> {
    const { choices, actor = null }: Partial<ImportPayload> = importPayload(job)
    // As on the command line, a dry run is not noted.
    if (choices?.dryRun === true) return
    await noteImport(trx, { at: now(), jobId: job.id, courseId: choices?.onlyCourseId, actor, summary })
  }
  return {
    name: IMPORT_KIND,
    timeLimitMs,
    maxAttempts: 3,
    backoffMs: exponentialBackoff(1000, 60_000),
    concurrency: 1,
    hasOwnThread: true,
    async input ({ job, stagingPath }) {
      const { hex, choices, isPacked = false, actor } = importPayload(job)
      const file = await files.find(hex)
      if (file === undefined || file.removed_at !== null) {
        throw new DomainError('IMPORT_FAILED', {
          detail: 'The uploaded file no longer exists. Upload it again.',
        })
      }
      return {
        source: await files.localFile(file, dirname(stagingPath)),
        isPacked,
        choices,
        database: db.location,
        stagingPath,
        defaultTimeZone,
        maxBytes,
        minFreeBytes,
        reference: referenceOfJob(job.id),
        fence: { jobId: job.id, token: job.token },
        askedBy: actor?.via === 'command' || actor?.via === 'token' ? actor.via : 'session',
      }
    },
    complete: async ({ job }, facts) => ({
      result: facts satisfies ImportResult,
      async commit (trx) {
        // The upload is no longer needed.
        await files.expireIn(trx, importPayload(job).hex)
        await note(trx, job, facts.summary)
      },
      async discard () {},
    }),
    // A run that died may still have applied the import.
    async failed (trx, job) {
      const applied = await appliedImport(trx, referenceOfJob(job.id))
      await note(trx, job, applied === undefined ? undefined : JSON.parse(applied) as ImportSummary)
    },
  }
}

export function importPayload (job: JobRow): ImportPayload {
  return JSON.parse(job.payload) as ImportPayload
}
