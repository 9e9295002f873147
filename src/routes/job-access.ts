import type { FastifyReply, FastifyRequest } from 'fastify'
import { jobRequests, type JobRow } from '../../db/jobs.queries.ts'
import { ServiceError } from '../errors.ts'
import { mayUseCourse, type Scope } from '../features/accounts/access.ts'
import type { Services } from '../services.ts'
import { idOf, principalOf, requireScope, type AccessHooks } from './access-hooks.ts'

declare module 'fastify' {
  interface FastifyRequest { job: JobRow | null }
}

/** The job in the address (`:job_id`), for a requester, a teacher of its course or an administrator; to anybody else it is not there. */
export function jobAccess ({ db, queue }: Services, access: AccessHooks, scope: Scope): Array<(request: FastifyRequest, reply: FastifyReply) => Promise<void>> {
  return [access.signedIn, async (request) => {
    const jobId = idOf((request.params as { job_id: string }).job_id)
    const job = jobId === undefined ? undefined : await db.remembered(`job ${jobId}`, () => queue.find(db.reads, jobId))
    if (job === undefined || !await mayUseJob(request, job)) throw new ServiceError('JOB_NOT_FOUND')
    requireScope(principalOf(request), scope)
    request.job = job
  }]

  async function mayUseJob (request: FastifyRequest, job: JobRow): Promise<boolean> {
    const principal = principalOf(request)
    if (principal.role === 'admin') return true
    if (principal.role === 'student') return false
    if (job.owner_type === 'course' && await mayUseCourse(db, principal, job.owner_id!)) return true
    return (await db.remembered(`requests ${job.id}`, () => jobRequests(db.reads, job.id))).some((one) => one.user_id === principal.userId)
  }
}
