// The staging of one import: a separate SQLite file, with any engine of the service's database.
// Everything is read, checked and compared there. The service's database is written once, at the end, by
// `apply`.
import type { LiveReads } from '../sqlite/staging/live-reads.ts'
import type { PlanWrites } from '../sqlite/staging/plan.ts'
import type { StagedRecords } from '../sqlite/staging/records.ts'
import type { StagedResults } from '../sqlite/staging/results.ts'

/**
 * Brings what `live` is asked for into reach. To be called before the first read of it; a second call costs
 * nothing. With SQLite, everything is in reach.
 */
export interface LiveLoads {
  /** The rows of courses that have this source id or this name, without what is in them. */
  coursesNamed: (text: string) => Promise<void>
  /** Courses with everything in them, and with their part of the stored roster. */
  courses: (ids: Iterable<number>) => Promise<void>
  /** The newest column maps, and the rows of their courses. */
  newestColumnMaps: () => Promise<void>
  /**
   * The whole stored roster, the rows and periods of all courses, and the accounts that a roster may disable.
   */
  roster: () => Promise<void>
  /** Records of the stored roster, by their ids. */
  records: (kind: string, sourceIds: readonly string[]) => Promise<void>
}

export interface Staging {
  /** The roster of a bundle, record by record. */
  records: StagedRecords
  results: StagedResults
  plan: PlanWrites
  /** The service's database as it was at the first read: one snapshot until `apply`. */
  live: LiveReads
  load: LiveLoads
  /** The summary, as JSON, of the import that was made under that reference. */
  importOf: (reference: string) => Promise<string | undefined>
  /**
   * Writes the plan in one transaction. False: another import, or an erasure, came first, so stage again.
   */
  apply: (options: ApplyOptions) => Promise<boolean>
  /** Closes and removes the file. A second call does nothing. */
  close: () => Promise<void>
}

export interface ApplyOptions {
  /** The run of a job that makes the import. A later run, or none, may write nothing. */
  fence: { jobId: number, token: number } | null
  /** Ms since 1970. */
  at: number
  reference: string | null
  /** JSON. */
  summary: string
  /** How long to wait for other writers, ms; then this throws an error that `isBusy` recognizes. */
  lockTimeoutMs: number
}
