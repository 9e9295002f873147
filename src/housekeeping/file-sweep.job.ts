import type { Swept } from '../files/file-sweep.ts'
import { exponentialBackoff, type JobKind } from '../jobs/job-kind.ts'
import type { SweepRules } from './sweep.ts'

export const SWEEP_KIND = 'file-sweep'

/** What the worker's task gets. */
export interface SweepTaskInput {
  databaseFile: string
  filesFolder: string
  quarantineFolder: string
  /** When it is asked, ms. */
  now: number
  rules: SweepRules
}

export interface SweepKindOptions extends Omit<SweepTaskInput, 'now'> {
  now: () => number
}

/**
 * Removing expired files as a kind of job. All is done in the thread; what is left by one that died the next
 * start puts right.
 */
export function sweepKind ({ now, ...input }: SweepKindOptions): JobKind<Swept> {
  return {
    name: SWEEP_KIND,
    task: 'sweepFiles',
    timeLimitMs: 600_000,
    maxAttempts: 3,
    backoffMs: exponentialBackoff(10_000, 60_000),
    concurrency: 1,
    input: async () => ({ ...input, now: now() }) satisfies SweepTaskInput,
    complete: async (run, swept) => ({ commit: async () => swept, discard: async () => {} }),
  }
}
