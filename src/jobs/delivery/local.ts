// Delivery within one process: a look at the `jobs` table after each commit that queued a job here, and twice
// a second, because other processes (the command line) queue and cancel jobs too. Only the holder of the
// folder's lock claims jobs, so a job that is started and does not run here belonged to a process that died.
import { isBusy } from '../../../db/failures.ts'
import type { Database } from '../../../db/index.ts'
import { claimJob, isAnyDue, nextJob, recoverStarted, startedJobs } from '../../../db/queries/job-claims.ts'
import { findJob, type JobRow } from '../../../db/queries/jobs.ts'
import type { Log } from '../../log.ts'
import type { Clock } from '../clock.ts'
import type { JobDelivery, JobWorker } from './delivery.ts'

/** How often the process may die while a job runs, before the job counts as the cause and fails. */
export const MAX_PROCESS_DEATHS = 10
/** Time between two looks at the table, ms. */
export const LOOK_EVERY_MS = 500

interface LocalDeliveryOptions {
  db: Database
  clock: Clock
  log: Log
  /** Called in the transaction of each claim. */
  onStep?: ((step: 'run: claiming', job: JobRow) => void) | undefined
}

export function createLocalDelivery (
  { db, clock, log, onStep = () => {} }: LocalDeliveryOptions
): JobDelivery {
  /** Set from `start` to `stop`. */
  let current: JobWorker | undefined
  let looking: Promise<void> | undefined
  let mustLookAgain = false
  let isStopped = false
  let cancelTimer = () => {}

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
    if (started.size > 0) await recover(worker)
  }

  async function recover (worker: JobWorker): Promise<void> {
    const running = worker.tokens()
    const message = `The server stopped ${MAX_PROCESS_DEATHS} times while this job ran.`
    const recovered = await db.write(async (trx) => {
      const found = await recoverStarted(trx, {
        now: clock.now(),
        maxDeaths: MAX_PROCESS_DEATHS,
        message,
        running,
      })
      for (const id of found.failed) {
        const job = await findJob(trx, id)
        if (job !== undefined) await worker.kind(job.kind)?.failed?.(trx, job)
      }
      return found
    })
    const ids = [...recovered.requeued, ...recovered.failed]
    if (ids.length > 0) log.warn(recovered, 'orphaned jobs were requeued')
    for (const id of ids) worker.changed(id)
  }

  /** False: no job can start. */
  async function claimNext (worker: JobWorker): Promise<boolean> {
    // A read first, so that the write lock is not taken twice a second without need.
    const kinds = worker.openKinds()
    if (!await isAnyDue(db.reads, { now: clock.now(), kinds })) return false
    let unreadable: unknown
    const job = await claim(worker, kinds, { withVersion: true }).catch((error: unknown) => {
      if (isBusy(error)) throw error
      // One job with an unreadable input must not keep all others from starting: its own run fails.
      unreadable = error
      return claim(worker, kinds, { withVersion: false })
    })
    if (job === undefined) return false
    if (unreadable !== undefined) {
      log.error({ err: unreadable, job: job.id, kind: job.kind }, 'the input version of a job is unknown')
    }
    // Also after `stop`: the job is claimed, so this process has to end its run.
    worker.begin(job)
    return true
  }

  function claim (
    worker: JobWorker,
    kinds: readonly string[],
    { withVersion }: { withVersion: boolean }
  ): Promise<JobRow | undefined> {
    return db.write(async (trx) => {
      const next = isStopped ? undefined : await nextJob(trx, { now: clock.now(), kinds })
      if (next === undefined) return undefined
      const version = withVersion ? await worker.kind(next.kind)?.inputVersion?.(trx, next) : undefined
      const job = await claimJob(trx, next.id, clock.now(), version ?? null)
      onStep('run: claiming', next)
      return job
    })
  }

  return {
    announce (trx) {
      trx.afterCommit(() => { void look() })
    },
    async start (worker) {
      await recover(worker)
      if (isStopped) return
      current = worker
      lookRegularly()
      void look()
    },
    look,
    async stop () {
      isStopped = true
      current = undefined
      cancelTimer()
      await looking
    },
  }
}
