import type { Book, Student, Task } from '../../http/schemas/book.ts'
import { serverNow } from '../api.ts'
import { fold, hasWords, searchWords } from '../fold.ts'
import { isMissing } from '../missing.ts'
import type { Column } from './columns.ts'

export const WORK_FILTERS = ['missing', 'late'] as const
export type WorkFilter = typeof WORK_FILTERS[number]

export interface Sort {
  /** A column's key; `name` is the student's. */
  key: string
  isDescending: boolean
}

/**
 * A range of course averages, as fractions: `from` is included, `to` is not; null: no upper limit. `none`:
 * students without a course average.
 */
export type AverageRange = { from: number, to: number | null } | 'none'

interface RowChoice {
  search: string
  sort: Sort | null
  work: readonly WorkFilter[]
  below: number | null
  showsDropped: boolean
  range: AverageRange | null
}

export function isInRange (average: number | null, range: AverageRange): boolean {
  if (average === null || range === 'none') return average === null && range === 'none'
  // As for grades, 0.6999999999999999 counts as 0.7.
  const rounded = Math.round(average * 1e10) / 1e10
  return rounded >= range.from && (range.to === null || rounded < range.to)
}

/**
 * The students to show, in order; without a sort, in the workbook's order. Dropped students come last. Before
 * them come the students without a value.
 */
export function rowsOf (
  { students, data_headings: headings }: Pick<Book, 'students' | 'data_headings'>,
  columns: readonly Column[],
  { search, sort, work, below, showsDropped, range }: RowChoice,
  compare: (a: string, b: string) => number
): Student[] {
  const words = searchWords(search)
  const limit = below === null ? null : below / 100
  const rows = students.filter((student) =>
    (showsDropped || !student.is_dropped) &&
    (range === null || (!student.is_dropped && isInRange(student.course_average, range))) &&
    (limit === null || (student.course_average !== null && student.course_average < limit)) &&
    work.every((name) => workOf(student, headings)[name] > 0) &&
    (words.length === 0 || hasWords(searchText(student), words))
  )
  if (sort === null) return rows
  const value = sort.key === 'name' ? sortedName : columns.find(({ key }) => key === sort.key)?.value
  if (value === undefined) return rows
  const direction = sort.isDescending ? -1 : 1
  return rows
    .map((student) => ({ student, value: value(student) }))
    .sort((a, b) => {
      if (a.student.is_dropped !== b.student.is_dropped) return a.student.is_dropped ? 1 : -1
      if (isBlank(a.value) || isBlank(b.value)) return Number(isBlank(a.value)) - Number(isBlank(b.value))
      return direction *
        (typeof a.value === 'number' && typeof b.value === 'number'
          ? a.value - b.value
          : compare(String(a.value), String(b.value)))
    })
    .map(({ student }) => student)
}

/** Last name first, as in a class list. */
export function sortedName ({ first_name, last_name }: Pick<Student, 'first_name' | 'last_name'>): string {
  return [last_name, first_name].filter((part) => part !== null && part !== '').join(', ')
}

const works = new WeakMap<Student, Record<WorkFilter, number>>()

/** How many assignments of a student are missing, and how many late. `headings`: those of the book. */
export function workOf (student: Student, headings: readonly Task[]): Record<WorkFilter, number> {
  const known = works.get(student)
  if (known !== undefined) return known
  let missing = 0
  let late = 0
  const now = serverNow()
  student.data.forEach((cell, i) => {
    if (cell === null) return
    if (isMissing(cell, headings[i]?.due_at ?? null, now)) missing++
    if (cell.is_late) late++
  })
  const work = { missing, late }
  works.set(student, work)
  return work
}

const searchTexts = new WeakMap<Student, string>()

function searchText (student: Student): string {
  const known = searchTexts.get(student)
  if (known !== undefined) return known
  const { first_name: first, last_name: last, name, student_identifier: identifier, email } = student
  const text = fold([last, first, name, identifier, email].filter(Boolean).join(' '))
  searchTexts.set(student, text)
  return text
}

function isBlank (value: string | number | null): boolean {
  return value === null || value === ''
}
