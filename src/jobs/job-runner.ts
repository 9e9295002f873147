import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '../../db/database.ts'
import * as jobs from '../../db/jobs.queries.ts'
import type { JobRow } from '../../db/jobs.queries.ts'
import { JobFailure, type Completion, type JobKind, type Run } from './job-kind.ts'
import { isTaskOutcome, TaskCrash, type WorkerPool } from './worker-pool.ts'

/** Deaths of the whole process that one job may live through, before it is taken for their cause. */
const MAX_PROCESS_DEATHS = 10
/** The command line and other processes queue jobs as well, so the table is looked at this often, in ms. */
const LOOK_EVERY_MS = 1000
/** Progress reaches the database, for other processes, at most this often, in ms. */
const PROGRESS_EVERY_MS = 1000

export interface RunnerLog {
  info: (facts: object, text: string) => void
  warn: (facts: object, text: string) => void
  error: (facts: object, text: string) => void
}

export interface RunnerOptions {
  db: Database
  pool: WorkerPool
  kinds: readonly JobKind<never>[]
  stagingFolder: string
  now: () => number
  log: RunnerLog
  /** Sentences for failures that have no own one, by code. */
  messages: Readonly<Record<string, string>>
  /** Whether an error says that the disk is full. */
  isDiskFull: (error: unknown) => boolean
}

export interface JobRunner {
  /** Puts right what a dead process left, then claims jobs until `stop`. Only the holder of the folder's lock may. */
  start: () => Promise<void>
  /** Looks for work now. */
  wake: () => void
  /** Ends a run whose job was canceled in the database. */
  abort: (jobId: number) => void
  /** Resolves when nothing runs and nothing that may start waits. For tests and the command line. */
  drain: () => Promise<void>
  /** The progress of a run in this process, fresher than the row's. */
  progress: (jobId: number) => number | undefined
  /** Calls back at each change of that job in this process; returns how to stop that. */
  watch: (jobId: number, changed: () => void) => () => void
  /** No new claims; running jobs get `graceMs`, then go back to the queue without losing the attempt. */
  stop: (graceMs: number) => Promise<void>
}

interface LiveRun {
  job: JobRow
  controller: AbortController
  /** Why it was aborted: put back at shutdown, too late, or canceled (the row says so already). */
  reason?: 'shutdown' | 'timeout' | 'canceled'
  progress: number
  savedAt: number
  done: Promise<void>
}

export function createJobRunner (options: RunnerOptions): JobRunner {
  const { db, pool, stagingFolder, now, log } = options
  const kinds = new Map(options.kinds.map((kind) => [kind.name, kind as unknown as JobKind]))
  const live = new Map<number, LiveRun>()
  const watchers = new Map<number, Set<() => void>>()
  let state: 'new' | 'running' | 'stopping' = 'new'
  let looking: Promise<void> | undefined
  let lookAgain = false
  let timer: NodeJS.Timeout | undefined

  function changed (jobId: number): void {
    for (const watcher of watchers.get(jobId) ?? []) watcher()
  }

  /** One look at a time; a wake in between asks for another one after it. */
  function look (): Promise<void> {
    lookAgain = true
    looking ??= (async () => {
      try {
        while (lookAgain && state === 'running') {
          lookAgain = false
          while (live.size < pool.threads && await claimOne()) { /* until nothing may start */ }
        }
      } catch (error) {
        log.error({ err: error }, 'looking for jobs failed')
      } finally {
        looking = undefined
      }
    })()
    return looking
  }

  async function claimOne (): Promise<boolean> {
    const running = (kind: string) => Array.from(live.values()).filter((run) => run.job.kind === kind).length
    const open = Array.from(kinds.values()).filter((kind) => running(kind.name) < (kind.concurrency ?? Infinity)).map((kind) => kind.name)
    const job = await db.write(async (trx) => {
      const next = await jobs.nextJob(trx, { now: now(), kinds: open })
      if (next === undefined) return undefined
      const inputVersion = await kinds.get(next.kind)!.inputVersion?.(trx, next) ?? null
      return await jobs.claimJob(trx, next.id, now(), inputVersion)
    })
    if (job === undefined) return false
    const run: LiveRun = { job, controller: new AbortController(), progress: 0, savedAt: now(), done: Promise.resolve() }
    live.set(job.id, run)
    run.done = perform(run).catch((error: unknown) => {
      log.error({ err: error, job: job.id }, 'a run could not be ended properly; its job comes back at the next start')
    }).finally(() => {
      live.delete(job.id)
      changed(job.id)
      void look()
    })
    changed(job.id)
    return true
  }

  async function perform (live: LiveRun): Promise<void> {
    const { job, controller } = live
    const kind = kinds.get(job.kind)!
    const run: Run = { job, stagingPath: join(stagingFolder, `${job.id}-${job.token}`) }
    const timeLimit = setTimeout(() => { live.reason ??= 'timeout'; controller.abort() }, kind.timeLimitMs)
    try {
      const outcome = await pool.run(kind.task, await kind.input(run), {
        signal: controller.signal,
        onProgress: (fraction) => { noteProgress(live, fraction) },
      })
      clearTimeout(timeLimit)
      if (!isTaskOutcome(outcome)) throw new TaskCrash('WORKER_CRASHED', `the task ${kind.task} returned something that is no outcome`)
      if (!outcome.ok) await fail(job, outcome.code, outcome.message)
      else await succeed(run, kind, outcome.facts)
    } catch (error) {
      clearTimeout(timeLimit)
      await afterError(live, kind, error)
    } finally {
      clearTimeout(timeLimit)
      await rm(run.stagingPath, { recursive: true, force: true })
    }
  }

  async function succeed (run: Run, kind: JobKind, facts: unknown): Promise<void> {
    const { job } = run
    const completion: Completion = await kind.complete(run, facts)
    let isOurs = false
    try {
      isOurs = await db.write(async (trx) => {
        if (!await jobs.updateRun(trx, job, { state: 'succeeded', progress: 1, finished_at: now() })) return false
        const result = await completion.commit(trx)
        await trx.updateTable('jobs').set({ result: JSON.stringify(result ?? null) }).where('id', '=', job.id).execute()
        return true
      })
    } finally {
      if (!isOurs) await completion.discard()
    }
    if (isOurs) log.info({ job: job.id, kind: job.kind, attempt: job.attempts, ms: now() - job.started_at! }, 'job succeeded')
  }

  async function afterError (live: LiveRun, kind: JobKind, error: unknown): Promise<void> {
    const { job, reason } = live
    if (reason === 'canceled') return
    if (reason === 'shutdown') {
      await db.write((trx) => jobs.updateRun(trx, job, { state: 'queued', attempts: job.attempts - 1, started_at: null, progress: 0, run_after: 0 }))
      log.info({ job: job.id, kind: job.kind }, 'job goes back to the queue: the server stops')
      return
    }
    if (error instanceof JobFailure) return await fail(job, error.code, error.message)
    if (options.isDiskFull(error)) return await fail(job, 'DISK_FULL')
    const code = reason === 'timeout' ? 'TIMED_OUT' : error instanceof TaskCrash ? error.code : 'WORKER_CRASHED'
    log.warn({ err: error, job: job.id, kind: job.kind, attempt: job.attempts, code }, 'a run of a job failed')
    if (job.attempts >= kind.maxAttempts) return await fail(job, code)
    const wait = kind.backoffMs(job.attempts)
    await db.write((trx) => jobs.updateRun(trx, job, { state: 'queued', started_at: null, progress: 0, run_after: now() + wait, error_code: code, error_message: options.messages[code] ?? code }))
    setTimeout(() => { void look() }, wait).unref()
  }

  async function fail (job: JobRow, code: string, message = options.messages[code] ?? code): Promise<void> {
    await db.write((trx) => jobs.updateRun(trx, job, { state: 'failed', finished_at: now(), error_code: code, error_message: message }))
    log.warn({ job: job.id, kind: job.kind, code }, 'job failed')
  }

  function noteProgress (run: LiveRun, fraction: number): void {
    if (!(fraction > run.progress && fraction <= 1)) return
    run.progress = fraction
    changed(run.job.id)
    if (now() - run.savedAt < PROGRESS_EVERY_MS) return
    run.savedAt = now()
    db.write((trx) => jobs.updateRun(trx, run.job, { progress: fraction })).catch((error: unknown) => {
      log.warn({ err: error, job: run.job.id }, 'progress could not be noted')
    })
  }

  function abort (run: LiveRun, reason: NonNullable<LiveRun['reason']>): void {
    run.reason ??= reason
    run.controller.abort()
  }

  return {
    async start () {
      if (state !== 'new') return
      await mkdir(stagingFolder, { recursive: true })
      for (const name of await readdir(stagingFolder)) await rm(join(stagingFolder, name), { recursive: true, force: true })
      const message = `The server stopped ${MAX_PROCESS_DEATHS} times while this job ran.`
      const recovered = await db.write((trx) => jobs.recoverStarted(trx, { now: now(), maxDeaths: MAX_PROCESS_DEATHS, message }))
      if (recovered.requeued + recovered.failed > 0) log.warn(recovered, 'jobs of a process that died were put right')
      state = 'running'
      timer = setInterval(() => { void look() }, LOOK_EVERY_MS).unref()
      void look()
    },
    wake: () => { void look() },
    abort (jobId) {
      const run = live.get(jobId)
      if (run !== undefined) abort(run, 'canceled')
      changed(jobId)
    },
    async drain () {
      for (;;) {
        await look()
        if (live.size > 0) {
          await Promise.race(Array.from(live.values(), (run) => run.done))
          continue
        }
        const next = await jobs.nextRunAfter(db.reads)
        if (state !== 'running' || next === undefined || next > now()) return
      }
    },
    progress: (jobId) => live.get(jobId)?.progress,
    watch (jobId, changed) {
      const set = watchers.get(jobId) ?? new Set()
      watchers.set(jobId, set.add(changed))
      return () => {
        set.delete(changed)
        if (set.size === 0 && watchers.get(jobId) === set) watchers.delete(jobId)
      }
    },
    async stop (graceMs) {
      if (state === 'stopping') return
      state = 'stopping'
      clearInterval(timer)
      await looking
      const ends = Promise.allSettled(Array.from(live.values(), (run) => run.done))
      const grace = new AbortController()
      await Promise.race([ends, after(graceMs, grace.signal)])
      grace.abort()
      for (const run of live.values()) abort(run, 'shutdown')
      await Promise.allSettled(Array.from(live.values(), (run) => run.done))
      await pool.destroy()
    },
  }
}

/** Resolves after some ms, or when told that nobody waits any more. */
function after (ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => { clearTimeout(timer); resolve() }, { once: true })
  })
}
