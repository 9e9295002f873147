// Delivery within one process: a look at the `jobs` table after each commit that queued a job here, and twice
// a second, because other processes (the command line) queue and cancel jobs too. Only the holder of the
// folder's lock claims jobs, so a job that is started and does not run here belonged to a process that died.
import { isBusy } from '../../../db/failures.ts'
import type { Database } from '../../../db/index.ts'
import { isAnyDue, startedJobs } from '../../../db/queries/job-claims.ts'
import type { JobRow } from '../../../db/queries/jobs.ts'
import type { Log } from '../../log.ts'
import type { Clock } from '../clock.ts'
import { createClaims } from './claims.ts'
import { LOOK_EVERY_MS, type JobDelivery, type JobWorker } from './delivery.ts'

interface LocalDeliveryOptions {
  db: Database
  clock: Clock
  log: Log
  /** Called in the transaction of each claim. */
  onStep?: ((step: 'run: claiming', job: JobRow) => void) | undefined
}

export function createLocalDelivery ({ db, clock, log, onStep }: LocalDeliveryOptions): JobDelivery {
  /** Set from `start` to `stop`. */
  let current: JobWorker | undefined
  let looking: Promise<void> | undefined
  let mustLookAgain = false
  let isStopped = false
  let cancelTimer = () => {}

  const announce: JobDelivery['announce'] = async (trx) => {
    trx.afterCommit(() => { void look() })
  }
  const claims = createClaims({ db, log, announce, onStep })

  /** One look at a time. A call during a look makes it look once more. */
  function look (): Promise<void> {
    mustLookAgain = true
    looking ??= lookUntilDone().finally(() => {
      looking = undefined
      if (mustLookAgain && current !== undefined) void look()
    })
    return looking
  }

  async function lookUntilDone (): Promise<void> {
    try {
      while (mustLookAgain && current !== undefined) {
        mustLookAgain = false
        const worker = current
        await compareWithRows(worker)
        while (await claimNext(worker)) { /* until no job can start */ }
      }
    } catch (error) {
      if (isBusy(error)) log.warn({}, 'jobs wait: another process is writing to the database')
      else log.error({ err: error }, 'looking for jobs failed')
    }
  }

  function lookRegularly (): void {
    cancelTimer = clock.after(LOOK_EVERY_MS, () => {
      lookRegularly()
      void look()
    })
  }

  /** Ends runs whose job another process canceled, and requeues jobs that are started but run nowhere. */
  async function compareWithRows (worker: JobWorker): Promise<void> {
    const started = new Set((await startedJobs(db.reads)).map((job) => job.token))
    for (const token of worker.tokens()) {
      // A run that has just ended here has no started row either; abandoning it changes nothing.
      if (!started.delete(token)) worker.abandon(token)
    }
    await claims.recover(worker, Array.from(started))
  }

  /** False: no job can start. */
  async function claimNext (worker: JobWorker): Promise<boolean> {
    // A read first, so that the write lock is not taken twice a second without need.
    const kinds = worker.openKinds()
    if (!await isAnyDue(db.reads, { now: clock.now(), kinds })) return false
    const job = await claims.next(worker, { kinds, mayClaim: () => !isStopped })
    if (job === undefined) return false
    // Also after `stop`: the job is claimed, so this process has to end its run.
    void worker.begin(job, () => { void look() })
    return true
  }

  return {
    announce,
    async start (worker) {
      await compareWithRows(worker)
      if (isStopped) return
      current = worker
      lookRegularly()
      void look()
    },
    look,
    ended () { void look() },
    async stop () {
      isStopped = true
      current = undefined
      cancelTimer()
      await looking
    },
    close: async () => {},
  }
}
