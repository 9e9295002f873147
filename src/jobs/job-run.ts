// One run of a job, from its claim to its end.
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isBusy, isDiskFailure, isDiskFull, isUnavailable } from '../../db/failures.ts'
import type { Database, Trx, WriteOptions } from '../../db/index.ts'
import type { AttemptEnd } from '../../db/queries/job-attempts.ts'
import { endRun, hasSucceeded, type RunChange } from '../../db/queries/job-claims.ts'
import { endAt } from '../../db/queries/job-due.ts'
import type { JobRow } from '../../db/queries/jobs.ts'
import { storedResult } from '../../db/queries/stored-json.ts'
import { failureOf, hasCode, sentenceOf } from '../errors.ts'
import type { Log } from '../log.ts'
import { boundMessage } from '../short-text.ts'
import { pause, type Clock } from './clock.ts'
import type { JobDelivery } from './delivery/delivery.ts'
import type { Completion, Run, RunnableKind, WorkOutcome } from './job-kind.ts'

/** The steps of a run, in order. */
export const RUN_STEPS = [
  'run: claiming',
  'run: claimed',
  'run: staged',
  'run: working',
  'run: worked',
  'run: placed',
  'run: recorded',
  'run: committed',
  'run: cleaned',
] as const
export type RunStep = typeof RUN_STEPS[number]

/** How a run ended. After `retried` and `stopped` the job waits again. */
export type RunOutcome = 'succeeded' | 'failed' | 'retried' | 'canceled' | 'stopped'

export interface LiveRun {
  readonly job: JobRow
  readonly kind: RunnableKind
  readonly controller: AbortController
  /** Why the run was aborted. A canceled job has this state in its row already. */
  reason?: 'shutdown' | 'timeout' | 'canceled' | 'cut off'
  /** Whether the run only stores its output, and another run has its place. */
  isPublishing: boolean
  /** Tells the delivery that another job may start in place of this one. */
  freed: () => void
  /** Fraction. */
  progress: number
  /** When progress was last written, ms; undefined while it is being written. */
  progressSavedAt: number | undefined
  done: Promise<void>
}

interface RunOptions {
  db: Database
  delivery: Pick<JobDelivery, 'announce'>
  stagingFolder: string
  clock: Clock
  log: Log
  onStep: (step: RunStep, job: JobRow) => void
  /** Called once for each run that has ended, after its end is in the database. */
  onEnd: (job: JobRow, outcome: RunOutcome) => void
  onProgress: (live: LiveRun, fraction: number) => void
  /** Called when the run needs no thread any more. */
  onWorked: (live: LiveRun) => void
  /** Aborted when the process can no longer wait for the database. */
  shutdownSignal: AbortSignal
}

/** Wait before the end of a run is written again, ms; it doubles up to `MOST_MS`. */
const FIRST_MS = 250
const MOST_MS = 10_000
const MOST_TRIES = 5
/** First wait before a retry of the file store, ms; doubles up to `STORE_MOST_MS`, for `STORE_WAIT_MS`. */
const STORE_FIRST_MS = 1000
const STORE_MOST_MS = 60_000
const STORE_WAIT_MS = 3_600_000

/** What a row says of a job that is requeued. */
const WAITING: RunChange = { state: 'queued', started_at: null, progress: 0 }

/** Ends a run early. The first reason counts. */
export function abortRun (live: LiveRun, reason: NonNullable<LiveRun['reason']>): void {
  live.reason ??= reason
  live.controller.abort()
}

/**
 * Returns the function that runs a claimed job. It rejects only if the end of the run could not be written;
 * then the delivery requeues the job.
 */
export function createRun (options: RunOptions): (live: LiveRun) => Promise<void> {
  const { db, delivery, clock, log, onStep, onEnd, shutdownSignal } = options

  async function perform (live: LiveRun): Promise<void> {
    const { job } = live
    const folder = join(options.stagingFolder, `${job.id}-${job.token}`)
    const run: Run = { job, stagingPath: join(folder, 'staged'), signal: live.controller.signal }
    try {
      await mkdir(folder)
      onStep('run: staged', job)
      const outcome = await untilStored(live, () => work(live, run))
      onStep('run: worked', job)
      options.onWorked(live)
      if (outcome.ok) await succeed(job, await untilStored(live, outcome.complete))
      else await fail(live, outcome.code, outcome.message, { result: outcome.details })
    } catch (error) {
      await afterError(live, error)
    } finally {
      // A thread that was just killed may still be about to create its file. Without the folder it cannot.
      await rm(folder, { recursive: true, force: true, maxRetries: 20 })
      onStep('run: cleaned', job)
    }
  }

  async function work (live: LiveRun, run: Run): Promise<WorkOutcome> {
    const { kind, controller } = live
    const cancelTimer = clock.after(kind.timeLimitMs, () => { abortRun(live, 'timeout') })
    try {
      return await kind.work(run, {
        signal: controller.signal,
        onProgress: (fraction) => { options.onProgress(live, fraction) },
      })
    } finally {
      cancelTimer()
    }
  }

  /**
   * Retries a step while the file store does not respond. Staged files are kept, and the attempt continues.
   * Throws the signal's reason if the run is aborted meanwhile, and STORAGE_UNAVAILABLE after an hour.
   */
  async function untilStored<T> ({ job, controller }: LiveRun, step: () => Promise<T>): Promise<T> {
    const { signal } = controller
    const until = clock.now() + STORE_WAIT_MS
    for (let wait = STORE_FIRST_MS; ; wait = Math.min(wait * 2, STORE_MOST_MS)) {
      try {
        return await step()
      } catch (error) {
        if (!hasCode(error, 'STORAGE_UNAVAILABLE') || clock.now() >= until) throw error
        log.warn({ err: error.cause, job: job.id, ms: wait }, 'the file store does not respond; trying again')
        await pause(clock, wait, signal)
        signal.throwIfAborted()
      }
    }
  }

  async function succeed (job: JobRow, completion: Completion): Promise<void> {
    onStep('run: placed', job)
    const isOnlyFiles = completion.isOnlyFiles === true
    let isOurs = false
    try {
      isOurs = await untilWritten(async (trx) => {
        const finishedAt = trx.time()
        const change: RunChange = {
          state: 'succeeded',
          progress: 1,
          finished_at: endAt(finishedAt),
          result: storedResult(completion.result),
        }
        // A try whose commit was not confirmed may have ended the run: then its output is in use.
        if (!await endRun(trx, job, change, { finishedAt, outcome: 'succeeded' })) {
          return await hasSucceeded(trx, job)
        }
        await completion.commit(trx)
        onStep('run: recorded', job)
        return true
      // What a run has already applied (an import) stays, so its end waits for disk space. A run that only
      // made files fails instead: removing them frees space.
      }, (error) => isBusy(error) || isUnavailable(error) || (!isOnlyFiles && isDiskFull(error)), {
        isOnlyJobs: isOnlyFiles,
      })
      onStep('run: committed', job)
    } finally {
      if (!isOurs) {
        await completion.discard().catch((error: unknown) => {
          log.error(
            { err: error, job: job.id },
            'the output of a run could not be removed; the next start removes it'
          )
        })
      }
    }
    onEnd(job, isOurs ? 'succeeded' : 'canceled')
    if (!isOurs) return
    log.info(
      { job: job.id, kind: job.kind, attempt: job.attempts, ms: clock.now() - (job.started_at ?? 0) },
      'job succeeded'
    )
  }

  async function afterError (live: LiveRun, error: unknown): Promise<void> {
    const { job, kind, reason } = live
    const failure = failureOf(error)
    if (failure !== undefined) return await fail(live, failure.code, failure.message)
    if (reason === 'canceled') {
      onEnd(job, 'canceled')
      return
    }
    if (reason === 'shutdown') {
      await requeue(job, { attempts: job.attempts - 1 }, 0, {
        outcome: 'stopped',
        message: 'The server was stopped before this run had ended.',
      })
      onEnd(job, 'stopped')
      log.info({ job: job.id, kind: job.kind }, 'job requeued: the server stops')
      return
    }
    if (isDiskFull(error)) return await fail(live, 'DISK_FULL', sentenceOf('DISK_FULL'))
    if (reason === 'cut off' || hasCode(error, 'DATABASE_UNAVAILABLE')) {
      await requeue(job, { attempts: job.attempts - 1 }, FIRST_MS, {
        outcome: 'stopped',
        code: 'DATABASE_UNAVAILABLE',
        message: 'The database was unavailable during this run.',
      })
      onEnd(job, 'stopped')
      log.warn({ err: error, job: job.id, kind: job.kind }, 'job requeued: the database was unavailable')
      return
    }
    const code = reason === 'timeout'
      ? 'TIMED_OUT'
      : hasCode(error, 'OUT_OF_MEMORY')
        ? 'OUT_OF_MEMORY'
        : isDiskFailure(error) || hasCode(error, 'DISK_FAILED')
          ? 'DISK_FAILED'
          : 'WORKER_CRASHED'
    // The requester reads a sentence; the details are for the person who investigates.
    const details = reason === 'timeout'
      ? `It ran longer than ${kind.timeLimitMs} ms.`
      : error instanceof Error
        ? error.message
        : String(error)
    log.warn(
      { err: error, job: job.id, kind: job.kind, attempt: job.attempts, code },
      'a run of a job failed'
    )
    if (job.attempts >= kind.maxAttempts) return await fail(live, code, sentenceOf(code), { details })
    await requeue(job, {}, kind.backoffMs(job.attempts), {
      outcome: 'failed',
      code,
      message: details,
    })
    onEnd(job, 'retried')
  }

  async function fail (
    live: LiveRun,
    code: string,
    message: string,
    { details = message, result }: { details?: string, result?: unknown } = {}
  ): Promise<void> {
    const { job, kind } = live
    const change: RunChange = {
      state: 'failed',
      error_code: code,
      error_message: boundMessage(message),
      result: result === undefined ? null : storedResult(result),
    }
    await end(job, async (trx) => ({ ...change, finished_at: endAt(trx.time()) }), {
      outcome: 'failed',
      code,
      message: details,
    }, kind.failed)
    onEnd(job, 'failed')
    log.warn({ job: job.id, kind: job.kind, code }, 'job failed')
  }

  /** The job waits again, for `waitMs` after this write. */
  async function requeue (
    job: JobRow,
    change: RunChange,
    waitMs: number,
    attempt: Omit<AttemptEnd, 'finishedAt'>
  ): Promise<void> {
    let runAfter = 0
    await end(job, async (trx) => {
      runAfter = waitMs === 0 ? 0 : Math.round(await trx.now() + waitMs)
      return { ...WAITING, ...change, run_after: runAfter }
    }, attempt, async (trx) => {
      await delivery.announce(trx, { kind: job.kind, run_after: runAfter })
    })
  }

  /**
   * Writes the end of a run. A full disk, a lock or an unavailable database passes, so the write is tried
   * until it succeeds: a job must not stay started forever. After some tries with another error it gives up,
   * and the delivery requeues the job.
   */
  async function end (
    job: JobRow,
    change: (trx: Trx) => Promise<RunChange>,
    attempt: Omit<AttemptEnd, 'finishedAt'>,
    also?: RunnableKind['failed']
  ): Promise<void> {
    const message = attempt.message == null ? null : boundMessage(attempt.message)
    await untilWritten(async (trx) => {
      const ended = { ...attempt, message, finishedAt: trx.time() }
      const isOurs = await endRun(trx, job, await change(trx), ended)
      if (isOurs) await also?.(trx, job)
    }, (error, tries) => isBusy(error) || isDiskFull(error) || isUnavailable(error) || tries < MOST_TRIES)
  }

  async function untilWritten<T> (
    work: (trx: Trx) => Promise<T>,
    mayRetry: (error: unknown, tries: number) => boolean,
    options: WriteOptions = {}
  ): Promise<T> {
    for (let tries = 1, wait = FIRST_MS; ; tries++, wait = Math.min(wait * 2, MOST_MS)) {
      try {
        return await db.write(work, options)
      } catch (error) {
        if (shutdownSignal.aborted || !mayRetry(error, tries)) throw error
        log.error({ err: error }, 'the end of a run could not be written; trying again')
        await pause(clock, wait, shutdownSignal)
      }
    }
  }

  return perform
}
