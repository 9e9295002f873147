// What the API says of imports, as far as the page reads it.
import type { Job } from '../api-types.ts'

/** What an import counts. */
export const THINGS = ['courses', 'periods', 'students', 'tasks', 'scores'] as const

export interface Counts {
  added: number
  updated: number
  unchanged: number
  removed: number
}

export interface ImportWarning {
  code: string
  message: string
  count: number
}

export interface ImportColumn {
  name: string
  used_as: string
  reason: string | null
}

export interface ImportSummary {
  courses: Counts
  periods: Counts
  students: Counts
  tasks: Counts
  scores: Counts
  warnings: ImportWarning[]
  /** Of grade book files only: the first columns, and how many there are. */
  columns?: ImportColumn[]
  column_count?: number
}

export interface ImportError {
  file: string | null
  line: number | null
  path: string | null
  message: string
}

interface Import extends Job {
  filename: string | null
  dry_run: boolean
  requested_by: string | null
  error_count: number
}

/** An import in a list. */
export interface ListedImport extends Import {
  summary: Omit<ImportSummary, 'warnings' | 'columns' | 'column_count'> | null
  warning_count: number
}

export interface ImportReport extends Import {
  summary: ImportSummary | null
  errors: ImportError[]
}

export const FORMATS = ['oneroster', 'performance-book', 'canvas', 'moodle'] as const

/** What stands in the form; an empty text is left to the service. */
export interface ImportOptions {
  format: '' | typeof FORMATS[number]
  timeZone: string
  course: string
  teacher: string
  strict: boolean
  allowRemovals: boolean
  allowSkips: boolean
  allowNewPeople: boolean
  allowErased: boolean
}

export const NO_OPTIONS: ImportOptions = {
  format: '',
  timeZone: '',
  course: '',
  teacher: '',
  strict: false,
  allowRemovals: false,
  allowSkips: false,
  allowNewPeople: false,
  allowErased: false,
}

/** A grade book of another system names neither course nor teacher. */
export function needsCourse (format: ImportOptions['format'], filename: string): boolean {
  return format === 'canvas' || format === 'moodle' || (format === '' && /\.csv$/i.test(filename))
}
