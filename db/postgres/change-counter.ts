import type { ChangesOf } from '../database.ts'

/** How often each number changes without a known commit, ms: another node's notification may be lost. */
const ANY_EVERY_MS = 500
/** How often the number of the queue changes, ms: most commits change its order, and it may lag a little. */
const QUEUE_EVERY_MS = 100
/** Most jobs whose changes are remembered: more than can end in `ANY_EVERY_MS`. */
const MOST_JOBS = 10_000

export interface ChangeCounter {
  /** See `Database.change`. */
  now: (of?: ChangesOf) => number
  /** Call after a commit that may have changed anything. */
  any: () => void
  /** Call after a commit that changed only files, new jobs, and the jobs with these ids. */
  jobs: (ids: readonly number[]) => void
}

/** Numbers that rise with each commit that this process makes or hears about. `clock`: ms. */
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
    // A sum of numbers that only rise, so it changes whenever one of them does.
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
