import type { Row } from '../../../db/tables.ts'
import type { CoursePlanning } from './plan-course.ts'

/** A student of the course as he or she will be. */
export interface FinalStudent {
  live: Row<'students'> | null
  /** The person's number in this import, null: not in the source. */
  number: number | null
  sourceId: string
  firstName: string | null
  lastName: string | null
  studentIdentifier: string | null
  email: string | null
  /** Source id of the period. */
  period: string | null
  droppedOn: string | null
  isUnenrolled: boolean
}

/** Plans the students. Nobody is ever removed: who is not in a full source any more is dropped from now on. */
export function planStudents ({ book, staging, tallies, collator, changed }: CoursePlanning): FinalStudent[] {
  const live = book.live === null ? [] : staging.live.students(book.live.id)
  const periods = new Map(book.live === null ? [] : staging.live.periods(book.live.id).map((row) => [row.id, row.source_id]))
  const periodOf = (row: Row<'students'>) => row.period_id === null ? null : periods.get(row.period_id) ?? null
  const bySource = new Map(live.map((row) => [row.source_id, row]))
  const final: FinalStudent[] = book.students.map((student) => {
    const row = bySource.get(student.sourceId) ?? null
    bySource.delete(student.sourceId)
    return { ...student, live: row, isUnenrolled: false }
  })
  for (const row of bySource.values()) {
    final.push({
      live: row,
      number: null,
      sourceId: row.source_id,
      firstName: row.first_name,
      lastName: row.last_name,
      studentIdentifier: row.student_identifier,
      email: row.email,
      period: periodOf(row),
      droppedOn: row.dropped_on,
      isUnenrolled: row.is_unenrolled === 1 || (book.isFull && book.isTeachersImport !== true) || (!book.isFull && book.isGone.student(row)),
    })
  }
  const positions = new Map(inBookOrder(final, collator).map((student, position) => [student, position]))
  for (const student of final) {
    const row = student.live
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
      is_unenrolled: student.isUnenrolled ? 1 as const : 0 as const,
      position: positions.get(student)!,
    }
    if (row === null) {
      staging.plan.student({ ...part, op: 'insert' })
      tallies.students.added++
      changed()
      continue
    }
    const isUpdated = row.first_name !== part.first_name || row.last_name !== part.last_name || row.student_identifier !== part.student_identifier ||
      row.email !== part.email || periodOf(row) !== part.period || row.dropped_on !== part.dropped_on || row.is_unenrolled !== part.is_unenrolled
    if (student.number !== null || isUpdated) tallies.students[isUpdated ? 'updated' : 'unchanged']++
    if (!isUpdated && row.position === part.position) continue
    staging.plan.student({ ...part, op: 'update' })
    changed()
  }
  return final
}

/** Last name, first name, student id, then id; what is missing stands last. New students come by id in the order given. */
function inBookOrder (students: FinalStudent[], collator: Intl.Collator): FinalStudent[] {
  const compare = (a: string | null, b: string | null) => {
    if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0)
    return a === b ? 0 : collator.compare(a, b)
  }
  const ids = new Map(students.map((student, i) => [student, student.live?.id ?? Number.MAX_SAFE_INTEGER - students.length + i]))
  return students.toSorted((a, b) => compare(a.lastName, b.lastName) || compare(a.firstName, b.firstName) ||
    compare(a.studentIdentifier, b.studentIdentifier) || ids.get(a)! - ids.get(b)!)
}
