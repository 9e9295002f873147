import type { SourceStudent } from '../book-source.ts'
import type { ImportRun } from '../import-run.ts'
import type { RosterCourse } from './roster-courses.ts'
import type { EnrollmentBody, UserBody } from './roster-files.ts'
import { endedEarlyOn, termsOf } from './roster-terms.ts'

export interface StudentOptions {
  /** Plain date. */
  today: string
  /** A person's number in this import. */
  personNumber: (sourceId: string) => number
}

interface Enrollment {
  period: string
  begin: string
  droppedOn: string | null
  ord: number
}

/**
 * The students of a course, in the order of their first enrollment. A student is in the period of their
 * newest active enrollment, a dropped one in their last period. A student is dropped if all enrollments
 * ended early.
 */
export function studentsOf (
  course: RosterCourse, run: ImportRun, { today, personNumber }: StudentOptions
): SourceStudent[] {
  const students: SourceStudent[] = []
  for (const [sourceId, enrollments] of enrollmentsOf(course, run)) {
    const user = run.staging.records.find('user', sourceId)
    if (user === undefined || user.is_deleted === 1) continue
    const [, firstName, lastName, studentIdentifier, email] = JSON.parse(user.body) as UserBody
    const active = enrollments.filter(({ droppedOn }) => droppedOn === null || droppedOn > today)
    const current = newest(active, ({ begin }) => begin) ??
      newest(enrollments, ({ droppedOn, begin }) => `${droppedOn ?? ''} ${begin}`)
    students.push({
      number: personNumber(sourceId),
      sourceId,
      gradeBook: null,
      firstName,
      lastName,
      studentIdentifier,
      email,
      period: current?.period ?? null,
      droppedOn: lastDropped(enrollments),
    })
  }
  return students
}

/** The enrollments of each student, by source id. */
function enrollmentsOf (course: RosterCourse, run: ImportRun): Map<string, Enrollment[]> {
  const enrollments = new Map<string, Enrollment[]>()
  for (const record of course.classes) {
    const terms = termsOf(record, run)
    const records = run.staging.records.ofParent('enrollment', record.source_id)
    for (const { other: student, body, ord } of records) {
      const [role, begin, end] = JSON.parse(body) as EnrollmentBody
      if (role !== 'student' || student === null) continue
      const droppedOn = endedEarlyOn(end, terms)
      const enrollment = { period: record.source_id, begin: begin ?? '', droppedOn, ord }
      const others = enrollments.get(student)
      if (others === undefined) enrollments.set(student, [enrollment])
      else others.push(enrollment)
    }
  }
  return enrollments
}

/** The latest day on which an enrollment ended early; null if one of them did not. */
function lastDropped (enrollments: Enrollment[]): string | null {
  let latest = ''
  for (const { droppedOn } of enrollments) {
    if (droppedOn === null) return null
    if (droppedOn > latest) latest = droppedOn
  }
  return latest
}

/** The one with the latest date, else the later line. */
function newest (
  enrollments: Enrollment[], dateOf: (enrollment: Enrollment) => string
): Enrollment | undefined {
  let best: { enrollment: Enrollment, date: string } | undefined
  for (const enrollment of enrollments) {
    const date = dateOf(enrollment)
    const isLater = best === undefined || date > best.date ||
      (date === best.date && enrollment.ord > best.enrollment.ord)
    if (isLater) best = { enrollment, date }
  }
  return best?.enrollment
}
