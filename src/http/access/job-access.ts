import type { FastifyReply, FastifyRequest } from 'fastify'
import { jobRequests, type JobRow } from '../../../db/queries/jobs.ts'
import { ServiceError } from '../../errors.ts'
import type { Database } from '../../../db/index.ts'
import { courseAccess, type Principal, type Scope } from '../../accounts/access.ts'
import type { Services } from '../../services.ts'
import { idOf, principalOf, requireScope, type AccessHooks } from './access-hooks.ts'

declare module 'fastify' {
  interface FastifyRequest {
    job: JobRow | null
  }
}

/**
 * The job in the address (`:job_id`), for a requester, a teacher of its course or an administrator; to
 * anybody else it is not there.
 */
export function jobAccess (
  { db, queue }: Services,
  access: AccessHooks,
  scope: Scope
): Array<(request: FastifyRequest, reply: FastifyReply) => Promise<void>> {
  return [access.signedIn, async (request) => {
    const jobId = idOf((request.params as { job_id: string }).job_id)
    const job = jobId === undefined
      ? undefined
      : await db.remembered(`job ${jobId}`, () => queue.find(db.reads, jobId))
    if (job === undefined || !await mayReadJob(db, principalOf(request), job)) {
      throw new ServiceError('JOB_NOT_FOUND')
    }
    requireScope(principalOf(request), scope)
    request.job = job
  }]
}

/** Its requesters, teachers of its course, and administrators may read a job. */
export async function mayReadJob (db: Database, principal: Principal, job: JobRow): Promise<boolean> {
  if (principal.role === 'admin') return true
  if (principal.role === 'student') return false
  if (await mayUseCourseOf(db, principal, job)) return true
  return (await db.remembered(
    `requests ${job.id}`,
    () => jobRequests(db.reads, job.id)
  )).some((one) => one.user_id === principal.userId)
}

/**
 * Whether the job's course is there and the principal may use it: then they may have what the job has made.
 */
export async function mayUseCourseOf (db: Database, principal: Principal, job: JobRow): Promise<boolean> {
  if (job.owner_type !== 'course' || job.owner_id === null) return false
  return (await courseAccess(db, principal, job.owner_id))?.allowed === true
}
