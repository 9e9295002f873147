import type { Row } from '../../../db/tables.ts'
import type { SourceStudent } from '../book-source.ts'
import type { WarningCode } from '../messages.ts'
import { looseKey, nameKey } from '../person-keys.ts'
import type { CoursePlanning } from './planning.ts'

type StoredStudent = Row<'students'>

/**
 * Which stored student each student is: the one with the same source id. Ids of a grade book file mean
 * nothing to another source, so a student from such a file is matched with a student of a later roster if
 * the student id, the email, or both the id and the name agree. The others are matched by student id
 * without regard to case and leading zeros, then by a unique name, with a warning.
 */
export function matchStudents (
  live: StoredStudent[], { book, problems }: CoursePlanning
): Map<SourceStudent, StoredStudent> {
  const { students } = book
  const matches = new Map<SourceStudent, StoredStudent>()
  const taken = new Set<number>()
  const take = (student: SourceStudent, row: StoredStudent) => {
    matches.set(student, row)
    taken.add(row.id)
  }
  const bySource = new Map(live.map((row) => [row.source_id, row]))
  for (const student of students) {
    const row = bySource.get(student.sourceId)
    if (row !== undefined && (student.gradeBook === null) === (row.grade_book === null)) take(student, row)
  }
  const ofGradeBooks = live.filter((row) => row.grade_book !== null)
  if (ofGradeBooks.length === 0) return matches

  const byIdentifier = uniqueBy(ofGradeBooks, (row) => row.student_identifier)
  const byEmail = uniqueBy(ofGradeBooks, (row) => row.email?.toLowerCase())
  const ofOtherSources = students.filter(({ gradeBook }) => gradeBook === null)
  for (const student of ofOtherSources) {
    if (matches.has(student)) continue
    const { sourceId, studentIdentifier, email } = student
    const row = (studentIdentifier === null ? undefined : byIdentifier.get(studentIdentifier)) ??
      (email === null ? undefined : byEmail.get(email.toLowerCase())) ??
      ifSameName(student, bySource.get(sourceId))
    if (row !== undefined && !taken.has(row.id)) take(student, row)
  }
  for (const { warning, keyOfStudent, keyOfRow } of WEAK_MATCHES) {
    // A key must be unique among all students of the course, including those who are matched already.
    const rows = uniqueBy(live, keyOfRow)
    for (const [key, student] of uniqueBy(ofOtherSources, keyOfStudent)) {
      const row = rows.get(key) ?? null
      if (student === null || matches.has(student)) continue
      if (row === null || row.grade_book === null || taken.has(row.id)) continue
      take(student, row)
      problems.warn(warning, book.place)
    }
  }
  return matches
}

interface WeakMatch {
  warning: WarningCode
  keyOfStudent: (student: SourceStudent) => string | null
  keyOfRow: (row: StoredStudent) => string | null
}

/** From the more certain to the less certain. */
const WEAK_MATCHES: readonly WeakMatch[] = [
  {
    warning: 'people_matched_loosely',
    keyOfStudent: ({ studentIdentifier }) => looseIdentifier(studentIdentifier),
    keyOfRow: (row) => looseIdentifier(row.student_identifier),
  },
  {
    warning: 'people_matched_by_name',
    keyOfStudent: ({ firstName, lastName }) => nameKey(firstName, lastName),
    keyOfRow: (row) => nameKey(row.first_name, row.last_name),
  },
]

function looseIdentifier (identifier: string | null): string | null {
  return identifier === null ? null : looseKey(identifier.trim())
}

function ifSameName (
  { firstName, lastName }: SourceStudent, row: StoredStudent | undefined
): StoredStudent | undefined {
  return row?.first_name === firstName && row.last_name === lastName ? row : undefined
}

/** An index by a value that only one has; null where several have it. */
function uniqueBy<T> (values: T[], keyOf: (value: T) => string | null | undefined): Map<string, T | null> {
  const index = new Map<string, T | null>()
  for (const value of values) {
    const key = keyOf(value)?.trim()
    if (key !== undefined && key !== '') index.set(key, index.has(key) ? null : value)
  }
  return index
}
