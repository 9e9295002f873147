import type { SourceStudent } from '../book-source.ts'
import type { ImportRun } from '../import-run.ts'
import { endedOn, termsOf, type BookOptions } from './roster-book.ts'
import type { RosterCourse } from './roster-courses.ts'
import type { EnrollmentBody, UserBody } from './roster-files.ts'

interface Enrollment {
  period: string
  begin: string
  droppedOn: string | null
  ord: number
}

/**
 * The students of a course, in the order of their first enrollment. Each stands in the period of the newest
 * active enrollment, a dropped one in the last. Somebody is dropped when the last enrollment has ended before
 * its time.
 */
export function studentsOf (
  course: RosterCourse,
  run: ImportRun,
  { today, personNumber }: BookOptions
): SourceStudent[] {
  const { records } = run.staging
  const enrollments = new Map<string, Enrollment[]>()
  for (const record of course.classes) {
    const terms = termsOf(record, run)
    for (const { other, body, ord } of records.ofParent('enrollment', record.source_id)) {
      const [role, begin, end] = JSON.parse(body) as EnrollmentBody
      if (role !== 'student' || other === null) continue
      const enrollment = { period: record.source_id, begin: begin ?? '', droppedOn: endedOn(end, terms), ord }
      const others = enrollments.get(other)
      if (others === undefined) enrollments.set(other, [enrollment])
      else others.push(enrollment)
    }
  }
  const students: SourceStudent[] = []
  for (const [sourceId, list] of enrollments) {
    const user = records.find('user', sourceId)
    if (user === undefined || user.is_deleted === 1) continue
    const [, firstName, lastName, studentIdentifier, email] = JSON.parse(user.body) as UserBody
    const active = list.filter(({ droppedOn }) => droppedOn === null || droppedOn > today)
    const current = active.length > 0
      ? newest(active, ({ begin }) => begin)
      : newest(list, ({ droppedOn, begin }) => `${droppedOn ?? ''} ${begin}`)
    const droppedOn = list.some((enrollment) => enrollment.droppedOn === null)
      ? null
      : list.reduce(
        (latest, enrollment) => enrollment.droppedOn! > latest ? enrollment.droppedOn! : latest,
        ''
      )
    students.push({
      number: personNumber(sourceId),
      sourceId,
      gradeBook: null,
      firstName,
      lastName,
      studentIdentifier,
      email,
      period: current.period,
      droppedOn,
    })
  }
  return students
}

function newest (list: Enrollment[], date: (enrollment: Enrollment) => string): Enrollment {
  return list.reduce((best, enrollment) => {
    const [a, b] = [date(enrollment), date(best)]
    return a > b || (a === b && enrollment.ord > best.ord) ? enrollment : best
  })
}
