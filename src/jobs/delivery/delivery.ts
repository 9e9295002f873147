import type { Trx } from '../../../db/index.ts'
import type { JobRow } from '../../../db/queries/jobs.ts'
import type { RunnableKind } from '../job-kind.ts'

/** How often the process may die while a job runs, before the job counts as the cause and fails. */
export const MAX_PROCESS_DEATHS = 10
/** Time between two checks of the table, ms. */
export const LOOK_EVERY_MS = 500

/** A process that runs jobs, as the delivery sees it. */
export interface JobWorker {
  /** Undefined: this process does not know the kind. */
  kind: (name: string) => RunnableKind | undefined
  /** The kinds that this process knows, each with the number of its jobs that may run here at once. */
  slots: () => ReadonlyMap<string, number>
  /** Names of the kinds of which one more job can start now. */
  openKinds: () => string[]
  /** Tokens of the runs in this process. */
  tokens: () => number[]
  /**
   * Starts the run of a job that was claimed for this process. Resolves at the end of the run. Calls `freed`
   * if another job may start before that: the run needs no thread any more, it only stores its output.
   */
  begin: (job: JobRow, freed: () => void) => Promise<void>
  /** Ends the run with this token: its job was canceled, or is no longer this run's job. */
  abandon: (token: number) => void
  /** The row of this job has changed. */
  changed: (jobId: number) => void
}

/** A waiting job, as it is announced. */
export type WaitingJob = Pick<JobRow, 'kind' | 'run_after'>

/**
 * How a waiting job reaches a process that runs it: at least once, also when processes die. The row of the
 * job is the truth about its state, and the token of the claim guards every later write, so a job that is
 * delivered twice ends once.
 */
export interface JobDelivery {
  /** Called in the transaction that queues the job. Some process claims it soon after the commit. */
  announce: (trx: Trx, job: WaitingJob) => Promise<void>
  /** Requeues jobs of dead processes, then claims jobs for this worker until `stop`. */
  start: (worker: JobWorker) => Promise<void>
  /** Looks for jobs now. Resolves when none can start; at once before `start` and after `stop`. */
  look: () => Promise<void>
  /** Call when a run has ended in this process: another job may start. */
  ended: () => void
  /** Claims nothing from now on. Resolves when a claim that was under way is done. */
  stop: () => Promise<void>
  /** After the end of all runs. May be called twice. */
  close: () => Promise<void>
}
