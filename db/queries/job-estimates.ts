// What the outlook of a job is told from: who else waits, and how long runs took on this machine.
import { sql } from 'kysely'
import type { Reads } from '../index.ts'
import { state, type JobRow } from './jobs.ts'

export type WaitingJob =
  & Pick<JobRow, 'id' | 'kind' | 'owner_type' | 'owner_id' | 'priority' | 'run_after'>
  & {
    /** The claim at which a job of its owner was last started; 0: none was. */
    served: number,
  }

/** All jobs that wait, in the order of their ids. */
export async function waitingJobs (db: Reads): Promise<WaitingJob[]> {
  const rows = await db.selectFrom('jobs').select([
    'id',
    'kind',
    'owner_type',
    'owner_id',
    'priority',
    'run_after',
  ])
    .where('state', '=', state('queued')).orderBy('id').execute()
  const owners = await db.selectFrom('jobs').select(['owner_type', 'owner_id']).distinct().where(
    'state',
    '=',
    state('queued')
  )
    .select((eb) =>
      eb.selectFrom('jobs as served').select(sql<number>`coalesce(max(served.token), 0)`.as('token'))
        .whereRef('served.owner_type', 'is not distinct from', 'jobs.owner_type').whereRef(
          'served.owner_id',
          'is not distinct from',
          'jobs.owner_id'
        ).as('served')
    )
    .execute()
  const served = new Map(owners.map((owner) => [`${owner.owner_type}:${owner.owner_id}`, owner.served ?? 0]))
  return rows.map((row) => ({ ...row, served: served.get(`${row.owner_type}:${row.owner_id}`) ?? 0 }))
}

/** How long the last good runs of a kind took, ms each, newest first; with `owner` only those of his jobs. */
export async function lastRuns (
  db: Reads,
  kind: string,
  { owner, limit }: { owner?: Pick<JobRow, 'owner_type' | 'owner_id'>, limit: number }
): Promise<number[]> {
  let query = db.selectFrom('jobs').select(['started_at', 'finished_at'])
    .where('state', '=', state('succeeded')).where('kind', '=', kind).orderBy('id', 'desc').limit(limit)
  if (owner !== undefined) {
    query = query.where('owner_type', 'is not distinct from', owner.owner_type).where(
      'owner_id',
      'is not distinct from',
      owner.owner_id
    )
  }
  return (await query.execute()).map((row) => row.finished_at! - row.started_at!)
}
