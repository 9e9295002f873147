import type { DatabaseLocation } from '../../db/index.ts'
import type { ColumnMap } from './column-maps/column-map.ts'
import type { ColumnBounds } from './columns.ts'
import type { AskedBy } from './option-names.ts'

/** Every format that `--format` and the API can name. Each has a template. */
export const IMPORT_FORMATS = [
  'oneroster',
  'performance-book',
  'canvas',
  'moodle',
  'brightspace',
  'blackboard',
  'google-classroom',
  'schoology',
  'gradescope',
  'sakai',
  'edx',
  'spreadsheet',
  'sds',
  'clever',
] as const

export type ImportFormat = typeof IMPORT_FORMATS[number]

/** The order of day and month in dates like 8/15/2026. */
export type DateOrder = 'mdy' | 'dmy'

export interface ImportOptions {
  /** The service's database, which exists and is migrated. */
  database: DatabaseLocation
  /** Folder of the staging database, which exists only during the import. */
  stagingFolder: string
  /** By default, the format is recognized. */
  format?: ImportFormat | undefined
  /** Time zone for sources without one. */
  timeZone?: string | undefined
  /** Dates that begin with the day or the month are read in this order. Default: they are errors. */
  dates?: DateOrder | undefined
  /** The sheet of an Excel workbook that is read. Default: the first one that is visible and has values. */
  sheet?: string | undefined
  /** Time zone if neither the source nor `timeZone` gives one. */
  defaultTimeZone: string
  /** Source id or name of the course of a grade book CSV. */
  course?: string | undefined
  /** Email address of the teacher who can see the course of a grade book CSV. */
  teacher?: string | undefined
  /** Which columns of a table are what. The format is then `spreadsheet`. */
  map?: ColumnMap | undefined
  /** Messages use the names that choices have there. Default: the command line. */
  askedBy?: AskedBy | undefined
  /** A teacher's import, which can change and see only this course; see `course-scope.ts`. */
  onlyCourseId?: number | undefined
  /** Reports what would change, and changes nothing. */
  dryRun: boolean
  /** Warnings are errors. */
  strict: boolean
  /** Allows more than half of a course's results to be removed. */
  allowRemovals: boolean
  /** Lets erased people back in, who are then no longer erased. Never set for a teacher's import. */
  allowErased?: boolean | undefined
  /**
   * Allows more than a tenth of a file's rows to be skipped because of missing references. Default: false.
   */
  allowSkips?: boolean | undefined
  /** Allows more than a tenth of a grade book's people to be new to a course with people. Default: false. */
  allowNewPeople?: boolean | undefined
  /** How many columns of grade book files the summary lists. Default: as many as fit the result of a job. */
  columnBounds?: ColumnBounds | undefined
  /** Most bytes of all files together, unpacked. */
  maxBytes: number
  /** The import ends with ENOSPC before it leaves less of the disk free than this, in bytes. Default: 0. */
  minFreeBytes?: number | undefined
  /** Ms since 1970. */
  now: () => number
  signal?: AbortSignal | undefined
  /** Called with the fraction that is done, and the current step. */
  onProgress?: ((fraction: number, step: string) => void) | undefined
  /**
   * Identifies this import. A second import with the same reference only returns the summary of the first.
   */
  reference?: string | undefined
  /**
   * The run of a job that makes this import: it changes nothing once another run of the job has begun, or
   * none.
   */
  fence?: { jobId: number, token: number } | undefined
  /** How long to wait for the write lock, ms. Default: one minute. */
  lockTimeoutMs?: number | undefined
}
