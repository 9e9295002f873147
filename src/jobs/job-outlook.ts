import type { Database } from '../../db/database.ts'
import { lastRuns, waitingJobs } from '../../db/job-estimates.queries.ts'
import type { JobRow } from '../../db/jobs.queries.ts'
import { claimOrder } from './claim-order.ts'
import { median, timeLeft } from './time-left.ts'

/** So many of the last runs say how long one takes: of the same owner, or else of the kind. */
const LAST_OF_OWNER = 5
const LAST_OF_KIND = 15

/** What can be told of jobs at one moment. */
export interface JobOutlook {
  /** How many jobs are claimed before this one; 0 for one that does not wait. */
  position: (job: JobRow) => Promise<number>
  /** Until it has ended, whole seconds, by this machine's own past runs; null: nothing can be said. `progress` is a fraction. */
  secondsLeft: (job: JobRow, progress: number) => Promise<number | null>
}

/** An outlook for one answer, however many jobs it tells of: what waits is looked up once, and only if it is asked for. */
export function createJobOutlook ({ db, now, threads }: { db: Database, now: () => number, threads: number }): JobOutlook {
  const at = now()
  const usual = new Map<string, Promise<number | undefined>>()
  let order: Promise<Map<number, number>> | undefined

  async function position (job: JobRow): Promise<number> {
    if (job.state !== 'queued') return 0
    order ??= waitingJobs(db.reads).then((waiting) => claimOrder(waiting, at))
    // It may have been claimed since its row was read.
    return (await order).get(job.id) ?? 0
  }

  function usualOfKind (kind: string): Promise<number | undefined> {
    let known = usual.get(kind)
    if (known === undefined) usual.set(kind, known = lastRuns(db.reads, kind, { limit: LAST_OF_KIND }).then(median))
    return known
  }

  return {
    position,
    async secondsLeft (job, progress) {
      if (job.state !== 'queued' && job.state !== 'started') return null
      const usualMs = median(await lastRuns(db.reads, job.kind, { owner: job, limit: LAST_OF_OWNER })) ?? await usualOfKind(job.kind)
      if (job.state === 'started') {
        const left = timeLeft({ progress, elapsedMs: at - job.started_at!, usualMs })
        return left === undefined ? null : Math.ceil(left / 1000)
      }
      if (usualMs === undefined) return null
      const before = await position(job) * (await usualOfKind(job.kind) ?? usualMs) / threads
      return Math.ceil((Math.max(0, job.run_after - at) + before + usualMs) / 1000)
    },
  }
}
