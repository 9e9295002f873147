import type { FastifyRequest } from 'fastify'
import type { Access } from '../accounts/access.ts'
import { EXPORT_KIND, exportResult } from '../exports/export.job.ts'
import type { Exports } from '../exports/exports.ts'
import { FILL_IN_KIND } from '../fill-in/fill-in.job.ts'
import type { FillIns } from '../fill-in/fill-ins.ts'
import { isoTime } from '../iso-time.ts'
import { attemptFacts } from '../jobs/attempt-facts.ts'
import type { JobOutlook } from '../jobs/job-outlook.ts'
import type { JobQueue, JobRow } from '../jobs/job-queue.ts'
import type { JobRunner } from '../jobs/job-runner.ts'
import { principalOf } from './access/route-access.ts'
import type { Links } from './links.ts'
import type { PollCache } from './poll-cache.ts'

interface JobViewOptions {
  access: Pick<Access, 'mayUseCourse' | 'mayUseCourseOf'>
  /** Keeps what estimates are based on for some seconds, whatever is committed. */
  estimates: PollCache
  exports: Pick<Exports, 'ofJob'>
  fillIns: Pick<FillIns, 'resultFor'>
  links: Pick<Links, 'file'>
  outlook: JobOutlook
  polls: PollCache
  queue: Pick<JobQueue, 'attempts'>
  runner: Pick<JobRunner, 'progress'>
}

export type JobView = ReturnType<typeof createJobView>

/** Jobs as the API shows them to the client of a request. */
export function createJobView (
  { access, estimates, exports, fillIns, links, outlook, polls, queue, runner }: JobViewOptions
) {
  return {
    /** One job. Administrators see all its attempts as well. */
    async one (request: FastifyRequest, job: JobRow) {
      const shown = await jobJson(request, job)
      if (principalOf(request).role !== 'admin') return shown
      // A job without a token was never claimed, so it has no attempts.
      const attempts = job.token === 0 ? [] : await queue.attempts(job.id)
      return { ...shown, attempt_log: attempts.map(attemptFacts) }
    },
    /** A job in a list, without attempts. */
    listed: jobJson,
  }

  async function positionOf ({ id }: JobRow): Promise<number> {
    const known = (await polls.get('queue positions', outlook.positions, 'queue')).get(id)
    // Without a position, it was queued after the others were counted, or claimed after its row was read.
    return known ?? (await outlook.positions()).get(id) ?? 0
  }

  async function jobJson (request: FastifyRequest, job: JobRow) {
    const made = job.state === 'succeeded' ? await exports.ofJob(job.id) : undefined
    const principal = principalOf(request)
    // It has names and grades, also when the requester lost access to the course.
    const filledIn = job.kind === FILL_IN_KIND && await access.mayUseCourseOf(principal, job)
      ? await fillIns.resultFor(principal.userId, job)
      : undefined
    const ahead = job.state === 'queued' ? await positionOf(job) : 0
    const progress = job.state === 'started' ? runner.progress(job.token) ?? job.progress : job.progress
    const { error_code: code, error_message: message } = job
    return {
      id: job.id,
      kind: job.kind,
      status: job.state,
      course_id: job.owner_type === 'course' ? job.owner_id : null,
      export_id: made?.id ?? null,
      progress,
      queue_position: ahead,
      seconds_left: await outlook.secondsLeft(job, {
        progress,
        ahead,
        // All waiting jobs of a kind share it.
        pace: () => estimates.get(`pace ${job.kind}`, () => outlook.pace(job.kind)),
        usualOfOwner: () => estimates.get(
          `usual ${job.kind} ${job.owner_type} ${job.owner_id}`, () => outlook.usualOfOwner(job)
        ),
      }),
      attempts: job.attempts,
      requested_by: (JSON.parse(job.payload) as { requestedBy?: string }).requestedBy ?? null,
      created_at: isoTime(job.created_at),
      started_at: isoTime(job.started_at),
      finished_at: isoTime(job.finished_at),
      error: job.state === 'failed' && code !== null && message !== null ? { code, message } : null,
      // A requester who lost access to the course may see how the job went, not what is in the file.
      url: made !== undefined && await access.mayUseCourse(principal, made.courseId)
        ? links.file(request, made)
        : filledIn?.file == null ? null : links.file(request, filledIn.file),
      result: job.state === 'succeeded' && job.kind === EXPORT_KIND
        ? exportResult(job.result)
        : filledIn?.report ?? null,
    }
  }
}
