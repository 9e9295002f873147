import type { ImportFormat } from '../../imports/import-options.ts'

export const FORMATS = [
  'oneroster',
  'performance-book',
  'canvas',
  'moodle',
  'brightspace',
  'blackboard',
  'google-classroom',
  'gradescope',
  'schoology',
  'sakai',
  'edx',
  'spreadsheet',
  'sds',
  'clever',
] as const satisfies readonly ImportFormat[]

/** The fields of the form. The service decides where a text is empty. */
export interface ImportOptions {
  format: '' | typeof FORMATS[number]
  timeZone: string
  dates: '' | 'mdy' | 'dmy'
  sheet: string
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
  dates: '',
  sheet: '',
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
  if (format === '') return /\.(csv|tsv|txt|xls[xm]?)$/i.test(filename)
  return format !== 'oneroster' && format !== 'performance-book'
}

export function isWorkbook (filename: string): boolean { return /\.xls[xm]$/i.test(filename) }
