// The rules of access: who may use which course and which job.
import { teaches } from '../../db/queries/course-teachers.ts'
import { findCourse, type CourseRow } from '../../db/queries/courses.ts'
import type { Database } from '../../db/index.ts'
import { findJob, jobRequests, type JobRow } from '../../db/queries/jobs.ts'
import { personName } from '../person-name.ts'
import { shorten } from '../short-text.ts'

export type { CourseRow } from '../../db/queries/courses.ts'
export type { JobRow } from '../../db/queries/jobs.ts'

export const SCOPES = ['read', 'export', 'import', 'admin'] as const
export type Scope = typeof SCOPES[number]

/** A person whose token or session was checked. */
export interface Principal {
  userId: number
  email: string
  emailKey: string
  firstName: string | null
  lastName: string | null
  role: 'admin' | 'teacher' | 'student'
  /** False: they sign in by single sign-on only. */
  hasPassword: boolean
  scopes: ReadonlySet<Scope>
  /**
   * The id of a row of `tokens` or `sessions`; 0 for a token of an embedding application, which has no row.
   */
  credential: { kind: 'token' | 'session', id: number }
}

/** Everything that a role may do. */
export const SCOPES_OF_ROLE: Readonly<Record<Principal['role'], readonly Scope[]>> = {
  admin: SCOPES,
  teacher: ['read', 'export', 'import'],
  student: ['read'],
}

/** The most characters of a name, which every list shows. */
const DISPLAY_NAME_MAX = 200

/** What a person is called in files and lists. */
export function displayName (
  { firstName, lastName, email }: Pick<Principal, 'firstName' | 'lastName' | 'email'>
): string {
  const name = personName(firstName, lastName)
  return shorten(name === '' ? email : name, DISPLAY_NAME_MAX)
}

type CourseAccess = { course: CourseRow, allowed: boolean }

export interface Access {
  /** A course, and whether the principal may use it. Undefined: there is no such course. */
  course: (principal: Principal, courseId: number) => Promise<CourseAccess | undefined>
  /** Teachers of a course and administrators may use it. */
  mayUseCourse: (principal: Principal, courseId: number) => Promise<boolean>
  /** A job that the principal may read. Undefined: there is none, or for them there is none. */
  job: (principal: Principal, jobId: number) => Promise<JobRow | undefined>
  /** Requesters of a job, teachers of its course, and administrators may read it. */
  mayReadJob: (principal: Principal, job: JobRow) => Promise<boolean>
  /** Whether the job's course exists and the principal may use it: then they may have what the job made. */
  mayUseCourseOf: (principal: Principal, job: JobRow) => Promise<boolean>
}

export function createAccess ({ db }: { db: Database }): Access {
  async function course (principal: Principal, courseId: number): Promise<CourseAccess | undefined> {
    const course = await findCourse(db.reads, courseId)
    return course === undefined ? undefined : { course, allowed: await mayUseCourse(principal, courseId) }
  }

  async function mayUseCourse ({ role, emailKey }: Principal, courseId: number): Promise<boolean> {
    if (role === 'admin') return true
    return role === 'teacher' && await teaches(db.reads, emailKey, courseId)
  }

  async function mayUseCourseOf (principal: Principal, job: JobRow): Promise<boolean> {
    if (job.owner_type !== 'course' || job.owner_id === null) return false
    return (await course(principal, job.owner_id))?.allowed === true
  }

  async function mayReadJob (principal: Principal, job: JobRow): Promise<boolean> {
    if (principal.role === 'admin') return true
    if (principal.role === 'student') return false
    if (await mayUseCourseOf(principal, job)) return true
    const requests = await jobRequests(db.reads, job.id)
    return requests.some((request) => request.user_id === principal.userId)
  }

  return {
    course,
    mayUseCourse,
    mayReadJob,
    mayUseCourseOf,
    async job (principal, jobId) {
      const job = await findJob(db.reads, jobId)
      return job !== undefined && await mayReadJob(principal, job) ? job : undefined
    },
  }
}
