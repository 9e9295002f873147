import type { ColumnBounds } from './columns.ts'

export type ImportFormat = 'oneroster' | 'performance-book' | 'canvas' | 'moodle'

export interface ImportOptions {
  /** The service's database; it exists and is migrated. */
  databaseFile: string
  /** Where the staging database is made for the time of the import. */
  stagingFolder: string
  /** Default: recognised. */
  format?: ImportFormat | undefined
  /** For sources that name no zone. */
  timeZone?: string | undefined
  /** Where neither the source nor `timeZone` names one. */
  defaultTimeZone: string
  /** Source id or name of the course of a grade book CSV, which names none. */
  course?: string | undefined
  /** E-mail of the teacher who is to see the course of a grade book CSV. */
  teacher?: string | undefined
  /** A teacher's import: it changes nothing but this course, and sees nothing else; see `course-scope.ts`. */
  onlyCourseId?: number | undefined
  /** Reports and writes nothing. */
  dryRun: boolean
  /** Warnings are errors. */
  strict: boolean
  /** Allows more than half of a course's results to be removed. */
  allowRemovals: boolean
  /** Lets erased people back in; they are no longer erased. Never set for a teacher's import. */
  allowErased?: boolean | undefined
  /**
   * Allows more than a tenth of a file's rows to be skipped because what they refer to is missing. Default:
   * false.
   */
  allowSkips?: boolean | undefined
  /** Allows more than a tenth of a grade book's people to be new to a course that has people already. */
  allowNewPeople?: boolean | undefined
  /** How many columns of grade book files the summary lists. Default: as many as fit the result of a job. */
  columnBounds?: ColumnBounds | undefined
  /** Most bytes, unpacked, of all files together. */
  maxBytes: number
  /** The import ends with ENOSPC before it leaves less of the disk free than this, in bytes. Default: 0. */
  minFreeBytes?: number | undefined
  /** Ms since 1970. */
  now: () => number
  signal?: AbortSignal | undefined
  /** The fraction done, and with what. */
  onProgress?: ((fraction: number, step: string) => void) | undefined
  /** Names this import, so that it is made once: the same again answers the summary of the first time. */
  reference?: string | undefined
  /** How long to wait for the write lock, in ms. Default: a minute. */
  lockTimeoutMs?: number | undefined
}
