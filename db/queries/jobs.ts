import { sql } from 'kysely'
import type { Reads, Trx } from '../index.ts'
import { endAttempts } from './job-attempts.ts'
import type { NewRow, Row } from '../tables.ts'

export type JobRow = Row<'jobs'>

// A literal and not a bound value: SQLite uses the partial indices only for a predicate that is known when
// the query is prepared.
export const state = (name: JobRow['state']) => sql.lit(name)

/**
 * The jobs of a key that wait (also those that were requeued) or run. Until the end of the write no other one
 * changes them: a request must not join a job that is being canceled.
 */
export async function lockLiveJobs (trx: Trx, key: string): Promise<JobRow[]> {
  return await trx.selectFrom('jobs').selectAll()
    .where('key', '=', key).where('state', 'in', [state('queued'), state('started')])
    .orderBy('id').$if(trx.engine === 'postgres', (query) => query.forUpdate()).execute()
}

/** A job that no other write changes until the end of this one. */
export async function lockJob (trx: Trx, id: number): Promise<JobRow | undefined> {
  return await trx.selectFrom('jobs').selectAll().where('id', '=', id)
    .$if(trx.engine === 'postgres', (query) => query.forUpdate()).executeTakeFirst()
}

/** Counts waiting jobs; of one kind if it is given. */
export async function countWaiting (trx: Trx | Reads, kind?: string): Promise<number> {
  let query = trx.selectFrom('jobs')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', '=', state('queued'))
  if (kind !== undefined) query = query.where('kind', '=', kind)
  return (await query.executeTakeFirstOrThrow()).count
}

/** Counts the waiting jobs of a kind that a user has requested. */
export async function countWaitingOfUser (trx: Trx | Reads, kind: string, userId: number): Promise<number> {
  const { count } = await trx.selectFrom('jobs').select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', '=', state('queued')).where('kind', '=', kind)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('job_requests').select('job_requests.id')
          .whereRef('job_requests.job_id', '=', 'jobs.id')
          .where('job_requests.user_id', '=', userId)
          .where('job_requests.withdrawn_at', 'is', null)
      )
    )
    .executeTakeFirstOrThrow()
  return count
}

/** Undefined: a job with this unique key waits already, perhaps since a moment ago. */
export async function insertJob (trx: Trx, job: NewRow<'jobs'>): Promise<JobRow | undefined> {
  return await trx.insertInto('jobs').values(job)
    .onConflict((conflict) => conflict.column('unique_key').where('unique_key', 'is not', null).doNothing())
    .returningAll().executeTakeFirst()
}

export async function insertRequest (trx: Trx, request: NewRow<'job_requests'>): Promise<void> {
  await trx.insertInto('job_requests').values(request).execute()
}

/** The requests of a job, oldest first. */
export async function jobRequests (db: Trx | Reads, jobId: number): Promise<Array<Row<'job_requests'>>> {
  return await db.selectFrom('job_requests').selectAll().where('job_id', '=', jobId).orderBy('id').execute()
}

/** The owner of the job of this kind that this user requested and whose result names a file by this hex. */
export async function ownerOfResult (
  db: Reads, kind: string, { userId, hex }: { userId: number, hex: string }
): Promise<{ type: string | null, id: number | null } | undefined> {
  const found = await db.selectFrom('jobs').innerJoin('job_requests', 'job_requests.job_id', 'jobs.id')
    .select(['jobs.owner_type', 'jobs.owner_id'])
    .where('jobs.kind', '=', kind).where('job_requests.user_id', '=', userId)
    .where('jobs.result', 'like', `%"hex":"${hex}"%`).executeTakeFirst()
  return found && { type: found.owner_type, id: found.owner_id }
}

export async function withdrawRequests (trx: Trx, jobId: number, userId: number, at: number): Promise<void> {
  await trx.updateTable('job_requests').set({ withdrawn_at: at })
    .where('job_id', '=', jobId).where('user_id', '=', userId).where('withdrawn_at', 'is', null).execute()
}

export async function findJob (db: Trx | Reads, id: number): Promise<JobRow | undefined> {
  return await db.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst()
}

export interface JobListFilter {
  state?: JobRow['state'] | undefined
  kind?: string | undefined
  owner?: { type: string, id: number } | undefined
  limit: number
  before?: number | undefined
}

/**
 * Newest first, with ids below `before`. A row includes the result, which has up to `RESULT_MAX` characters.
 */
export async function listJobs (db: Reads, filter: JobListFilter): Promise<JobRow[]> {
  let query = db.selectFrom('jobs').selectAll().orderBy('id', 'desc').limit(filter.limit)
  if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind)
  if (filter.owner !== undefined) {
    query = query.where('owner_type', '=', filter.owner.type).where('owner_id', '=', filter.owner.id)
  }
  if (filter.state !== undefined) query = query.where('state', '=', filter.state)
  if (filter.before !== undefined) query = query.where('id', '<', filter.before)
  return await query.execute()
}

/** Cancels a job that waits or runs. False: it had ended. */
export async function cancelJob (trx: Trx, id: number, now: number): Promise<boolean> {
  const result = await trx.updateTable('jobs').set({ state: 'canceled', unique_key: null, finished_at: now })
    .where('id', '=', id).where('state', 'in', [state('queued'), state('started')]).executeTakeFirst()
  await endAttempts(trx, [id], { finishedAt: now, outcome: 'canceled' })
  if (result.numUpdatedRows === 0n) return false
  await trx.notify('job', id)
  return true
}

/** Cancels all jobs of an owner that wait or run. Returns their ids. */
export async function cancelJobsOfOwner (
  trx: Trx,
  ownerType: string,
  ownerId: number,
  now: number
): Promise<number[]> {
  const rows = await trx.updateTable('jobs').set({ state: 'canceled', unique_key: null, finished_at: now })
    .where('owner_type', '=', ownerType).where('owner_id', '=', ownerId)
    .where('state', 'in', [state('queued'), state('started')]).returning('id').execute()
  const ids = rows.map((row) => row.id).sort((a, b) => a - b)
  await endAttempts(trx, ids, { finishedAt: now, outcome: 'canceled' })
  for (const id of ids) await trx.notify('job', id)
  return ids
}

/**
 * Requeues the running jobs of a kind and owner, because their input has changed. A run in progress can no
 * longer write its result.
 */
export async function restartJobsOfOwner (
  trx: Trx,
  {
    kind,
    owner,
    now,
    message,
  }: { kind: string, owner: { type: string, id: number }, now: number, message: string }
): Promise<number> {
  const rows = await trx.updateTable('jobs').set({
    state: 'queued',
    started_at: null,
    progress: 0,
    run_after: 0,
    attempts: sql<number>`attempts - 1`,
  })
    .where('kind', '=', kind).where('owner_type', '=', owner.type).where('owner_id', '=', owner.id)
    .where('state', '=', state('started')).returning('id').execute()
  await endAttempts(trx, rows.map((row) => row.id), { finishedAt: now, outcome: 'stopped', message })
  for (const { id } of rows) await trx.notify('job', id)
  return rows.length
}

/** Requeues a job that failed or was canceled, with all its attempts. Undefined: it is in another state. */
export async function requeueEnded (trx: Trx, id: number): Promise<JobRow | undefined> {
  const job = await trx.updateTable('jobs')
    .set({
      state: 'queued',
      attempts: 0,
      process_deaths: 0,
      progress: 0,
      run_after: 0,
      started_at: null,
      finished_at: null,
      error_code: null,
      error_message: null,
    })
    .where('id', '=', id).where('state', 'in', [state('failed'), state('canceled')])
    .returningAll().executeTakeFirst()
  if (job !== undefined) await trx.notify('job', id)
  return job
}
