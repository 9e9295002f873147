import { sql } from 'kysely'
import type { Reads, Trx } from './database.ts'
import type { NewRow, Row } from './tables.ts'

export type JobRow = Row<'jobs'>

// A literal and not a bound value: the partial indices are used only for a predicate that is known when a query is prepared.
const state = (name: JobRow['state']) => sql.lit(name)

/** The live job of a key that still waits (also one that went back to the queue), or else the one that runs. */
export async function findLiveJobs (trx: Trx, key: string): Promise<JobRow[]> {
  return await trx.selectFrom('jobs').selectAll()
    .where('key', '=', key).where('state', 'in', [state('queued'), state('started')])
    .orderBy('id').execute()
}

export async function countWaiting (trx: Trx | Reads): Promise<number> {
  const { count } = await trx.selectFrom('jobs').select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', '=', state('queued')).executeTakeFirstOrThrow()
  return count
}

export async function insertJob (trx: Trx, job: NewRow<'jobs'>): Promise<JobRow> {
  return await trx.insertInto('jobs').values(job).returningAll().executeTakeFirstOrThrow()
}

export async function insertRequest (trx: Trx, request: NewRow<'job_requests'>): Promise<void> {
  await trx.insertInto('job_requests').values(request).execute()
}

/** The requests of a job, oldest first. */
export async function jobRequests (db: Trx | Reads, jobId: number): Promise<Array<Row<'job_requests'>>> {
  return await db.selectFrom('job_requests').selectAll().where('job_id', '=', jobId).orderBy('id').execute()
}

export async function withdrawRequests (trx: Trx, jobId: number, userId: number, at: number): Promise<void> {
  await trx.updateTable('job_requests').set({ withdrawn_at: at })
    .where('job_id', '=', jobId).where('user_id', '=', userId).where('withdrawn_at', 'is', null).execute()
}

export async function findJob (db: Trx | Reads, id: number): Promise<JobRow | undefined> {
  return await db.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Newest first, below `before`. */
export async function listJobs (db: Reads, filter: { state?: JobRow['state'] | undefined, limit: number, before?: number | undefined }): Promise<JobRow[]> {
  let query = db.selectFrom('jobs').selectAll().orderBy('id', 'desc').limit(filter.limit)
  if (filter.state !== undefined) query = query.where('state', '=', filter.state)
  if (filter.before !== undefined) query = query.where('id', '<', filter.before)
  return await query.execute()
}

export interface ClaimFilter {
  now: number
  /** Kinds that have room now. */
  kinds: readonly string[]
}

/**
 * The next job that may start: due, of a kind with room, none of its key running; the higher priority first, then the owner
 * that has waited longest since a job of his was claimed, so that no course waits for all of another's.
 */
export async function nextJob (trx: Trx, { now, kinds }: ClaimFilter): Promise<JobRow | undefined> {
  if (kinds.length === 0) return undefined
  return await trx.selectFrom('jobs').selectAll('jobs')
    .where('state', '=', state('queued'))
    .where('run_after', '<=', now)
    .where('kind', 'in', kinds)
    .where(({ not, exists, selectFrom }) => not(exists(
      selectFrom('jobs as running').select('running.id').whereRef('running.key', '=', 'jobs.key').where('running.state', '=', state('started')))))
    .orderBy('priority', 'desc')
    .orderBy((eb) => eb.selectFrom('jobs as served').select(sql<number>`coalesce(max(served.token), 0)`.as('token'))
      // Those without an owner take turns as one.
      .whereRef('served.owner_type', 'is not distinct from', 'jobs.owner_type').whereRef('served.owner_id', 'is not distinct from', 'jobs.owner_id'))
    .orderBy('id')
    .limit(1).executeTakeFirst()
}

/** One UPDATE makes the job ours: a token above all others, one more attempt, no unique key any more. */
export async function claimJob (trx: Trx, id: number, now: number, inputVersion: number | null): Promise<JobRow | undefined> {
  return await trx.updateTable('jobs')
    .set({
      state: 'started',
      unique_key: null,
      token: sql<number>`(SELECT max(token) + 1 FROM jobs)`,
      attempts: sql<number>`attempts + 1`,
      started_at: now,
      progress: 0,
      input_version: inputVersion,
    })
    .where('id', '=', id).where('state', '=', state('queued'))
    .returningAll().executeTakeFirst()
}

/** Whether a job waits that is due, of one of these kinds. */
export async function isAnyDue (db: Reads, { now, kinds }: ClaimFilter): Promise<boolean> {
  if (kinds.length === 0) return false
  const row = await db.selectFrom('jobs').select('id')
    .where('state', '=', state('queued')).where('run_after', '<=', now).where('kind', 'in', kinds).limit(1).executeTakeFirst()
  return row !== undefined
}

/** What runs, by the rows. */
export async function startedJobs (db: Reads): Promise<Array<Pick<JobRow, 'id' | 'token'>>> {
  return await db.selectFrom('jobs').select(['id', 'token']).where('state', '=', state('started')).execute()
}

export type RunChange = Partial<NewRow<'jobs'>>

/** A write of the run that holds `token`; false: the run is not the job's any more, nothing was changed. */
export async function updateRun (trx: Trx, run: { id: number, token: number }, change: RunChange): Promise<boolean> {
  const result = await trx.updateTable('jobs').set(change)
    .where('id', '=', run.id).where('token', '=', run.token).where('state', '=', state('started')).executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Ends a job that waits or runs; false: it had ended. */
export async function cancelJob (trx: Trx, id: number, now: number): Promise<boolean> {
  const result = await trx.updateTable('jobs').set({ state: 'canceled', unique_key: null, finished_at: now })
    .where('id', '=', id).where('state', 'in', [state('queued'), state('started')]).executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Ends all jobs of an owner that wait or run; returns their ids. */
export async function cancelJobsOfOwner (trx: Trx, ownerType: string, ownerId: number, now: number): Promise<number[]> {
  const rows = await trx.updateTable('jobs').set({ state: 'canceled', unique_key: null, finished_at: now })
    .where('owner_type', '=', ownerType).where('owner_id', '=', ownerId)
    .where('state', 'in', [state('queued'), state('started')]).returning('id').execute()
  return rows.map((row) => row.id)
}

/** A job that failed or was canceled waits again, with all its attempts. */
export async function requeueEnded (trx: Trx, id: number): Promise<boolean> {
  const result = await trx.updateTable('jobs')
    .set({ state: 'queued', attempts: 0, process_deaths: 0, progress: 0, run_after: 0, started_at: null, finished_at: null, error_code: null, error_message: null })
    .where('id', '=', id).where('state', 'in', [state('failed'), state('canceled')]).executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Keeps what a job's end told. */
export async function setResult (trx: Trx, id: number, result: unknown): Promise<void> {
  await trx.updateTable('jobs').set({ result: JSON.stringify(result ?? null) }).where('id', '=', id).execute()
}

export interface Recovery {
  now: number
  /** Deaths of the process after which a job fails, with this message. */
  maxDeaths: number
  message: string
  /** Tokens of the runs that do run. */
  running: readonly number[]
}

/** What is started although nobody runs it: back to the queue without losing the attempt, or failed. */
export async function recoverStarted (trx: Trx, { now, maxDeaths, message, running }: Recovery): Promise<{ requeued: number, failed: number }> {
  const failed = await trx.updateTable('jobs')
    .set({ state: 'failed', finished_at: now, error_code: 'WORKER_CRASHED', error_message: message, process_deaths: sql<number>`process_deaths + 1` })
    .where('state', '=', state('started')).where('process_deaths', '>=', maxDeaths - 1)
    .$if(running.length > 0, (query) => query.where('token', 'not in', running)).executeTakeFirst()
  const requeued = await trx.updateTable('jobs')
    .set({ state: 'queued', started_at: null, progress: 0, run_after: 0, attempts: sql<number>`attempts - 1`, process_deaths: sql<number>`process_deaths + 1` })
    .where('state', '=', state('started'))
    .$if(running.length > 0, (query) => query.where('token', 'not in', running)).executeTakeFirst()
  return { requeued: Number(requeued.numUpdatedRows), failed: Number(failed.numUpdatedRows) }
}

/** How many jobs stand before this one, by the order of claims without regard to fairness. */
export async function queuePosition (db: Reads, job: JobRow): Promise<number> {
  const { count } = await db.selectFrom('jobs').select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', '=', state('queued'))
    .where((eb) => eb.or([
      eb('priority', '>', job.priority),
      eb.and([eb('priority', '=', job.priority), eb('id', '<', job.id)]),
    ])).executeTakeFirstOrThrow()
  return count
}

/** How long the last runs of a kind took, in ms each, newest first. */
export async function lastRuns (db: Reads, kind: string, ownerId: number | null, limit = 5): Promise<number[]> {
  const rows = await db.selectFrom('jobs').select(['started_at', 'finished_at'])
    .where('state', '=', state('succeeded')).where('kind', '=', kind).where('owner_id', ownerId === null ? 'is' : '=', ownerId)
    .orderBy('id', 'desc').limit(limit).execute()
  return rows.map((row) => row.finished_at! - row.started_at!)
}
