import type { Swept } from '../files/file-sweep.ts'
import { exponentialBackoff, type JobKind } from '../jobs/job-kind.ts'
import type { SweepRules } from './sweep.ts'

export const SWEEP_KIND = 'file-sweep'

/** Removes expired files. */
export interface SweepTask {
  input: {
    databaseFile: string
    filesFolder: string
    quarantineFolder: string
    /** Ms. */
    now: number
    rules: SweepRules
  }
  facts: Swept
  failure: never
}

export interface SweepKindOptions extends Omit<SweepTask['input'], 'now'> {
  now: () => number
}

/**
 * Removing expired files as a kind of job. All is done in the thread; what is left by one that died the next
 * start puts right.
 */
export function sweepKind ({ now, ...input }: SweepKindOptions): JobKind<SweepTask> {
  return {
    name: SWEEP_KIND,
    timeLimitMs: 600_000,
    maxAttempts: 3,
    backoffMs: exponentialBackoff(10_000, 60_000),
    concurrency: 1,
    input: async () => ({ ...input, now: now() }),
    complete: async (run, swept) => ({ commit: async () => swept, discard: async () => {} }),
  }
}
