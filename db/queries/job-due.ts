// When a waiting job may start, and when a run has ended.
import { sql, type Expression } from 'kysely'
import type { Row } from '../tables.ts'

/**
 * The longest time that a job waits for its start, ms. A job that would wait longer was delayed before the
 * clock was set back, so it is due.
 */
export const LONGEST_WAIT_MS = 120_000

/** A condition on rows of `jobs`: whether the job may start at `now`, ms. */
export const isDue = (now: number | Expression<number>) =>
  sql<boolean>`(run_after <= ${now} OR run_after - ${LONGEST_WAIT_MS} > ${now})`

/** How long a job waits for its start at `now`, ms. */
export function msUntilDue ({ run_after: runAfter }: Pick<Row<'jobs'>, 'run_after'>, now: number): number {
  const waitMs = Math.max(0, runAfter - now)
  return waitMs > LONGEST_WAIT_MS ? 0 : waitMs
}

/** The end of a run at this time, ms: not before its start, even if the clock was set back. */
export const endAt = (time: number | Expression<number>) =>
  sql<number>`CASE WHEN started_at > ${time} THEN started_at ELSE ${time} END`
