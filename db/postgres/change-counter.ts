import type { ChangesOf } from '../database.ts'

/** How often each number is new without a known commit: another node's notification may be lost. */
const ANY_EVERY_MS = 500
/** The order of the queue changes with most commits, and nobody needs it at once. */
const QUEUE_EVERY_MS = 100
/** More jobs than end in `ANY_EVERY_MS`. */
const MOST_JOBS = 10_000

export interface ChangeCounter {
  /** See `Database.change`. */
  now: (of?: ChangesOf) => number
  /** After a commit that may have changed anything. */
  any: () => void
  /** After a commit that changed only jobs and files, among them known jobs with these ids. */
  jobs: (ids: readonly number[]) => void
}

/** Numbers that rise with the commits that this process makes or is notified of. */
export function createChangeCounter (clock: () => number = () => performance.now()): ChangeCounter {
  let commits = 0
  let lastOther = 0
  /** The number of the last commit that changed a job, by its id. */
  const ofJobs = new Map<number, number>()

  function any (): void {
    lastOther = ++commits
    ofJobs.clear()
  }

  return {
    // A sum of numbers that only rise: it is new when one of them is.
    now (of) {
      const some = Math.floor(clock() / ANY_EVERY_MS)
      if (of === undefined) return commits + some
      if (of === 'people') return lastOther + some
      if (of === 'queue') return lastOther + Math.floor(clock() / QUEUE_EVERY_MS)
      return Math.max(lastOther, ofJobs.get(of.job) ?? 0) + some
    },
    any,
    jobs (ids) {
      if (ofJobs.size + ids.length > MOST_JOBS) return any()
      commits++
      for (const id of ids) ofJobs.set(id, commits)
    },
  }
}
