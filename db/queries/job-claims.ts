// What a delivery and a runner ask of the queue: which job is next, who claims it, how its run ends.
import { sql, type Expression, type UpdateObject } from 'kysely'
import type { Reads, Trx } from '../index.ts'
import { endAttempt, endAttempts, insertAttempt, type AttemptEnd } from './job-attempts.ts'
import { isDue } from './job-due.ts'
import { state, type JobRow } from './jobs.ts'
import type { Tables } from '../tables.ts'

interface ClaimFilter {
  /** Ms. */
  now: number | Expression<number>
  /** Kinds of which one more job can start now. */
  kinds: readonly string[]
}

/** The unique index that keeps two nodes from running jobs of one key at once. Only in PostgreSQL. */
export const ONE_RUN_PER_KEY = 'jobs_started_key'

/**
 * The token of the last claim of a job of the same owner; 0 if there was none. Jobs without an owner count as
 * jobs of one owner. There are two cases, because PostgreSQL uses no index for IS NOT DISTINCT FROM.
 */
export const lastServed = sql<number>`coalesce(CASE WHEN jobs.owner_type IS NULL
  THEN (SELECT max(token) FROM jobs AS served WHERE owner_type IS NULL AND owner_id IS NULL)
  ELSE (SELECT max(served.token) FROM jobs AS served
    WHERE served.owner_type = jobs.owner_type AND served.owner_id = jobs.owner_id)
  END, 0)`

/**
 * The next job that may start: due, of a kind with room, and no job of the same key is running. The higher
 * priority comes first, then the owner that has waited longest since one of its jobs was claimed, so that no
 * course waits for all jobs of another one. `queuePositions` counts in the same order. With `lock`, jobs that
 * another node is claiming are passed over, and no other node claims this one before the end of the write.
 */
export async function nextJob (
  db: Trx | Reads,
  { now, kinds, lock = false }: ClaimFilter & { lock?: boolean }
): Promise<JobRow | undefined> {
  if (kinds.length === 0) return undefined
  return await db.selectFrom('jobs').selectAll('jobs')
    .where('state', '=', state('queued'))
    .where(isDue(now))
    .where('kind', 'in', kinds)
    .where(({ not, exists, selectFrom }) =>
      not(exists(
        selectFrom('jobs as running').select('running.id')
          .whereRef('running.key', '=', 'jobs.key').where('running.state', '=', state('started'))
      ))
    )
    .orderBy('priority', 'desc').orderBy(lastServed).orderBy('id')
    .limit(1)
    .$if(lock && 'engine' in db && db.engine === 'postgres', (query) => query.forUpdate('jobs').skipLocked())
    .executeTakeFirst()
}

/**
 * A token above all that were ever given, in SQLite. Jobs are deleted with their tokens after a while, but
 * the counter of the attempts stays, and an attempt has the id of its token.
 */
const NEXT_TOKEN = sql<number>`(1 + max(
  (SELECT coalesce(max(token), 0) FROM jobs),
  coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'job_attempts'), 0)))`

/**
 * Claims a job with one UPDATE: a token above all others, one more attempt, and no unique key. It starts at
 * `now` (ms), but not before its request.
 */
export async function claimJob (
  trx: Trx,
  id: number,
  now: number | Expression<number>,
  inputVersion: number | null
): Promise<JobRow | undefined> {
  const claimed = await trx.updateTable('jobs')
    .set({
      state: 'started',
      unique_key: null,
      token: trx.engine === 'postgres'
        ? sql<number>`nextval('job_tokens')`
        : NEXT_TOKEN,
      attempts: sql<number>`attempts + 1`,
      started_at: sql<number>`CASE WHEN created_at > ${now} THEN created_at ELSE ${now} END`,
      progress: 0,
      input_version: inputVersion,
    })
    .where('id', '=', id).where('state', '=', state('queued'))
    .returningAll().returning(trx.notifying('job', id).as('notified')).executeTakeFirst()
  if (claimed === undefined) return undefined
  const { notified, ...job } = claimed
  await insertAttempt(trx, job)
  return job
}

/** Whether a job of one of these kinds waits and is due. */
export async function isAnyDue (db: Reads, { now, kinds }: ClaimFilter): Promise<boolean> {
  if (kinds.length === 0) return false
  const row = await db.selectFrom('jobs').select('id')
    .where('state', '=', state('queued')).where(isDue(now)).where('kind', 'in', kinds).limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** The jobs that run, according to their rows. */
export async function startedJobs (db: Reads): Promise<Array<Pick<JobRow, 'id' | 'token'>>> {
  return await db.selectFrom('jobs').select(['id', 'token']).where('state', '=', state('started')).execute()
}

export type RunChange = UpdateObject<Tables, 'jobs'>

/** A write by the run with this token. False: it is no longer the job's run; nothing was changed. */
export async function updateRun (
  trx: Trx,
  run: { id: number, token: number },
  change: RunChange
): Promise<boolean> {
  const updated = await trx.updateTable('jobs').set(change)
    .where('id', '=', run.id).where('token', '=', run.token).where('state', '=', state('started'))
    .returning(trx.notifying('job', run.id).as('notified')).executeTakeFirst()
  return updated !== undefined
}

/**
 * Ends the run with this token: the row of the job, and that of the attempt. False: it is no longer the job's
 * run; nothing was changed.
 */
export async function endRun (
  trx: Trx,
  run: { id: number, token: number },
  change: RunChange,
  end: AttemptEnd
): Promise<boolean> {
  if (!await updateRun(trx, run, change)) return false
  await endAttempt(trx, run, end)
  return true
}

/** Whether the run with this token has ended its job successfully. */
export async function hasSucceeded (trx: Trx, run: { id: number, token: number }): Promise<boolean> {
  const row = await trx.selectFrom('jobs').select('id')
    .where('id', '=', run.id).where('token', '=', run.token).where('state', '=', state('succeeded'))
    .executeTakeFirst()
  return row !== undefined
}

interface Recovery {
  now: number
  /** After this many deaths of the process, a job fails with the message. */
  maxDeaths: number
  message: string
  /** Tokens of the runs that are lost. */
  lost: readonly number[]
}

/**
 * Requeues the started jobs with these tokens, without losing the attempt; fails those whose process died too
 * often.
 */
export async function recoverStarted (
  trx: Trx,
  { now, maxDeaths, message, lost }: Recovery
): Promise<{ requeued: JobRow[], failed: JobRow[] }> {
  if (lost.length === 0) return { requeued: [], failed: [] }
  // Locked, so that two nodes that find the same run lost count one death.
  const rows = await trx.selectFrom('jobs').select(['id', 'process_deaths'])
    .where('state', '=', state('started')).where('token', 'in', lost).orderBy('id')
    .$if(trx.engine === 'postgres', (query) => query.forUpdate()).execute()
  const [last, others] = [true, false].map((isLast) =>
    rows.filter((row) => (row.process_deaths >= maxDeaths - 1) === isLast).map((row) => row.id)
  ) as [number[], number[]]
  await endAttempts(trx, rows.map((row) => row.id), {
    finishedAt: now,
    outcome: 'died',
    message: 'The server was gone before this run had ended.',
  })
  const deaths = { process_deaths: sql<number>`process_deaths + 1` }
  const failed = last.length === 0
    ? []
    : await trx.updateTable('jobs')
      .set({
        ...deaths,
        state: 'failed',
        finished_at: now,
        error_code: 'WORKER_CRASHED',
        error_message: message,
      })
      .where('id', 'in', last).returningAll().execute()
  const requeued = others.length === 0
    ? []
    : await trx.updateTable('jobs')
      .set({
        ...deaths,
        state: 'queued',
        started_at: null,
        progress: 0,
        run_after: 0,
        attempts: sql<number>`attempts - 1`,
      })
      .where('id', 'in', others).returningAll().execute()
  for (const { id } of rows) await trx.notify('job', id)
  return { requeued, failed }
}
