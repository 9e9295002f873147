// Systems whose files are not supported yet, by marks that only they have.
import { VALUE_MAX } from '../sources/text-values.ts'

const ONE_ROSTER = 'ask for OneRoster CSV (1.1 or 1.2) instead'

export interface OtherSystem {
  /** With its article: "a Brightspace grade export". */
  name: string
  /** What to do instead; undefined for a grade book whose columns can be renamed. */
  advice?: string
  /** `names` in lower case, and the first rows. */
  isIt: (names: string[], rows: string[][]) => boolean
}

const any = (pattern: RegExp) => (names: string[]) => names.some((name) => pattern.test(name))
const has = (...wanted: string[]) => (names: string[]) => wanted.every((name) => names.includes(name))

export const OTHER_SYSTEMS: readonly OtherSystem[] = [
  {
    name: 'a Brightspace grade export',
    isIt: any(/^(orgdefinedid|end-of-line indicator)$|<[a-z/ ]+(maxpoints|weight|category):[^>]*>$/),
  },
  {
    name: 'a Blackboard grade export',
    isIt: any(/\[total pts: [^\]]*\]( ?\|\d+)?$|\[[^[\]\d]*\d[^[\]]*\] ?\|\d+$/),
  },
  { name: 'a Schoology grade export', isIt: any(/^unique user id$|\(max points: [^)]*\)$/) },
  { name: 'a Gradescope grade export', isIt: any(/ - (max points|submission time|lateness.*)$/) },
  { name: 'an Open edX grade report', isIt: has('enrollment track') },
  { name: 'a Google Classroom grade export', isIt: isClassroom },
  {
    name: 'a Sakai grade export',
    isIt: (names) =>
      (names[0] === 'student id' || names[0] === 'student name' || names[0] === 'name') &&
      any(/\S \[\d+([.,]\d+)?\]$/)(names),
  },
  { name: 'a Microsoft School Data Sync file', advice: ONE_ROSTER, isIt: any(/^(section|school) sis id$/) },
  {
    name: 'a Clever file',
    advice: ONE_ROSTER,
    isIt: (names) =>
      names.includes('school_id') &&
      (any(/^(student|teacher|section|staff)_id$/)(names) || names.includes('school_name')),
  },
  {
    name: 'a Canvas SIS import file',
    advice: `${ONE_ROSTER}, or export the grade book: Grades, Export, "Export Entire Gradebook"`,
    isIt: isCanvasSis,
  },
]

/**
 * In any language: a row of dates and a row of points, each with a label in its first cell and nothing
 * else.
 */
function isClassroom (names: string[], [dates = [], points = []]: string[][]): boolean {
  const hasLabel = ([first = '']: string[]) => first.trim() !== ''
  if (!hasLabel(dates) || !hasLabel(points)) return false
  const only = (row: string[], pattern: RegExp) => {
    const cells = row.slice(1, names.length).map((cell) => cell.trim()).filter((cell) => cell !== '')
    return cells.length > 0 && cells.every((cell) => cell.length <= VALUE_MAX && pattern.test(cell))
  }
  return [...dates.slice(1, 3), ...points.slice(1, 3)].every((cell) => cell.trim() === '') &&
    only(dates, /^\d{4}-\d\d-\d\d/) && only(points, /^\d+([.,]\d+)?$/)
}

function isCanvasSis (names: string[]): boolean {
  return !names.includes('sourcedid') && names.includes('status') &&
    any(/^(user_id|course_id|section_id|account_id|term_id)$/)(names)
}
