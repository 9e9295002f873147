import type { Student } from '../../http/schemas/book.ts'
import type { Column } from './columns.ts'

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
  showDropped: boolean
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
  students: readonly Student[],
  columns: readonly Column[],
  { search, sort, showDropped, range }: RowChoice,
  compare: (a: string, b: string) => number
): Student[] {
  const wanted = folded(search.trim())
  const rows = students.filter((student) =>
    (showDropped || !student.is_dropped) &&
    (range === null || (!student.is_dropped && isInRange(student.course_average, range))) &&
    (wanted === '' || searchText(student).includes(wanted))
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
export function sortedName ({ first_name, last_name }: Student): string {
  return [last_name, first_name].filter((part) => part !== null && part !== '').join(', ')
}

function searchText (student: Student): string {
  return folded(`${sortedName(student)} ${student.name ?? ''} ${student.student_identifier ?? ''}`)
}

function folded (text: string): string {
  return text.toLocaleLowerCase().normalize('NFC')
}

function isBlank (value: string | number | null): boolean {
  return value === null || value === ''
}
