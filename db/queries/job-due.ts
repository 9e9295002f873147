// When a waiting job may start.
import { sql, type Expression } from 'kysely'
import type { JobRow } from './jobs.ts'

/**
 * The longest time that a job waits for its start, ms. A job that would wait longer was delayed before the
 * clock was set back, so it is due.
 */
export const LONGEST_WAIT_MS = 120_000

/** A condition on rows of `jobs`: whether the job may start at `now`, ms. */
export const isDue = (now: number | Expression<number>) =>
  sql<boolean>`(run_after <= ${now} OR run_after - ${LONGEST_WAIT_MS} > ${now})`

/** How long a job waits for its start at `now`, ms. */
export function msUntilDue ({ run_after: runAfter }: Pick<JobRow, 'run_after'>, now: number): number {
  const waitMs = Math.max(0, runAfter - now)
  return waitMs > LONGEST_WAIT_MS ? 0 : waitMs
}
