import type { Student } from '../../http/schemas/book.ts'
import type { Column } from './columns.ts'

export interface Sort {
  /** A column's key; `name` is the student's. */
  key: string
  isDescending: boolean
}

/**
 * Of the course average, both as fractions: from (included) to (left out; the last bar of a chart has no
 * end). `none`: students without one.
 */
export type AverageRange = { from: number, to: number | null } | 'none'

export interface RowChoice {
  search: string
  sort: Sort | null
  showDropped: boolean
  range: AverageRange | null
}

export function isInRange (average: number | null, range: AverageRange): boolean {
  if (average === null || range === 'none') return average === null && range === 'none'
  return average >= range.from && (range.to === null || average < range.to)
}

/**
 * The students to show, in order; without a sort that of the workbook. Dropped ones stand apart at the end,
 * those without a value last.
 */
export function rowsOf (
  students: readonly Student[],
  columns: readonly Column[],
  { search, sort, showDropped, range }: RowChoice,
  compare: (a: string, b: string) => number
): Student[] {
  const wanted = search.trim().toLocaleLowerCase().normalize('NFC')
  const rows = students.filter((student) =>
    (showDropped || !student.is_dropped) &&
    (range === null || (!student.is_dropped && isInRange(student.course_average, range))) &&
    (wanted === '' ||
      `${sortedName(student)} ${student.name ?? ''} ${student.student_identifier ?? ''}`.toLocaleLowerCase()
        .normalize('NFC').includes(wanted))
  )
  if (sort === null) return rows
  const value = sort.key === 'name' ? sortedName : columns.find(({ key }) => key === sort.key)?.value
  if (value === undefined) return rows
  const direction = sort.isDescending ? -1 : 1
  return rows
    .map((student) => ({ student, value: value(student) }))
    .sort((a, b) => {
      if (a.student.is_dropped !== b.student.is_dropped) return a.student.is_dropped ? 1 : -1
      if (a.value === null || a.value === '' || b.value === null || b.value === '') {
        return Number(a.value === null || a.value === '') - Number(b.value === null || b.value === '')
      }
      return direction *
        (typeof a.value === 'number' && typeof b.value === 'number'
          ? a.value - b.value
          : compare(String(a.value), String(b.value)))
    })
    .map(({ student }) => student)
}

/** Last name first, as lists of a class are read. */
export function sortedName ({ first_name, last_name }: Student): string {
  return [last_name, first_name].filter((part) => part !== null && part !== '').join(', ')
}
