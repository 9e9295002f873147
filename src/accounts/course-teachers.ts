// Teachers of a course by hand: an administrator adds and removes them, and rosters leave that alone.
import type { Database, Trx } from '../../db/index.ts'
import { emailKey } from '../../db/queries/accounts.ts'
import {
  isSourceRemoved, listTeachers, restoreSource, rosterTeacherOf, setTeacherByHand, teacherByHand,
  type CourseTeacher,
} from '../../db/queries/course-teachers.ts'
import { lockCourse, raiseDataVersion } from '../../db/queries/courses.ts'
import { DomainError } from '../errors.ts'
import { listNames } from '../short-text.ts'
import { knownUser } from './principals.ts'
import { refusal } from '../refusals.ts'

interface TeacherChanges {
  /** Email addresses. */
  add?: readonly string[] | undefined
  remove?: readonly string[] | undefined
}

/** Ids of the users for whom something changed. */
export interface ChangedTeachers {
  added: number[]
  removed: number[]
}

export interface CourseTeachers {
  /** The teachers of a course: those of its roster in their order, then those added by hand. */
  list: (courseId: number) => Promise<CourseTeacher[]>
  /**
   * Adds and removes teachers, all or none. What is so already stays so. Throws COURSE_NOT_FOUND, and
   * VALIDATION_FAILED for an email address that no account and no roster has.
   */
  change: (courseId: number, changes: TeacherChanges) => Promise<ChangedTeachers>
}

/** A teacher as the API and the command line show them. */
export function teacherJson (
  { email, first_name: firstName, last_name: lastName, origin }: CourseTeacher
) {
  return { email, first_name: firstName, last_name: lastName, origin }
}

export function createCourseTeachers (
  { db, now }: { db: Database, now: () => number }
): CourseTeachers {
  return {
    list: (courseId) => listTeachers(db.reads, courseId),
    change: (courseId, { add = [], remove = [] }) => db.write(async (trx) => {
      if (await lockCourse(trx, courseId, 'change') === undefined) throw new DomainError('COURSE_NOT_FOUND')
      const added = await usersOf(trx, 'add', add)
      const removed = await usersOf(trx, 'remove', remove)
      const both = added.find((user) => removed.some((other) => other.id === user.id))
      if (both !== undefined) throw invalid(`remove: ${both.email} is in add too`)
      const students = added.filter((user) => user.role === 'student')
      if (students.length > 0) {
        const have = students.length === 1 ? 'has' : 'have'
        throw invalid(
          `add: ${emails(students)} ${have} the role student; give them the role teacher first`
        )
      }
      const changed: ChangedTeachers = { added: [], removed: [] }
      for (const user of added) if (await addTeacher(trx, courseId, user)) changed.added.push(user.id)
      for (const user of removed) if (await removeTeacher(trx, courseId, user)) changed.removed.push(user.id)
      // The workbook names the teachers.
      if (changed.added.length + changed.removed.length > 0) await raiseDataVersion(trx, courseId, now())
      return changed
    }),
  }
}

type User = NonNullable<Awaited<ReturnType<typeof knownUser>>>

async function usersOf (trx: Trx, field: string, addresses: readonly string[]): Promise<User[]> {
  const users = new Map<number, User>()
  const unknown: string[] = []
  for (const address of addresses) {
    const user = await knownUser(trx, emailKey(address))
    if (user === undefined) unknown.push(address.trim())
    else users.set(user.id, user)
  }
  if (unknown.length > 0) {
    const people = listNames(unknown)
    throw invalid(field === 'add'
      ? refusal('no_account', { people })
      : `${field}: there is no account for ${people}, and no course has such a teacher; ` +
        'check the email address')
  }
  return [...users.values()]
}

/** False: they teach it already. */
async function addTeacher (trx: Trx, courseId: number, user: User): Promise<boolean> {
  const { byHand, sourceId, isRemoved, isTeaching } = await teachingOf(trx, courseId, user)
  if (isTeaching) return false
  if (isRemoved && sourceId !== undefined) await restoreSource(trx, courseId, sourceId)
  if (sourceId === undefined || byHand !== undefined) {
    await setTeacherByHand(trx, {
      courseId, userId: user.id, isRemoved: sourceId === undefined ? false : null,
    })
  }
  return true
}

/** False: they do not teach it. */
async function removeTeacher (trx: Trx, courseId: number, user: User): Promise<boolean> {
  const { sourceId, isTeaching } = await teachingOf(trx, courseId, user)
  if (!isTeaching) return false
  const isRemoved = sourceId === undefined ? null : true
  await setTeacherByHand(trx, { courseId, userId: user.id, isRemoved, sourceId })
  return true
}

/**
 * What the roster of a course and administrators say about a user. `isRemoved`: the teacher of the roster was
 * removed, perhaps as another user, with an earlier email address.
 */
async function teachingOf (trx: Trx, courseId: number, user: User) {
  const sourceId = await rosterTeacherOf(trx, user.email_key, courseId)
  const byHand = await teacherByHand(trx, courseId, user.id)
  const isRemoved = sourceId !== undefined && await isSourceRemoved(trx, courseId, sourceId)
  const isTeaching = byHand === undefined ? sourceId !== undefined && !isRemoved : byHand.is_removed === 0
  return { byHand, sourceId, isRemoved, isTeaching }
}

function emails (users: readonly User[]): string {
  return listNames(users.map((user) => user.email))
}

function invalid (detail: string): DomainError {
  return new DomainError('VALIDATION_FAILED', { detail })
}
