import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '../../db/index.ts'
import { nextJob, updateRun } from '../../db/queries/job-claims.ts'
import type { JobRow } from '../../db/queries/jobs.ts'
import type { Log } from '../log.ts'
import { pause, type Clock } from './clock.ts'
import type { JobDelivery, JobWorker } from './delivery/delivery.ts'
import type { RunnableKind } from './job-kind.ts'
import { abortRun, createRun, type LiveRun, type RunOutcome, type RunStep } from './job-run.ts'
import { createJobWatchers } from './job-watchers.ts'
import type { Threads } from './worker-pool.ts'

/** Progress is written to the database, for other processes, at most this often, ms. */
const PROGRESS_EVERY_MS = 1000
/** Runs that have ended and whose progress is still known: more than end during one poll. */
const ENDED_KNOWN = 100

export interface RunnerOptions {
  db: Database
  delivery: JobDelivery
  pool: Threads
  kinds: readonly RunnableKind[]
  stagingFolder: string
  clock: Clock
  log: Log
  /** False: this process queues jobs and runs none. Default: true. */
  runsJobs?: boolean
  /** Called between the steps of each run. */
  onStep?: ((step: RunStep, job: JobRow) => void) | undefined
  /** Called once for each run that has ended. */
  onEnd?: ((job: JobRow, outcome: RunOutcome) => void) | undefined
}

export interface JobRunner {
  /**
   * Removes what a dead process left and requeues its jobs, then runs jobs until `stop`. Only for the holder
   * of the folder's lock. Does nothing in a process that runs no jobs, or when called again.
   */
  start: () => Promise<void>
  /** Ends a run whose job was canceled in the database. */
  abort: (jobId: number) => void
  /** Resolves when no job runs and none that waits can start. For tests and the command line. */
  drain: () => Promise<void>
  /** How many jobs run in this process. */
  running: () => number
  /**
   * The progress of the run with this token in this process, a fraction; newer than the row's. Also of a run
   * that has just ended: a poll that read its row before the end must not see less than the poll before.
   */
  progress: (token: number) => number | undefined
  /** Calls back at each change of the job, on any node. Returns a function that ends this. */
  watch: (jobId: number, changed: () => void) => () => void
  /**
   * Starts no more jobs. Running jobs have `graceMs` to end, then go back to the queue without losing the
   * attempt. May be called twice.
   */
  stop: (graceMs: number) => Promise<void>
}

export function createJobRunner (options: RunnerOptions): JobRunner {
  const { db, delivery, pool, stagingFolder, clock, log, onStep = () => {}, onEnd = () => {} } = options
  const { runsJobs = true } = options
  const kinds = new Map(options.kinds.map((kind) => [kind.name, kind]))
  // By token and not by job: a job that was canceled and retried may start while its last run is being
  // cleaned up.
  const live = new Map<number, LiveRun>()
  /** The progress of the last runs that ended, by token. */
  const ended = new Map<number, number>()
  const { watch, changed, allChanged } = createJobWatchers()
  // Changes by other nodes. This node's own changes come back too, which is harmless.
  const listenNoMore = db.listen({
    notified (topic, id) { if (topic === 'job') changed(id) },
    reconnected: allChanged,
    // Another node may have its jobs by now. They are requeued once the database can be written.
    lost () { for (const run of live.values()) abortRun(run, 'cut off') },
  })
  const shutdown = new AbortController()
  let state: 'new' | 'running' | 'stopping' = 'new'
  let stopped: Promise<void> | undefined

  const perform = createRun({
    ...options, onStep, onEnd, onProgress, onWorked, shutdownSignal: shutdown.signal,
  })

  const worker: JobWorker = {
    kind: (name) => kinds.get(name),
    slots: () => new Map(Array.from(kinds.values(), (kind) => [kind.name, slotsOf(kind)])),
    openKinds,
    tokens: () => Array.from(live.keys()),
    begin,
    abandon (token) {
      const run = live.get(token)
      if (run !== undefined) abortRun(run, 'canceled')
    },
    changed,
  }

  function slotsOf (kind: RunnableKind): number {
    return kind.hasOwnThread === true ? 1 : Math.min(kind.concurrency ?? Infinity, pool.threads)
  }

  function openKinds (): string[] {
    const runs = Array.from(live.values()).filter((run) => !run.isPublishing)
    const count = (name: string) => runs.filter((run) => run.job.kind === name).length
    const shared = runs.filter((run) => run.kind.hasOwnThread !== true).length
    return Array.from(kinds.values())
      .filter((kind) => count(kind.name) < slotsOf(kind))
      .filter((kind) => kind.hasOwnThread === true || shared < pool.threads)
      .map((kind) => kind.name)
  }

  /**
   * Lets another job start while this run stores its output. At most as many runs as threads make room in
   * this way: while the file store does not respond, the outputs of all of them stay staged. Kinds that limit
   * how many run at once mean whole runs: the next import starts after the commit of the last one.
   */
  function onWorked (run: LiveRun): void {
    const { kind } = run
    const isLimited = kind.hasOwnThread === true || kind.concurrency !== undefined
    const publishing = Array.from(live.values()).filter((other) => other.isPublishing).length
    if (isLimited || publishing >= pool.threads) return
    run.isPublishing = true
    run.freed()
  }

  function begin (job: JobRow, freed: () => void): Promise<void> {
    const kind = kinds.get(job.kind)
    if (kind === undefined) throw new Error(`a job of the unknown kind ${job.kind} was delivered`)
    onStep('run: claimed', job)
    const run: LiveRun = {
      job,
      kind,
      controller: new AbortController(),
      isPublishing: false,
      freed,
      progress: 0,
      progressSavedAt: clock.now(),
      done: Promise.resolve(),
    }
    live.set(job.token, run)
    run.done = perform(run).catch((error: unknown) => {
      log.error({ err: error, job: job.id }, 'the end of a run was not written; its job is requeued soon')
    }).finally(() => {
      live.delete(job.token)
      keepProgress(run)
      changed(job.id)
      delivery.ended()
    })
    changed(job.id)
    return run.done
  }

  function keepProgress ({ job, progress }: LiveRun): void {
    ended.set(job.token, progress)
    const [oldest] = ended.keys()
    if (ended.size > ENDED_KNOWN && oldest !== undefined) ended.delete(oldest)
  }

  function onProgress (run: LiveRun, fraction: number): void {
    if (!(fraction > run.progress && fraction <= 1)) return
    onStep('run: working', run.job)
    run.progress = fraction
    changed(run.job.id)
    // The clock may have been set back.
    const savedMs = run.progressSavedAt === undefined ? 0 : Math.abs(clock.now() - run.progressSavedAt)
    if (savedMs < PROGRESS_EVERY_MS) return
    // One write at a time: behind a lock they would pile up.
    run.progressSavedAt = undefined
    db.write((trx) => updateRun(trx, run.job, { progress: run.progress }), {
      isOneStatement: true,
      isOnlyJobs: true,
    }).catch((error: unknown) => {
      log.warn({ err: error, job: run.job.id }, 'the progress of a job could not be written')
    }).finally(() => {
      run.progressSavedAt = clock.now()
    })
  }

  const runsEnded = () => Promise.allSettled(Array.from(live.values(), (run) => run.done))

  async function stop (graceMs: number): Promise<void> {
    state = 'stopping'
    const claimsEnded = delivery.stop()
    if (graceMs > 0) {
      const grace = new AbortController()
      await Promise.race([runsEnded(), pause(clock, graceMs, grace.signal)])
      grace.abort()
    }
    shutdown.abort()
    // A claim that was under way may have started one more run.
    await claimsEnded
    for (const run of live.values()) abortRun(run, 'shutdown')
    await runsEnded()
    listenNoMore()
    await delivery.close()
    await pool.destroy()
  }

  return {
    async start () {
      if (state !== 'new' || !runsJobs) return
      state = 'running'
      await removeStaged(stagingFolder)
      await delivery.start(worker)
    },
    abort (jobId) {
      for (const run of live.values()) if (run.job.id === jobId) abortRun(run, 'canceled')
      changed(jobId)
    },
    async drain () {
      const filter = { kinds: Array.from(kinds.keys()) }
      while (state === 'running') {
        // Read first: a job that is being claimed no longer waits, and is among the runs after the look.
        const next = await nextJob(db.reads, { ...filter, now: clock.now() })
        await delivery.look()
        if (live.size > 0) await Promise.race(Array.from(live.values(), (run) => run.done))
        else if (next === undefined) return
      }
    },
    running: () => live.size,
    progress: (token) => live.get(token)?.progress ?? ended.get(token),
    watch,
    async stop (graceMs) {
      await (stopped ??= stop(graceMs))
    },
  }
}

/**
 * Removes what runs of a dead process left. Other files in the folder, such as uploads, are not the runner's.
 */
async function removeStaged (folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const name of await readdir(folder)) {
    if (/^\d+-\d+$/.test(name)) await rm(join(folder, name), { recursive: true, force: true })
  }
}
