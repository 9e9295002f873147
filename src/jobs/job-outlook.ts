import type { Database } from '../../db/index.ts'
import { lastRuns, queuePositions } from '../../db/queries/job-estimates.ts'
import { msUntilDue } from '../../db/queries/job-due.ts'
import type { JobRow } from '../../db/queries/jobs.ts'
import { median, timeLeft } from './time-left.ts'

/** How many of the last runs count: runs for the same owner, or else runs of the kind. */
const LAST_OF_OWNER = 5
const LAST_OF_KIND = 15

/** When a job will end: how many jobs are ahead of it, and how fast such jobs run on this machine. */
export interface JobOutlook {
  /** How many jobs are ahead of each waiting job, by its id. */
  positions: () => Promise<ReadonlyMap<number, number>>
  /** How fast the queue moves for jobs of this kind. */
  pace: (kind: string) => Promise<Pace>
  /** How long a run for the owner of this job usually takes, ms; null: none was seen yet. */
  usualOfOwner: (job: JobRow) => Promise<number | null>
  /**
   * Whole seconds until the job ends; null if it has ended, or if no such run was seen yet. `progress` is a
   * fraction, `ahead` a number of jobs, `pace` that of its kind.
   */
  secondsLeft: (
    job: JobRow,
    now: {
      progress: number
      ahead: number
      pace: () => Promise<Pace>
      usualOfOwner: () => Promise<number | null>
    }
  ) => Promise<number | null>
}

interface Pace {
  /** How long a run usually takes, ms; undefined: no run was seen yet. */
  usualMs: number | undefined
  /** How many jobs of the kind run at once, on all live nodes. */
  atOnce: number
}

interface JobOutlookOptions {
  db: Database
  now: () => number
  /** What all live nodes together have: threads that jobs share, and nodes that run jobs. */
  capacity: () => Promise<{ threads: number, nodes: number }>
  /** Kinds of jobs that each have a thread of their own. Default: none. */
  ownThreads?: readonly string[]
}

/** Estimates from past runs in the database. */
export function createJobOutlook ({ db, now, capacity, ownThreads = [] }: JobOutlookOptions): JobOutlook {
  return {
    positions: () => queuePositions(db.reads, { now: now(), ownThreads }),
    async pace (kind) {
      const usualMs = median(await lastRuns(db.reads, kind, { limit: LAST_OF_KIND }))
      const { threads, nodes } = await capacity()
      // Each node has one thread for such a kind. Where no node is alive, one will come.
      return { usualMs, atOnce: Math.max(1, ownThreads.includes(kind) ? nodes : threads) }
    },
    usualOfOwner: async (job) =>
      median(await lastRuns(db.reads, job.kind, { owner: job, limit: LAST_OF_OWNER })) ?? null,
    async secondsLeft (job, { progress, ahead, pace, usualOfOwner }) {
      const at = now()
      if (job.state === 'started' && job.started_at !== null) {
        const usualMs = await usualOfOwner() ?? (await pace()).usualMs
        const left = timeLeft({ progress, elapsedMs: Math.max(0, at - job.started_at), usualMs })
        return left === undefined ? null : Math.ceil(left / 1000)
      }
      if (job.state !== 'queued') return null
      const { usualMs: usualHere, atOnce } = await pace()
      if (usualHere === undefined) return null
      const runMs = await usualOfOwner() ?? usualHere
      const aheadMs = ahead * usualHere / atOnce
      return Math.ceil((msUntilDue(job, at) + aheadMs + runMs) / 1000)
    },
  }
}
