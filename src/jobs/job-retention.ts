import type { Database } from '../../db/index.ts'
import { deleteEndedJobs } from '../../db/queries/jobs.ts'
import type { Clock } from './clock.ts'
import type { RunnerLog } from './job-runner.ts'

/** Old jobs are looked for this often, ms. */
export const SWEEP_EVERY_MS = 3_600_000
/** So many go in one transaction: others write as well. */
const AT_ONCE = 500

export interface JobRetention {
  /** Deletes what is too old, now and from time to time. */
  start: () => void
  stop: () => Promise<void>
}

/**
 * Deletes the rows of jobs that ended more than `keepEndedMs` ago, with their attempts and requests. What
 * they made stays.
 */
export function createJobRetention (
  { db, clock, log, keepEndedMs }: { db: Database, clock: Clock, log: RunnerLog, keepEndedMs: number }
): JobRetention {
  let stopped = false
  let sweeping: Promise<void> = Promise.resolve()
  let giveUp = () => {}

  async function sweep (): Promise<void> {
    try {
      let count = 0
      for (let deleted = AT_ONCE; deleted === AT_ONCE && !stopped; count += deleted) {
        deleted = await db.write((trx) => deleteEndedJobs(trx, clock.now() - keepEndedMs, AT_ONCE))
      }
      if (count > 0) log.info({ jobs: count }, 'old jobs were deleted')
    } catch (error) {
      log.warn({ err: error }, 'old jobs could not be deleted; the next time tries again')
    }
  }

  function sweepNowAndThen (): void {
    if (stopped) return
    sweeping = sweep()
    giveUp = clock.after(SWEEP_EVERY_MS, () => {
      void sweeping.then(sweepNowAndThen)
    })
  }

  return {
    start () {
      if (keepEndedMs > 0) sweepNowAndThen()
    },
    async stop () {
      stopped = true
      giveUp()
      await sweeping
    },
  }
}
