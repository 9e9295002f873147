import type { DatabaseLocation } from '../../db/index.ts'
import type { JobRow } from '../../db/queries/jobs.ts'
import type { FileLocation } from '../file-location.ts'
import { exponentialBackoff, type JobKind } from '../jobs/job-kind.ts'
import type { KeepRules } from './keep-rules.ts'
import type { Removed } from './old-data.ts'

export const HOUSEKEEPING_KIND = 'housekeeping'

export interface HousekeepingPayload {
  /** Leaves files alone. */
  rowsOnly?: boolean
}

/** Removes old data. */
export interface HousekeepingTask {
  input: {
    database: DatabaseLocation
    files: FileLocation
    /** The time by which things are old, ms. */
    now: number
    rules: KeepRules
    rowsOnly: boolean
  }
  facts: Removed
  failure: never
}

export interface HousekeepingKindOptions extends Omit<HousekeepingTask['input'], 'now' | 'rowsOnly'> {
  now: () => number
}

/** Removing old data as a kind of job, all in the thread. What a dead thread leaves, the next job removes. */
export function housekeepingKind (
  { now, ...input }: HousekeepingKindOptions
): JobKind<HousekeepingTask> {
  return {
    name: HOUSEKEEPING_KIND,
    timeLimitMs: 600_000,
    maxAttempts: 3,
    backoffMs: exponentialBackoff(10_000, 60_000),
    concurrency: 1,
    input: async ({ job }) => ({ ...input, now: now(), rowsOnly: payloadOf(job).rowsOnly === true }),
    complete: async (run, removed) => ({ result: removed, commit: async () => {}, discard: async () => {} }),
  }
}

function payloadOf (job: JobRow): HousekeepingPayload {
  return JSON.parse(job.payload) as HousekeepingPayload
}
