import type { Reads, Trx } from '../index.ts'
import type { NewRow, Row } from '../tables.ts'

export type UserRow = Row<'users'>
type TokenRow = Row<'tokens'>
type UsableToken = Pick<TokenRow, 'expires_at' | 'id' | 'last_used_at' | 'revoked_at' | 'scopes'>

/** The key that joins accounts and people in rosters: an email address in lower case. */
export function emailKey (email: string): string {
  return email.trim().normalize('NFC').toLowerCase()
}

export async function findUser (db: Reads | Trx, key: string): Promise<UserRow | undefined> {
  return await db.selectFrom('users').selectAll().where('email_key', '=', key).executeTakeFirst()
}

export async function findUserById (db: Reads | Trx, id: number): Promise<UserRow | undefined> {
  return await db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function listUsers (db: Reads): Promise<UserRow[]> {
  return await db.selectFrom('users').selectAll().orderBy('email_key').execute()
}

/**
 * Until the end of the write, no other one makes an account with this email address. Take it before looking
 * whether there is one.
 */
export async function lockEmail (trx: Trx, key: string): Promise<void> {
  await trx.lock(`email ${key}`)
}

/**
 * Until the end of the write, no other one begins or ends sessions of this user, or uses their one-time
 * links. Take it after `lockEmail`, and before reading what the write depends on.
 */
export async function lockUser (trx: Trx, userId: number): Promise<void> {
  await trx.lock(`user ${userId}`)
}

export async function insertUser (trx: Trx, user: NewRow<'users'>): Promise<UserRow> {
  return await trx.insertInto('users').values(user).returningAll().executeTakeFirstOrThrow()
}

export async function updateUser (trx: Trx, id: number, change: Partial<NewRow<'users'>>): Promise<UserRow> {
  return await trx.updateTable('users').set(change).where('id', '=', id).returningAll()
    .executeTakeFirstOrThrow()
}

export async function insertToken (trx: Trx, token: NewRow<'tokens'>): Promise<TokenRow> {
  return await trx.insertInto('tokens').values(token).returningAll().executeTakeFirstOrThrow()
}

export async function listTokens (db: Reads): Promise<Array<TokenRow & { email: string }>> {
  return await db.selectFrom('tokens').innerJoin('users', 'users.id', 'tokens.user_id')
    .selectAll('tokens').select('users.email').orderBy('tokens.id').execute()
}

/** Tokens of a user that are not revoked, newest first. */
export async function tokensOfUser (db: Reads | Trx, userId: number): Promise<TokenRow[]> {
  return await db.selectFrom('tokens').selectAll().where('user_id', '=', userId)
    .where('revoked_at', 'is', null).orderBy('id', 'desc').execute()
}

/** False: there is no such token, or it was already revoked. */
export async function revokeToken (trx: Trx, id: number, at: number): Promise<boolean> {
  const result = await trx.updateTable('tokens').set({ revoked_at: at }).where('id', '=', id).where(
    'revoked_at',
    'is',
    null
  ).executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** A token and its user by its hash. The caller decides whether it may be used. */
export async function findToken (
  db: Reads,
  hash: string
): Promise<{ token: UsableToken, user: UserRow } | undefined> {
  // One statement: nearly every request begins with it.
  const row = await db.selectFrom('tokens').innerJoin('users', 'users.id', 'tokens.user_id')
    .selectAll('users')
    .select(['tokens.id as token_id', 'scopes', 'last_used_at', 'expires_at', 'revoked_at'])
    .where('tokens.hash', '=', hash).executeTakeFirst()
  if (row === undefined) return undefined
  const { token_id: id, scopes, last_used_at, expires_at, revoked_at, ...user } = row
  return { token: { id, scopes, last_used_at, expires_at, revoked_at }, user }
}

/** Records a use of a token, unless a later one, or one since `since`, is recorded already. */
export async function noteTokenUse (
  trx: Trx,
  { id, at, since }: { id: number, at: number, since: number }
): Promise<void> {
  await trx.updateTable('tokens').set({ last_used_at: at }).where('id', '=', id)
    .where((row) => row.or([row('last_used_at', 'is', null), row('last_used_at', '<', since)])).execute()
}

type RosterTeacher = Pick<Row<'course_teachers'>, 'email' | 'first_name' | 'last_name'>

/**
 * What rosters say about an email address: the newest row with a name, else the newest row. The teacher of a
 * grade book file has no name there. Undefined: no course has a teacher with this email address.
 */
export async function rosterTeacher (db: Reads | Trx, key: string): Promise<RosterTeacher | undefined> {
  return await db.selectFrom('course_teachers').select(['email', 'first_name', 'last_name'])
    .where('email_key', '=', key)
    .orderBy((eb) =>
      eb.case()
        .when(eb.and([eb('first_name', 'is', null), eb('last_name', 'is', null)])).then(1).else(0).end()
    )
    .orderBy('id', 'desc').limit(1).executeTakeFirst()
}
