import type { CoursePlan } from './course-plan.ts'
import { csvRow } from '../csv-row.ts'
import type { OneRosterVersion } from './oneroster-columns.ts'
import { orgId, studentId } from './oneroster-ids.ts'
import type { Student } from './class-roster.ts'

type UserRole = 'student' | 'teacher' | 'aide'

interface User {
  id: string
  school: number
  role: UserRole
  given: string
  family: string
  preferredGiven: string
  identifier: string
  username: string
  email: string
}

/** A person who teaches, and their periods, counted from 0. */
interface StaffMember extends User {
  periods: readonly number[]
  isPrimary: boolean
}

export function studentUser (school: number, student: number, person: Student): User {
  const username = `${person.name.mailbox}${Number(person.identifier)}`
  return {
    id: studentId(school, student),
    school,
    role: 'student',
    given: person.name.given,
    family: person.name.family,
    preferredGiven: person.preferredGiven,
    identifier: person.identifier,
    username,
    email: person.hasEmail ? `${username}@students.example.edu` : '',
  }
}

/**
 * The teacher of all periods, a co-teacher of the last one, an aide in the first. `courses`: of each school.
 */
export function staffOf (plan: CoursePlan, courses: number, periods: number): StaffMember[] {
  const { school, course } = plan
  const all = Array.from({ length: periods }, (_, period) => period)
  const parts = [
    { role: 'teacher', name: plan.teacher, periods: all },
    { role: 'teacher', name: plan.coTeacher, periods: periods > 1 ? [periods - 1] : [] },
    { role: 'aide', name: plan.aide, periods: [0] },
  ] as const
  return parts.map(({ role, name, periods }, i) => {
    const number = ((school - 1) * courses + course - 1) * parts.length + i + 1
    return {
      id: `staff-${school}-${course}-${i + 1}`,
      school,
      role,
      given: name.given,
      family: name.family,
      preferredGiven: '',
      identifier: `T${String(number).padStart(4, '0')}`,
      username: `${name.mailbox}${number}`,
      email: `${name.mailbox}${number}@example.edu`,
      periods,
      isPrimary: i === 0,
    }
  })
}

/** A line of users.csv. `change`: status and dateLastModified, both empty in a bulk file. */
export function userRow (
  version: OneRosterVersion,
  user: User,
  change: readonly [string, string] = ['', '']
): string {
  const { id, given, family, identifier, email, username } = user
  const who = [username, '', given, family, '', identifier, email, '', '', '', '', '']
  return version === '1.1'
    ? csvRow([id, ...change, 'true', orgId(user.school), user.role, ...who])
    : csvRow([id, ...change, 'true', ...who, '', user.preferredGiven, '', '', orgId(user.school), ''])
}

/** A line of roles.csv (1.2). */
export function roleRow (user: User, change: readonly [string, string] = ['', '']): string {
  return csvRow([`role-${user.id}`, ...change, user.id, 'primary', user.role, '', '', orgId(user.school), ''])
}
