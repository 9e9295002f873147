import type { ColumnReason, ColumnUse } from '../columns.ts'
import { importError } from '../error-messages.ts'
import type { ImportRun } from '../import-run.ts'
import { Refusal, type Place } from '../problems.ts'
import { IdentityColumns } from './identity-columns.ts'
import { LAST_DOWNLOADED } from './moodle-marks.ts'
import { isCourseTotal, isTotal, mayBeCourseTotal } from './moodle-totals.ts'

const IDENTITY = new IdentityColumns({
  'first name': 'identity_first_name',
  'last name': 'identity_last_name',
  surname: 'identity_last_name',
  'id number': 'identity_student_id',
  username: 'identity_login',
  'email address': 'identity_email',
  group: 'identity_period',
  groups: 'left_out',
  institution: 'left_out',
  department: 'left_out',
  suspended: 'left_out',
  [LAST_DOWNLOADED]: 'left_out',
})

/** Whether a column is about the student and not about grades, by its English name. */
export function isAboutPerson (name: string): boolean { return IDENTITY.has(name) }

const SUFFIX = /^(.*\S)\s*\((real|percentage|letter|feedback)\)$/is

/** A grade item, with the index of its column of points or percentages, or of both. */
interface Item {
  title: string
  real?: number
  percentage?: number
}

interface Header {
  /** The names as the file has them. `names` are the English ones. */
  given: string[]
  place: Place
  run: ImportRun
}

interface GradeColumn {
  title: string
  kind: 'real' | 'percentage' | 'letter' | 'feedback'
}

/**
 * The grade items that are not totals and have points or percentages. Notes how each column is used. Two
 * activities may have the same title; see `activityNumbers`. Throws Refusal if no column is recognized as a
 * grade.
 */
export function itemsOf (names: string[], { given, place, run }: Header): Item[] {
  const hasSuffix = names.some((name) => !IDENTITY.has(name) && SUFFIX.test(name))
  if (!hasSuffix && !names.some((name) => name.toLowerCase() === LAST_DOWNLOADED)) {
    throw new Refusal(place, importError('no_moodle_grades'))
  }
  const grades = names.map((name) => {
    return IDENTITY.has(name) || name === '' ? undefined : gradeColumn(name, { hasSuffix })
  })
  const total = courseTotalOf(grades)
  const items = new Map<string, Item>()
  const numbers = activityNumbers(grades)
  const keyOf = ({ title }: GradeColumn, at: number) => `${numbers[at] ?? 0} ${title}`
  const inPercent = new Set(grades.flatMap((grade, at) => {
    return grade?.kind === 'percentage' ? [keyOf(grade, at)] : []
  }))
  IDENTITY.note(names, run.columns, (name, at) => {
    const note = (use: ColumnUse, reason: ColumnReason | null) => {
      run.columns.add(given[at] ?? name, use, reason)
    }
    const leaveOut = (reason: ColumnReason) => { note('left_out', reason) }
    const grade = grades[at]
    if (name === '') return leaveOut('no_title')
    if (grade === undefined) return leaveOut('no_suffix')
    const { title, kind } = grade
    if (kind === 'feedback') return leaveOut('feedback')
    if (isTotal(title)) return leaveOut('total')
    if (title === total?.title && total.isLeftOut) return leaveOut('maybe_total')
    if (kind === 'letter') return leaveOut('letter')
    const key = keyOf(grade, at)
    items.set(key, { ...items.get(key), title, [kind]: at })
    if (kind === 'real' && inPercent.has(key)) return leaveOut('percentage_used')
    const use = kind === 'real' ? 'task_points' : 'task_percent'
    note(use, title === total?.title ? 'maybe_total_taken' : null)
  }, given)
  if (!hasSuffix) run.problems.warn('grade_columns_without_suffix', place)
  if (total !== undefined) {
    run.problems.warn(total.isLeftOut ? 'renamed_total_left_out' : 'renamed_total_taken', place)
  }
  return [...items.values()]
}

/**
 * For each column, the number of its activity among the activities with the same title, from 1. If a title
 * has as many columns of points as of percentages, the n-th belong together. If some are missing, adjacent
 * columns do: Moodle writes the columns of an activity next to each other.
 */
function activityNumbers (grades: Array<GradeColumn | undefined>): number[] {
  const columns = new Counter()
  for (const grade of grades) if (grade !== undefined) columns.next(`${grade.kind} ${grade.title}`)
  const isComplete = (title: string) => {
    const [real, percentage] = [columns.of(`real ${title}`), columns.of(`percentage ${title}`)]
    return real === 0 || percentage === 0 || real === percentage
  }
  const counter = new Counter()
  let kinds = new Set<string>()
  let number = 0
  return grades.map((grade, at) => {
    if (grade === undefined) return 0
    const { title, kind } = grade
    if (isComplete(title)) return counter.next(`${kind} ${title}`)
    if (grades[at - 1]?.title !== title || kinds.has(kind)) {
      number = counter.next(title)
      kinds = new Set()
    }
    kinds.add(kind)
    return number
  })
}

class Counter {
  readonly #counts = new Map<string, number>()

  of (key: string): number { return this.#counts.get(key) ?? 0 }

  /** Counts one more, and returns how many there are. */
  next (key: string): number {
    const count = this.of(key) + 1
    this.#counts.set(key, count)
    return count
  }
}

/** Undefined if other columns have a suffix and this one has none. */
function gradeColumn (name: string, { hasSuffix }: { hasSuffix: boolean }): GradeColumn | undefined {
  const [, title, kind] = SUFFIX.exec(name) ?? []
  if (title !== undefined && kind !== undefined) {
    return { title, kind: kind.toLowerCase() as GradeColumn['kind'] }
  }
  if (/^feedback: /i.test(name)) return { title: name, kind: 'feedback' }
  return hasSuffix ? undefined : { title: name, kind: 'real' }
}

/** The title that may be a renamed course total. If there is a "Course total", no other title is one. */
function courseTotalOf (
  grades: Array<GradeColumn | undefined>
): { title: string, isLeftOut: boolean } | undefined {
  const titles = [...new Set(grades.flatMap((grade) => grade === undefined ? [] : [grade.title]))]
  return titles.some(isCourseTotal) ? undefined : mayBeCourseTotal(titles)
}
