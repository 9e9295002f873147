// Who may do what. Everything that decides about access asks here.
import { teaches } from '../../db/queries/accounts.ts'
import { findCourse, type CourseRow } from '../../db/queries/courses.ts'
import type { Database } from '../../db/index.ts'
import { personName } from '../person-name.ts'
import { shorten } from '../short-text.ts'

export const SCOPES = ['read', 'export', 'import', 'admin'] as const
export type Scope = typeof SCOPES[number]

/** Somebody whose token (or session) was checked. */
export interface Principal {
  userId: number
  email: string
  emailKey: string
  firstName: string | null
  lastName: string | null
  role: 'admin' | 'teacher' | 'student'
  scopes: ReadonlySet<Scope>
  /**
   * By what he was known: a row of `tokens` or of `sessions`; 0: a token of an embedding application, which
   * has none.
   */
  credential: { kind: 'token' | 'session', id: number }
}

/** All that a role may do. */
export const SCOPES_OF_ROLE: Readonly<Record<Principal['role'], readonly Scope[]>> = {
  admin: SCOPES,
  teacher: ['read', 'export', 'import'],
  student: ['read'],
}

/** Most characters of a name; every list shows it. */
const DISPLAY_NAME_MAX = 200

/** What a person is called in files and lists. */
export function displayName (
  { firstName, lastName, email }: Pick<Principal, 'firstName' | 'lastName' | 'email'>
): string {
  const name = personName(firstName, lastName)
  return shorten(name === '' ? email : name, DISPLAY_NAME_MAX)
}

export type CourseAccess = { course: CourseRow, allowed: boolean }

/**
 * A course and whether the principal may see it (its teacher, or an administrator); undefined: there is none.
 */
export async function courseAccess (
  db: Database,
  principal: Principal,
  courseId: number
): Promise<CourseAccess | undefined> {
  const course = await db.remembered(`course ${courseId}`, () => findCourse(db.reads, courseId))
  if (course === undefined) return undefined
  return { course, allowed: await mayUseCourse(db, principal, courseId) }
}

export async function mayUseCourse (db: Database, principal: Principal, courseId: number): Promise<boolean> {
  if (principal.role === 'admin') return true
  return principal.role === 'teacher' &&
    await db.remembered(
      `teaches ${courseId} ${principal.emailKey}`,
      () => teaches(db.reads, principal.emailKey, courseId)
    )
}
