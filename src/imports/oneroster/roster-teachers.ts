import type { SourceTeacher } from '../book-source.ts'
import type { ImportRun } from '../import-run.ts'
import type { RosterCourse } from './roster-courses.ts'
import type { EnrollmentBody, UserBody } from './roster-files.ts'
import { endedEarlyOn, termsOf } from './roster-terms.ts'

export interface TeacherOptions {
  /** Plain date. A teacher whose enrollment ended early before it does not see the course. */
  today: string
  /** Name of the bundle, for warnings about users who are in no file. */
  sourceName: string | null
}

/** The teachers with an active enrollment in any class of the course. */
export function teachersOf (
  course: RosterCourse, run: ImportRun, { today, sourceName }: TeacherOptions
): SourceTeacher[] {
  const { records } = run.staging
  const teachers = new Map<string, SourceTeacher>()
  for (const record of course.classes) {
    const terms = termsOf(record, run)
    for (const { other: sourceId, body } of records.ofParent('enrollment', record.source_id)) {
      const [role, , end] = JSON.parse(body) as EnrollmentBody
      if (role !== 'teacher' || sourceId === null || teachers.has(sourceId)) continue
      const left = endedEarlyOn(end, terms)
      if (left !== null && left <= today) continue
      const user = records.find('user', sourceId)
      if (user === undefined || user.is_deleted === 1) continue
      const [enabledUser, firstName, lastName, , email] = JSON.parse(user.body) as UserBody
      const isEnabled = enabledUser === 1
      if (email === null && isEnabled) {
        const place = user.file === -1 ? { file: sourceName } : run.placeOf(user)
        run.problems.warn('teacher_without_email', place)
      }
      teachers.set(sourceId, { sourceId, email, firstName, lastName, isEnabled })
    }
  }
  return [...teachers.values()]
}
