import type { Database } from '../../db/index.ts'
import { lastRuns, waitingJobs, type WaitingJob } from '../../db/queries/job-estimates.ts'
import type { JobRow } from '../../db/queries/jobs.ts'
import { claimOrder } from './claim-order.ts'
import { median, timeLeft } from './time-left.ts'

/** So many of the last runs say how long one takes: of the same owner, or else of the kind. */
const LAST_OF_OWNER = 5
const LAST_OF_KIND = 15

/** What can be told of jobs at one moment. */
export interface JobOutlook {
  /** How many jobs are claimed before this one; 0 for one that does not wait. */
  position: (job: JobRow) => Promise<number>
  /**
   * Until it has ended, whole seconds, by this machine's own past runs; null: nothing can be said. `progress`
   * is a fraction.
   */
  secondsLeft: (job: JobRow, progress: number) => Promise<number | null>
}

export interface JobOutlooksOptions {
  db: Database
  now: () => number
  /** Jobs that run at once. */
  threads: number
  /** Kinds of jobs that wait for a thread of their own, and for nothing else. Default: none. */
  ownThreads?: readonly string[]
}

/**
 * Returns what makes an outlook for one answer, however many jobs that tells of. The order of what waits is
 * worked out once a change.
 */
export function createJobOutlooks ({
  db,
  now,
  threads,
  ownThreads = [],
}: JobOutlooksOptions): () => JobOutlook {
  let known: { change: number, from: number, until: number, order: Promise<Map<number, number>> } | undefined

  async function orderAt (at: number): Promise<Map<number, number>> {
    // Counted before it is read: what is committed in between makes it old, not wrong.
    const change = db.change()
    if (known?.change === change && known.from <= at && at < known.until) return await known.order
    const waiting = waitingJobs(db.reads)
    const fresh = { change, from: at, until: at, order: waiting.then((jobs) => orderByThreads(jobs, at)) }
    known = fresh
    // From when on another job is due.
    fresh.until = Math.min(...(await waiting).map((job) => job.run_after > at ? job.run_after : Infinity))
    return await fresh.order
  }

  /** A job waits only for jobs that use the same threads. */
  function orderByThreads (jobs: readonly WaitingJob[], at: number): Map<number, number> {
    const groups = Map.groupBy(jobs, ({ kind }) => ownThreads.includes(kind) ? kind : 'shared')
    return new Map([...groups.values()].flatMap((group) => [...claimOrder(group, at)]))
  }

  // Both are asked for by every poll of a job, and change when one ends.
  const usualOfKind = (kind: string) =>
    db.remembered(
      `usual ${kind}`,
      async () => median(await lastRuns(db.reads, kind, { limit: LAST_OF_KIND }))
    )
  const usualOfOwner = (job: JobRow) =>
    db.remembered(
      `usual ${job.kind} ${job.owner_type} ${job.owner_id}`,
      async () => median(await lastRuns(db.reads, job.kind, { owner: job, limit: LAST_OF_OWNER }))
    )

  return () => {
    const at = now()

    async function position (job: JobRow): Promise<number> {
      // It may have been claimed since its row was read.
      return job.state === 'queued' ? (await orderAt(at)).get(job.id) ?? 0 : 0
    }

    return {
      position,
      async secondsLeft (job, progress) {
        if (job.state !== 'queued' && job.state !== 'started') return null
        const usualMs = await usualOfOwner(job) ?? await usualOfKind(job.kind)
        if (job.state === 'started') {
          const left = timeLeft({ progress, elapsedMs: Math.max(0, at - job.started_at!), usualMs })
          return left === undefined ? null : Math.ceil(left / 1000)
        }
        if (usualMs === undefined) return null
        const before = await position(job) * (await usualOfKind(job.kind) ?? usualMs) /
          (ownThreads.includes(job.kind)
            ? 1
            : threads)
        return Math.ceil((Math.max(0, job.run_after - at) + before + usualMs) / 1000)
      },
    }
  }
}
