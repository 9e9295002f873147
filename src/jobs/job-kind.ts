import type { Trx } from '../../db/index.ts'
import type { JobRow } from '../../db/queries/jobs.ts'

/**
 * What the worker's task hands back. Known failures are data: an error thrown in a thread arrives without its
 * code.
 */
export type TaskOutcome<Facts> =
  | { ok: true, facts: Facts }
  /**
   * `details` are kept as the job's result, for whoever shows the failure (the lines of an import that are
   * wrong).
   */
  | { ok: false, code: string, message: string, details?: unknown }

/** What was made outside the database and waits for the one transaction that makes it visible. */
export interface Completion {
  /** Inside the transaction that ends the job; returns what the job's row keeps as its result. */
  commit: (trx: Trx) => Promise<unknown>
  /** The transaction failed or the run was not the job's any more: takes everything back. */
  discard: () => Promise<void>
}

export interface Run {
  job: JobRow
  /**
   * A file in a folder of this run's own below the staging folder; all that lies there goes when the run
   * ends, however it ends.
   */
  stagingPath: string
}

/** A kind of job is one value of this type, listed in `src/job-kinds.ts`. */
export interface JobKind<Facts = unknown> {
  name: string
  /** The exported function of `workers/tasks.ts` that does the work in a thread. */
  task: string
  /** Longest that one run may take in its thread, ms. */
  timeLimitMs: number
  /** Runs that may crash, time out or run out of memory before the job fails. */
  maxAttempts: number
  /** Wait before attempt n + 1 (n from 1), ms. */
  backoffMs: (attempt: number) => number
  /** How many may run at once; default: as many as there are threads. */
  concurrency?: number
  /** Runs one at a time in its own thread, so that jobs of other kinds start however long it takes. */
  hasOwnThread?: boolean
  /**
   * Noted at the claim: what the input looks like, so that a later request can tell whether this run serves
   * it.
   */
  inputVersion?: (trx: Trx, job: JobRow) => Promise<number | null>
  /** What the task gets, besides the port for its progress; must be cloneable. */
  input: (run: Run) => Promise<Record<string, unknown>>
  complete: (run: Run, facts: Facts) => Promise<Completion>
  /** Inside the transaction in which the job fails for good. */
  failed?: (trx: Trx, job: JobRow) => Promise<void>
}

/** A failure that `complete` knows, with its code: the job fails with it and is not tried again. */
export class JobFailure extends Error {
  readonly code: string
  constructor (code: string, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * Whole ms: doubles from `firstMs`, up to `mostMs`, each wait shortened by up to a half at random, so that
 * retries do not march in step.
 */
export function exponentialBackoff (
  firstMs: number,
  mostMs: number,
  random: () => number = Math.random
): (attempt: number) => number {
  return (attempt) => Math.round(Math.min(mostMs, firstMs * 2 ** (attempt - 1)) * (1 - random() / 2))
}
