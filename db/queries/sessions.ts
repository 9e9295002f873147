import type { UserRow } from './accounts.ts'
import type { Reads, Trx } from '../index.ts'
import type { NewRow, Row } from '../tables.ts'

export type SessionRow = Row<'sessions'>
type UsableSession = Pick<SessionRow, 'created_at' | 'ended_at' | 'id' | 'last_used_at'>

export async function insertSession (trx: Trx, session: NewRow<'sessions'>): Promise<SessionRow> {
  return await trx.insertInto('sessions').values(session).returningAll().executeTakeFirstOrThrow()
}

/** A session and its user by the hash of its secret. The caller decides whether it is still valid. */
export async function findSession (
  db: Reads | Trx,
  hash: string
): Promise<{ session: UsableSession, user: UserRow } | undefined> {
  // One statement: nearly every request of a browser begins with it.
  const row = await db.selectFrom('sessions').innerJoin('users', 'users.id', 'sessions.user_id')
    .selectAll('users')
    .select(['sessions.id as session_id', 'sessions.created_at as began_at', 'last_used_at', 'ended_at'])
    .where('sessions.hash', '=', hash).executeTakeFirst()
  if (row === undefined) return undefined
  const { session_id: id, began_at: created_at, last_used_at, ended_at, ...user } = row
  return { session: { id, created_at, last_used_at, ended_at }, user }
}

export async function findSessionById (db: Reads | Trx, id: number): Promise<SessionRow | undefined> {
  return await db.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst()
}

/**
 * Sessions that have not ended and are within both limits, newest first. Without `userId`: those of all
 * users.
 */
export async function listSessions (
  db: Reads,
  { userId, createdAfter, usedAfter }: {
    userId?: number | undefined,
    createdAfter: number,
    usedAfter: number,
  }
): Promise<Array<SessionRow & { email: string }>> {
  let query = db.selectFrom('sessions').innerJoin('users', 'users.id', 'sessions.user_id').selectAll(
    'sessions'
  ).select('users.email')
    .where('sessions.ended_at', 'is', null).where('sessions.created_at', '>', createdAfter).where(
      'sessions.last_used_at',
      '>',
      usedAfter
    )
  if (userId !== undefined) query = query.where('sessions.user_id', '=', userId)
  return await query.orderBy('sessions.id', 'desc').execute()
}

/** Records a use of a session, unless one since `since` is recorded already. */
export async function noteSessionUse (
  trx: Trx,
  { id, at, since }: { id: number, at: number, since: number }
): Promise<void> {
  await trx.updateTable('sessions').set({ last_used_at: at }).where('id', '=', id)
    .where('last_used_at', '<', since).execute()
}

/** False: there is no such session, or it had already ended. */
export async function endSession (trx: Trx, id: number, at: number): Promise<boolean> {
  const result = await trx.updateTable('sessions').set({ ended_at: at }).where('id', '=', id).where(
    'ended_at',
    'is',
    null
  ).executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export async function endSessionByHash (trx: Trx, hash: string, at: number): Promise<void> {
  await trx.updateTable('sessions').set({ ended_at: at }).where('hash', '=', hash).where(
    'ended_at',
    'is',
    null
  ).execute()
}

export async function endSessionsOfUser (trx: Trx, userId: number, at: number): Promise<void> {
  await trx.updateTable('sessions').set({ ended_at: at }).where('user_id', '=', userId).where(
    'ended_at',
    'is',
    null
  ).execute()
}

/** Ends the sessions of a user but one. */
export async function endOtherSessions (
  trx: Trx, { userId, sessionId, at }: { userId: number, sessionId: number, at: number }
): Promise<void> {
  await trx.updateTable('sessions').set({ ended_at: at }).where('user_id', '=', userId)
    .where('id', '!=', sessionId).where('ended_at', 'is', null).execute()
}
