import type { Expression } from 'kysely'
import type { Reads, Trx } from '../index.ts'
import { boundMessage } from '../../src/short-text.ts'
import { endAt } from './job-due.ts'
import type { Row } from '../tables.ts'

export type AttemptRow = Row<'job_attempts'>

export interface AttemptEnd {
  /** Ms. */
  finishedAt: number | Expression<number>
  outcome: NonNullable<AttemptRow['outcome']>
  code?: string | null
  message?: string | null
}

/** Records the start of a run. In SQLite its id is the token, see `claimJob`. */
export async function insertAttempt (
  trx: Trx,
  job: { id: number, token: number, attempts: number, started_at: number | null }
): Promise<void> {
  await trx.insertInto('job_attempts').values({
    ...(trx.engine === 'sqlite' ? { id: job.token } : {}),
    job_id: job.id,
    token: job.token,
    attempt: job.attempts,
    started_at: job.started_at ?? 0,
  }).execute()
}

/** Records the end of the run with this token. */
export async function endAttempt (
  trx: Trx,
  run: { id: number, token: number },
  end: AttemptEnd
): Promise<void> {
  await trx.updateTable('job_attempts').set(ended(end))
    .where('job_id', '=', run.id).where('token', '=', run.token).where('finished_at', 'is', null).execute()
}

/** Records the end of all runs of these jobs. */
export async function endAttempts (trx: Trx, jobIds: readonly number[], end: AttemptEnd): Promise<void> {
  if (jobIds.length === 0) return
  await trx.updateTable('job_attempts').set(ended(end)).where('job_id', 'in', jobIds).where(
    'finished_at',
    'is',
    null
  ).execute()
}

/** Oldest first. */
export async function jobAttempts (db: Reads, jobId: number): Promise<AttemptRow[]> {
  return await db.selectFrom('job_attempts').selectAll().where('job_id', '=', jobId).orderBy('id').execute()
}

function ended ({ finishedAt, outcome, code = null, message = null }: AttemptEnd) {
  return {
    finished_at: endAt(finishedAt),
    outcome,
    error_code: code,
    error_message: message === null ? null : boundMessage(message),
  }
}
