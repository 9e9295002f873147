import type { Reads, Trx } from '../index.ts'
import type { NewRow, Row } from '../tables.ts'

export async function insertLink (trx: Trx, link: NewRow<'password_links'>): Promise<void> {
  await trx.insertInto('password_links').values(link).execute()
}

/** A link by the hash of its secret, if it is unused and valid at that time. */
export async function findLink (
  db: Reads | Trx,
  hash: string,
  at: number
): Promise<Row<'password_links'> | undefined> {
  return await db.selectFrom('password_links').selectAll()
    .where('hash', '=', hash).where('ended_at', 'is', null).where('expires_at', '>', at).executeTakeFirst()
}

export async function endLinksOfUser (trx: Trx, userId: number, at: number): Promise<void> {
  await trx.updateTable('password_links').set({ ended_at: at }).where('user_id', '=', userId).where(
    'ended_at',
    'is',
    null
  ).execute()
}
