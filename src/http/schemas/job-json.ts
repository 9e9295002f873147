import type { FastifyRequest } from 'fastify'
import { jobAttempts, type AttemptRow } from '../../../db/queries/job-attempts.ts'
import type { JobRow } from '../../../db/queries/jobs.ts'
import { isoTime } from '../../iso-time.ts'
import { principalOf } from '../access/route-access.ts'
import type { RouteContext } from '../route-context.ts'

type JobContext = Pick<RouteContext, 'services' | 'links' | 'polls'>

export type JobJson = Awaited<ReturnType<typeof jobJson>>

/** Several jobs as the API shows them. */
export async function jobsJson (
  context: JobContext,
  request: FastifyRequest,
  jobs: readonly JobRow[]
): Promise<JobJson[]> {
  const shown: JobJson[] = []
  for (const job of jobs) shown.push(await jobJson(context, request, job))
  return shown
}

/** A job as the API shows it; to an administrator with all its attempts. */
export async function oneJobJson (
  context: JobContext,
  request: FastifyRequest,
  job: JobRow
): Promise<JobJson & { attempt_log?: ReturnType<typeof attemptJson>[] }> {
  const shown = await jobJson(context, request, job)
  if (principalOf(request).role !== 'admin') return shown
  return { ...shown, attempt_log: (await jobAttempts(context.services.db.reads, job.id)).map(attemptJson) }
}

async function jobJson (
  { services: { access, runner, exports, outlook }, links, polls }: JobContext,
  request: FastifyRequest,
  job: JobRow
) {
  const made = job.state === 'succeeded' ? await exports.ofJob(job.id) : undefined
  // A job may have been claimed after its row was read.
  const ahead = job.state === 'queued'
    ? (await polls.get('queue positions', outlook.positions)).get(job.id) ?? 0
    : 0
  const progress = job.state === 'started' ? runner.progress(job.id) ?? job.progress : job.progress
  return {
    id: job.id,
    kind: job.kind,
    status: job.state,
    course_id: job.owner_type === 'course' ? job.owner_id : null,
    export_id: made?.id ?? null,
    progress,
    queue_position: ahead,
    seconds_left: await outlook.secondsLeft(job, { progress, ahead }),
    attempts: job.attempts,
    requested_by: (JSON.parse(job.payload) as { requestedBy?: string }).requestedBy ?? null,
    created_at: isoTime(job.created_at),
    started_at: isoTime(job.started_at),
    finished_at: isoTime(job.finished_at),
    error: job.state === 'failed' ? { code: job.error_code!, message: job.error_message! } : null,
    // A requester who lost the course may see how the job went, not what is in the file.
    url: made !== undefined && await access.mayUseCourseOf(principalOf(request), job)
      ? links.file(request, made)
      : null,
  }
}

/** One run of a job: when, how it ended, and why. */
function attemptJson (attempt: AttemptRow) {
  return {
    attempt: attempt.attempt,
    started_at: isoTime(attempt.started_at),
    finished_at: isoTime(attempt.finished_at),
    outcome: attempt.outcome,
    error: attempt.error_message === null
      ? null
      : { code: attempt.error_code, message: attempt.error_message },
  }
}
