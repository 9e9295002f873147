export const FORMATS = ['oneroster', 'performance-book', 'canvas', 'moodle'] as const

/** The fields of the form. The service decides where a text is empty. */
export interface ImportOptions {
  format: '' | typeof FORMATS[number]
  timeZone: string
  dates: '' | 'mdy' | 'dmy'
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
  return format === 'canvas' || format === 'moodle' || (format === '' && /\.(csv|tsv|txt)$/i.test(filename))
}
