import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isBusy } from '../../db/failures.ts'
import type { Database } from '../../db/index.ts'
import * as jobs from '../../db/queries/job-claims.ts'
import { findJob, type JobRow } from '../../db/queries/jobs.ts'
import { pause, type Clock } from './clock.ts'
import type { RunnableKind } from './job-kind.ts'
import { abortRun, createRun, type LiveRun, type RunOutcome, type RunStep } from './job-run.ts'
import { createJobWatchers } from './job-watchers.ts'
import type { Threads } from './worker-pool.ts'

/** Deaths of the whole process that one job may live through, before it is taken for their cause. */
export const MAX_PROCESS_DEATHS = 10
/** Other processes queue and cancel jobs as well, so the table is looked at this often, in ms. */
export const LOOK_EVERY_MS = 500
/** Progress reaches the database, for other processes, at most this often, in ms. */
const PROGRESS_EVERY_MS = 1000

export interface RunnerLog {
  info: (facts: object, text: string) => void
  warn: (facts: object, text: string) => void
  error: (facts: object, text: string) => void
}

export interface RunnerOptions {
  db: Database
  pool: Threads
  kinds: readonly RunnableKind[]
  stagingFolder: string
  clock: Clock
  log: RunnerLog
  /** Told of each step of each run, between it and the next one. */
  onStep?: ((step: RunStep, job: JobRow) => void) | undefined
  /** Told once of each run that has ended. */
  onEnd?: ((job: JobRow, outcome: RunOutcome) => void) | undefined
}

export interface JobRunner {
  /**
   * Puts right what a dead process left, then claims jobs until `stop`. Only the holder of the folder's lock
   * may.
   */
  start: () => Promise<void>
  /** Looks for work now. */
  wake: () => void
  /** Ends a run whose job was canceled in the database. */
  abort: (jobId: number) => void
  /** Resolves when nothing runs and nothing that may start waits. For tests and the command line. */
  drain: () => Promise<void>
  /** The progress of a run in this process, a fraction, fresher than the row's. */
  progress: (jobId: number) => number | undefined
  /** Calls back at each change of that job in this process; returns how to stop that. */
  watch: (jobId: number, changed: () => void) => () => void
  /**
   * No new claims; running jobs get `graceMs`, then go back to the queue without losing the attempt. Twice is
   * fine.
   */
  stop: (graceMs: number) => Promise<void>
}

export function createJobRunner (options: RunnerOptions): JobRunner {
  const { db, pool, stagingFolder, clock, log, onStep = () => {}, onEnd = () => {} } = options
  const kinds = new Map(options.kinds.map((kind) => [kind.name, kind]))
  // By token and not by job: a job that was canceled and is tried again may start while its last run is still
  // being cleared away.
  const live = new Map<number, LiveRun>()
  const { watch, changed } = createJobWatchers()
  const givingUp = new AbortController()
  const savedProgress = new WeakMap<LiveRun, number>()
  let state: 'new' | 'running' | 'stopping' = 'new'
  let looking: Promise<void> | undefined
  let lookAgain = false
  let stopped: Promise<void> | undefined
  let stopLooking = () => {}

  const perform = createRun({
    ...options,
    onStep,
    onEnd,
    onProgress: noteProgress,
    givingUp: givingUp.signal,
  })

  /** One look at a time; a wake in between asks for another one after it. */
  function look (): Promise<void> {
    lookAgain = true
    looking ??= (async () => {
      try {
        while (lookAgain && state === 'running') {
          lookAgain = false
          await followRows()
          while (await claimOne()) {
            /* until nothing may start */
          }
        }
      } catch (error) {
        if (isBusy(error)) log.warn({}, 'jobs wait: another process is writing to the database')
        else log.error({ err: error }, 'looking for jobs failed')
      }
      // Not inside: a look that has nothing to wait for would end before it is assigned.
    })().finally(() => {
      looking = undefined
      if (lookAgain && state === 'running') void look()
    })
    return looking
  }

  function lookEvery (ms: number): void {
    stopLooking = clock.after(ms, () => {
      lookEvery(ms)
      void look()
    })
  }

  /**
   * What the rows say of what runs: another process may have canceled it; what nobody runs must not stay
   * started.
   */
  async function followRows (): Promise<void> {
    const started = new Set((await jobs.startedJobs(db.reads)).map((job) => job.token))
    for (const run of live.values()) {
      if (started.delete(run.job.token)) continue
      // It has just ended here, then this changes nothing; or it is not its job's run any more.
      abortRun(run, 'canceled')
    }
    if (started.size > 0) await recover(Array.from(live.keys()))
  }

  async function recover (running: readonly number[]): Promise<void> {
    const message = `The server stopped ${MAX_PROCESS_DEATHS} times while this job ran.`
    const recovered = await db.write(async (trx) => {
      const found = await jobs.recoverStarted(trx, {
        now: clock.now(),
        maxDeaths: MAX_PROCESS_DEATHS,
        message,
        running,
      })
      for (const id of found.failed) {
        const job = await findJob(trx, id)
        if (job !== undefined) await kinds.get(job.kind)?.failed?.(trx, job)
      }
      return found
    })
    const ids = [...recovered.requeued, ...recovered.failed]
    if (ids.length > 0) log.warn(recovered, 'jobs that nobody runs any more were put right')
    for (const id of ids) changed(id)
  }

  async function claimOne (): Promise<boolean> {
    const running = (kind: string) => Array.from(live.values()).filter((run) => run.job.kind === kind).length
    const shared = Array.from(live.values()).filter((run) => run.kind.hasOwnThread !== true).length
    const hasRoom = (kind: RunnableKind) =>
      kind.hasOwnThread === true
        ? running(kind.name) === 0
        : shared < pool.threads
    const open = Array.from(kinds.values())
      .filter((kind) => hasRoom(kind) && running(kind.name) < (kind.concurrency ?? Infinity))
      .map((kind) => kind.name)
    // A read first: the write lock is not taken twice a second for nothing.
    if (!await jobs.isAnyDue(db.reads, { now: clock.now(), kinds: open })) return false
    let unreadable: unknown
    const claim = (withVersion: boolean) =>
      db.write(async (trx) => {
        const next = state === 'running'
          ? await jobs.nextJob(trx, { now: clock.now(), kinds: open })
          : undefined
        if (next === undefined) return undefined
        const inputVersion = withVersion
          ? await kinds.get(next.kind)!.inputVersion?.(trx, next) ?? null
          : null
        const job = await jobs.claimJob(trx, next.id, clock.now(), inputVersion)
        onStep('run: claiming', next)
        return job
      })
    const job = await claim(true).catch((error: unknown) => {
      if (isBusy(error)) throw error
      // One job whose input cannot be judged must not keep all others from starting: its own run fails.
      unreadable = error
      return claim(false)
    })
    if (job === undefined) return false
    if (unreadable !== undefined) {
      log.error({ err: unreadable, job: job.id, kind: job.kind }, 'the input of a job could not be judged')
    }
    onStep('run: claimed', job)
    const run: LiveRun = {
      job,
      kind: kinds.get(job.kind)!,
      controller: new AbortController(),
      progress: 0,
      done: Promise.resolve(),
    }
    live.set(job.token, run)
    savedProgress.set(run, clock.now())
    run.done = perform(run).catch((error: unknown) => {
      log.error(
        { err: error, job: job.id },
        'a run could not be ended properly; its job is put right at the next look or start'
      )
    }).finally(() => {
      live.delete(job.token)
      changed(job.id)
      void look()
    })
    changed(job.id)
    return true
  }

  function noteProgress (run: LiveRun, fraction: number): void {
    if (!(fraction > run.progress && fraction <= 1)) return
    onStep('run: working', run.job)
    run.progress = fraction
    changed(run.job.id)
    const savedAt = savedProgress.get(run)
    if (savedAt === undefined || clock.now() - savedAt < PROGRESS_EVERY_MS) return
    // None while one is under way: behind a lock they would pile up.
    savedProgress.delete(run)
    db.write((trx) => jobs.updateRun(trx, run.job, { progress: run.progress })).catch((error: unknown) => {
      log.warn({ err: error, job: run.job.id }, 'progress could not be noted')
    }).finally(() => {
      savedProgress.set(run, clock.now())
    })
  }

  const runsEnded = () => Promise.allSettled(Array.from(live.values(), (run) => run.done))

  async function stop (graceMs: number): Promise<void> {
    state = 'stopping'
    stopLooking()
    if (graceMs > 0) {
      const grace = new AbortController()
      await Promise.race([runsEnded(), pause(clock, graceMs, grace.signal)])
      grace.abort()
    }
    givingUp.abort()
    // A look that was on its way may have claimed one more.
    await looking
    for (const run of live.values()) abortRun(run, 'shutdown')
    await runsEnded()
    await pool.destroy()
  }

  return {
    async start () {
      if (state !== 'new') return
      await sweepStaging(stagingFolder)
      await recover([])
      state = 'running'
      lookEvery(LOOK_EVERY_MS)
      void look()
    },
    wake: () => {
      void look()
    },
    abort (jobId) {
      for (const run of live.values()) if (run.job.id === jobId) abortRun(run, 'canceled')
      changed(jobId)
    },
    async drain () {
      while (state === 'running') {
        await look()
        if (live.size > 0) await Promise.race(Array.from(live.values(), (run) => run.done))
        else if (!await jobs.isAnyDue(db.reads, { now: clock.now(), kinds: Array.from(kinds.keys()) })) return
      }
    },
    progress: (jobId) => Array.from(live.values()).findLast((run) => run.job.id === jobId)?.progress,
    watch,
    async stop (graceMs) {
      await (stopped ??= stop(graceMs))
    },
  }
}

/**
 * Removes what runs of a dead process left. Other things lie in the folder too (uploads, imports of the
 * command line): not ours.
 */
async function sweepStaging (folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const name of await readdir(folder)) {
    if (/^\d+-\d+$/.test(name)) await rm(join(folder, name), { recursive: true, force: true })
  }
}
