import type { Row } from '../../../db/tables.ts'
import { matchStudents } from './match-students.ts'
import { freeId, type CoursePlanning } from './planning.ts'

/** A student of the course as they will be. */
export interface FinalStudent {
  live: Row<'students'> | null
  /** The person's number in this import; null: not in the source. */
  number: number | null
  sourceId: string
  firstName: string | null
  lastName: string | null
  studentIdentifier: string | null
  email: string | null
  /** Source id of the period. */
  period: string | null
  droppedOn: string | null
  gradeBook: string | null
  isUnenrolled: boolean
}

/** Plans the students. None is ever removed: a student who is no longer in a full source is dropped. */
export function planStudents (planning: CoursePlanning): FinalStudent[] {
  const { book, staging, collator } = planning
  const live = book.live === null ? [] : staging.live.students(book.live.id)
  const storedPeriods = book.live === null ? [] : staging.live.periods(book.live.id)
  const periods = new Map(storedPeriods.map((row) => [row.id, row.source_id]))
  const periodOf = (row: Row<'students'>) => {
    return row.period_id === null ? null : periods.get(row.period_id) ?? null
  }
  const matches = matchStudents(live, planning)
  const matched = new Set(Array.from(matches.values(), (row) => row.id))
  const named = book.students.map((student): FinalStudent => ({
    ...student,
    live: matches.get(student) ?? null,
    isUnenrolled: false,
  }))
  const ids = new Set(book.students.map((student) => student.sourceId))
  const taken = new Set([...ids, ...live.map((row) => row.source_id)])
  const isGone = (row: Row<'students'>) => book.isFull
    ? book.isTeachersImport !== true
    : book.isGone.student(row)
  const others = live.filter((row) => !matched.has(row.id)).map((row): FinalStudent => ({
    live: row,
    number: null,
    // If the source uses the same id for a person of its own, it does not mean the grade book's person.
    sourceId: ids.has(row.source_id)
      ? freeId(row.grade_book ?? 'student', row.source_id, taken)
      : row.source_id,
    firstName: row.first_name,
    lastName: row.last_name,
    studentIdentifier: row.student_identifier,
    email: row.email,
    period: periodOf(row),
    droppedOn: row.dropped_on,
    gradeBook: row.grade_book,
    isUnenrolled: row.is_unenrolled === 1 || (row.grade_book === null && isGone(row)),
  }))
  const final = [...named, ...others]
  const positions = new Map(inBookOrder(final, collator).map((student, position) => [student, position]))
  // In the order of the source, which decides the ids of new students.
  for (const student of final) {
    planStudent(student, { position: positions.get(student) ?? 0, periodOf, planning })
  }
  return final
}

interface StudentPlanning {
  position: number
  periodOf: (row: Row<'students'>) => string | null
  planning: CoursePlanning
}

function planStudent (student: FinalStudent, { position, periodOf, planning }: StudentPlanning): void {
  const { book, staging, tallies, changed } = planning
  const { live: row } = student
  const part = {
    course: book.number,
    live_id: row?.id ?? null,
    source_id: student.sourceId,
    first_name: student.firstName,
    last_name: student.lastName,
    student_identifier: student.studentIdentifier,
    email: student.email,
    period: student.period,
    dropped_on: student.droppedOn,
    grade_book: student.gradeBook,
    is_unenrolled: student.isUnenrolled ? 1 as const : 0 as const,
    position,
  }
  if (row === null) {
    staging.plan.student({ ...part, op: 'insert' })
    tallies.students.added++
    changed()
    return
  }
  const isUpdated = row.first_name !== part.first_name || row.last_name !== part.last_name ||
    row.student_identifier !== part.student_identifier || row.email !== part.email ||
    periodOf(row) !== part.period || row.dropped_on !== part.dropped_on ||
    row.is_unenrolled !== part.is_unenrolled
  if (student.number !== null || isUpdated) tallies.students[isUpdated ? 'updated' : 'unchanged']++
  const isMoved = row.position !== position
  if (isUpdated || isMoved || row.source_id !== part.source_id || row.grade_book !== part.grade_book) {
    staging.plan.student({ ...part, op: 'update' })
  }
  if (isUpdated || isMoved) changed()
}

/**
 * By last name, first name, student id, then id. Missing values come last. New students are ordered by id as
 * they are in `students`.
 */
function inBookOrder (students: FinalStudent[], collator: Intl.Collator): FinalStudent[] {
  const compare = (a: string | null, b: string | null) => {
    if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0)
    return a === b ? 0 : collator.compare(a, b)
  }
  const idOf = ({ live }: FinalStudent) => live?.id ?? Number.MAX_SAFE_INTEGER
  // The sort is stable.
  return students.toSorted((a, b) => compare(a.lastName, b.lastName) || compare(a.firstName, b.firstName) ||
    compare(a.studentIdentifier, b.studentIdentifier) || idOf(a) - idOf(b))
}
