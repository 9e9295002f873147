import type { Trx } from '../../db/index.ts'
import type { JobRow } from '../../db/queries/jobs.ts'
import type { TaskMap, TaskName, TaskTypes } from './task.ts'
import type { TaskOptions, WorkerPool } from './worker-pool.ts'

/** What was made outside the database and waits for the one transaction that makes it visible. */
export interface Completion {
  /** What the job's row keeps. */
  result: unknown
  /** Inside the transaction that ends the job. */
  commit: (trx: Trx) => Promise<void>
  /** Whether `commit` changes only files, see `WriteOptions.isOnlyJobs`. */
  isOnlyFiles?: boolean
  /** Removes what was made, because the transaction failed or the run no longer owned the job. */
  discard: () => Promise<void>
}

export interface Run {
  job: JobRow
  /** A file in the run's own folder, which is removed when the run ends. */
  stagingPath: string
  /** Aborted when the run must end early. */
  signal: AbortSignal
}

/** What the runner knows of a kind of job, apart from its task. */
interface JobRules {
  /** The name of the kind in rows and answers. */
  name: string
  /** The longest that one run may take, ms. */
  timeLimitMs: number
  /** Runs that may crash, time out or run out of memory before the job fails. */
  maxAttempts: number
  /** The wait before attempt n + 1 (n from 1), ms. */
  backoffMs: (attempt: number) => number
  /**
   * How many may run at once, from the claim to the commit. Default: as many as there are threads; others may
   * store their outputs meanwhile.
   */
  concurrency?: number
  /** Runs one at a time in its own thread, so that it never delays jobs of other kinds. */
  hasOwnThread?: boolean
  /** Recorded at the claim. A later request compares it to know whether this run serves it. */
  inputVersion?: (trx: Trx, job: JobRow) => Promise<number | null>
  /** Runs in the transaction in which the job fails for good. */
  failed?: (trx: Trx, job: JobRow) => Promise<void>
  /** Runs in the transaction in which the job is canceled. */
  canceled?: (trx: Trx, job: JobRow) => Promise<void>
}

/** A kind of job is one value of this type, listed in `src/job-kinds.ts` under its task. */
export interface JobKind<Types extends TaskTypes> extends JobRules {
  /**
   * If this or `complete` throws a DomainError with a reason for which jobs fail, the job fails with it and
   * is not retried. After STORAGE_UNAVAILABLE they are called again, for an hour.
   */
  input: (run: Run) => Promise<Types['input']>
  complete: (run: Run, facts: Types['facts']) => Promise<Completion>
}

/** A kind for each task of a map. */
export type JobKinds<Tasks extends TaskMap> = { [Name in keyof Tasks]: JobKind<Tasks[Name]> }

export type WorkOutcome =
  | { ok: true, complete: () => Promise<Completion> }
  | { ok: false, code: string, message: string, details?: unknown }

/** A kind joined with its task, as the runner takes it. */
export interface RunnableKind extends JobRules {
  /** Runs the task. Throws what `input` and `WorkerPool.run` throw. */
  work: (run: Run, options: TaskOptions) => Promise<WorkOutcome>
}

/** Joins a kind with the task that does its work. */
export function withTask<Tasks extends TaskMap, Name extends TaskName<Tasks>> (
  pool: WorkerPool<Tasks>,
  task: Name,
  { input, complete, ...rules }: JobKind<Tasks[Name]>
): RunnableKind {
  return {
    ...rules,
    async work (run, options) {
      const outcome = await pool.run(task, await input(run), options)
      return outcome.ok ? { ok: true, complete: () => complete(run, outcome.facts) } : outcome
    },
  }
}

/** Joins each kind with its task. */
export function withTasks<Tasks extends TaskMap> (
  pool: WorkerPool<Tasks>,
  kinds: JobKinds<Tasks>
): RunnableKind[] {
  const runnable: RunnableKind[] = []
  for (const task in kinds) runnable.push(withTask(pool, task, kinds[task]))
  return runnable
}

/**
 * Waits in whole ms that double from `firstMs` up to `mostMs`. Each is shortened at random by up to a half,
 * so that retries do not all come at once.
 */
export function exponentialBackoff (
  firstMs: number,
  mostMs: number,
  random: () => number = Math.random
): (attempt: number) => number {
  return (attempt) => Math.round(Math.min(mostMs, firstMs * 2 ** (attempt - 1)) * (1 - random() / 2))
}
