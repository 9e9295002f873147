// What the outlook of a job is based on: the jobs ahead of it, and how long runs took on this machine.
import { sql } from 'kysely'
import type { Reads } from '../index.ts'
import { lastServed } from './job-claims.ts'
import { isDue } from './job-due.ts'
import { state, type JobRow } from './jobs.ts'

/**
 * How many jobs are ahead of each waiting job, by its id: the order in which `nextJob` claims them, as far as
 * it is known now. Jobs that are not due yet come last. A job waits only for jobs that use the same threads:
 * each of the kinds in `ownThreads` has its own, all other kinds share theirs.
 */
export async function queuePositions (
  db: Reads,
  { now, ownThreads }: { now: number, ownThreads: readonly string[] }
): Promise<Map<number, number>> {
  const threads = ownThreads.length === 0
    ? sql`''`
    : sql`CASE WHEN kind IN (${sql.join(ownThreads)}) THEN kind ELSE '' END`
  const { rows } = await sql<{ id: number, position: number }>`
    WITH waiting AS (
      SELECT id, priority, owner_type, owner_id, ${threads} AS threads, ${lastServed} AS served,
        CASE WHEN ${isDue(now)} THEN 0 ELSE run_after END AS due_at
      FROM jobs WHERE state = ${state('queued')}
    ), in_turn AS (
      -- Owners take turns: each one's first job, then each one's second job.
      SELECT id, threads, due_at, priority, served,
        row_number() OVER owner AS turn, min(id) OVER owner AS first
      FROM waiting
      WINDOW owner AS (PARTITION BY threads, due_at, priority, owner_type, owner_id ORDER BY id)
    )
    SELECT id, row_number() OVER (
      PARTITION BY threads ORDER BY due_at, priority DESC, turn, served, first, id
    ) - 1 AS position FROM in_turn`.execute(db)
  return new Map(rows.map(({ id, position }) => [id, position]))
}

/** How long the last successful runs of a kind took, ms each, newest first; with `owner` only runs for it. */
export async function lastRuns (
  db: Reads,
  kind: string,
  { owner, limit }: { owner?: Pick<JobRow, 'owner_type' | 'owner_id'>, limit: number }
): Promise<number[]> {
  let query = db.selectFrom('jobs')
    .select(sql<number>`finished_at - started_at`.as('ms'))
    .where('state', '=', state('succeeded')).where('kind', '=', kind).orderBy('id', 'desc').limit(limit)
  if (owner !== undefined) {
    const { owner_type: type, owner_id: id } = owner
    // Not IS NOT DISTINCT FROM, for which PostgreSQL uses no index.
    query = query.where('owner_type', type === null ? 'is' : '=', type)
      .where('owner_id', id === null ? 'is' : '=', id)
  }
  return (await query.execute()).map(({ ms }) => ms)
}
