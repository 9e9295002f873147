import type { Row } from '../../../db/tables.ts'
import type { SourceStudent } from '../book-source.ts'
import { looseKey, nameKey } from '../person-keys.ts'
import type { CoursePlanning } from './course.ts'

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
  gradeBook: string | null
  isUnenrolled: boolean
}

/**
 * Plans the students. Nobody is ever removed: who is not in a full source any more is dropped from now on.
 */
export function planStudents (planning: CoursePlanning): FinalStudent[] {
  const { book, staging, tallies, collator, changed } = planning
  const live = book.live === null ? [] : staging.live.students(book.live.id)
  const periods = new Map(
    book.live === null ? [] : staging.live.periods(book.live.id).map((row) => [row.id, row.source_id])
  )
  const periodOf = (row: Row<'students'>) =>
    row.period_id === null ? null : periods.get(row.period_id) ?? null
  const matches = matchStudents(live, planning)
  const matched = new Set([...matches.values()].map((row) => row.id))
  const final: FinalStudent[] = book.students.map((student) => ({
    ...student,
    live: matches.get(student) ?? null,
    isUnenrolled: false,
  }))
  const ids = new Set(book.students.map((student) => student.sourceId))
  const taken = new Set([...ids, ...live.map((row) => row.source_id)])
  const isGone = (row: Row<'students'>) =>
    book.isFull
      ? book.isTeachersImport !== true
      : book.isGone.student(row)
  for (const row of live) {
    if (matched.has(row.id)) continue
    final.push({
      live: row,
      number: null,
      // A source that has the same id for a person of its own does not mean the grade book's.
      sourceId: ids.has(row.source_id) ? freeId(row, taken) : row.source_id,
      firstName: row.first_name,
      lastName: row.last_name,
      studentIdentifier: row.student_identifier,
      email: row.email,
      period: periodOf(row),
      droppedOn: row.dropped_on,
      gradeBook: row.grade_book,
      isUnenrolled: row.is_unenrolled === 1 || (row.grade_book === null && isGone(row)),
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
      grade_book: student.gradeBook,
      is_unenrolled: student.isUnenrolled ? 1 as const : 0 as const,
      position: positions.get(student)!,
    }
    if (row === null) {
      staging.plan.student({ ...part, op: 'insert' })
      tallies.students.added++
      changed()
      continue
    }
    const isUpdated = row.first_name !== part.first_name || row.last_name !== part.last_name ||
      row.student_identifier !== part.student_identifier ||
      row.email !== part.email || periodOf(row) !== part.period || row.dropped_on !== part.dropped_on ||
      row.is_unenrolled !== part.is_unenrolled
    if (student.number !== null || isUpdated) tallies.students[isUpdated ? 'updated' : 'unchanged']++
    const isMoved = row.position !== part.position
    if (!isUpdated && !isMoved && row.source_id === part.source_id && row.grade_book === part.grade_book) {
      continue
    }
    staging.plan.student({ ...part, op: 'update' })
    if (isUpdated || isMoved) changed()
  }
  return final
}

/**
 * Which stored student each is: the one of its source id. Ids of a grade book file mean nothing to another
 * source. A student whom such a file brought is the person of a roster that comes later if the student id,
 * the e-mail, or the same id and name agree, so that no student is there twice. Those who are left over are
 * matched without regard to case and leading zeros, then by a name that is unique, with a warning.
 */
function matchStudents (
  live: Array<Row<'students'>>,
  { book, problems }: CoursePlanning
): Map<SourceStudent, Row<'students'>> {
  const { students } = book
  const matches = new Map<SourceStudent, Row<'students'>>()
  const bySource = new Map(live.map((row) => [row.source_id, row]))
  const isSameKind = (
    student: SourceStudent,
    row: Row<'students'>
  ) => (student.gradeBook === null) === (row.grade_book === null)
  for (const student of students) {
    const row = bySource.get(student.sourceId)
    if (row !== undefined && isSameKind(student, row)) matches.set(student, row)
  }
  const brought = live.filter((row) => row.grade_book !== null)
  if (brought.length === 0) return matches
  const taken = new Set([...matches.values()].map((row) => row.id))
  const take = (student: SourceStudent, row: Row<'students'>) => {
    matches.set(student, row)
    taken.add(row.id)
  }
  const byIdentifier = uniqueBy(brought, (row) => row.student_identifier)
  const byEmail = uniqueBy(brought, (row) => row.email?.toLowerCase())
  for (const student of students) {
    if (matches.has(student) || student.gradeBook !== null) continue
    const same = bySource.get(student.sourceId)
    const row = (student.studentIdentifier === null
      ? undefined
      : byIdentifier.get(student.studentIdentifier)) ??
      (student.email === null ? undefined : byEmail.get(student.email.toLowerCase())) ??
      (same !== undefined && same.first_name === student.firstName && same.last_name === student.lastName
        ? same
        : undefined)
    if (row !== undefined && !taken.has(row.id)) take(student, row)
  }
  const weakly = [
    [
      'people_matched_loosely',
      (student: SourceStudent) =>
        student.studentIdentifier === null
          ? null
          : looseKey(student.studentIdentifier.trim()),
      (row: Row<'students'>) =>
        row.student_identifier === null
          ? null
          : looseKey(row.student_identifier.trim()),
    ],
    [
      'people_matched_by_name',
      (student: SourceStudent) => nameKey(student.firstName, student.lastName),
      (row: Row<'students'>) => nameKey(row.first_name, row.last_name),
    ],
  ] as const
  for (const [warning, keyOfStudent, keyOfRow] of weakly) {
    // Unique among all of the course, so that a namesake whose match is known does not make the other one
    // seem unique.
    const rows = uniqueBy(live, keyOfRow)
    for (
      const [key, student] of uniqueBy(
        students.filter(({ gradeBook }) => gradeBook === null),
        keyOfStudent
      )
    ) {
      const row = rows.get(key) ?? undefined
      if (
        student === null || matches.has(student) || row === undefined || row.grade_book === null ||
        taken.has(row.id)
      ) {
        continue
      }
      take(student, row)
      problems.warn(warning, book.place)
    }
  }
  return matches
}

/** By a value that only one has; null where several do. */
function uniqueBy<T> (rows: T[], valueOf: (row: T) => string | null | undefined): Map<string, T | null> {
  const found = new Map<string, T | null>()
  for (const row of rows) {
    const value = valueOf(row)?.trim()
    if (value !== undefined && value !== '') found.set(value, found.has(value) ? null : row)
  }
  return found
}

/** An id for a grade book's student whose id another source uses for a different person. */
function freeId ({ source_id: id, grade_book: system }: Row<'students'>, taken: Set<string>): string {
  let free = `${system ?? 'student'}:${id}`
  while (taken.has(free)) free = `${system ?? 'student'}:${free}`
  taken.add(free)
  return free
}

/**
 * Last name, first name, student id, then id; what is missing stands last. New students come by id in the
 * order given.
 */
function inBookOrder (students: FinalStudent[], collator: Intl.Collator): FinalStudent[] {
  const compare = (a: string | null, b: string | null) => {
    if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0)
    return a === b ? 0 : collator.compare(a, b)
  }
  const ids = new Map(
    students.map((
      student,
      i
    ) => [student, student.live?.id ?? Number.MAX_SAFE_INTEGER - students.length + i])
  )
  return students.toSorted((a, b) =>
    compare(a.lastName, b.lastName) || compare(a.firstName, b.firstName) ||
    compare(a.studentIdentifier, b.studentIdentifier) || ids.get(a)! - ids.get(b)!
  )
}
