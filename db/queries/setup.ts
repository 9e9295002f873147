// How the service was set up: the one-time link of the first administrator, and the school.
import type { Reads, Trx } from '../index.ts'
import type { Row } from '../tables.ts'

/**
 * Locks the role of administrator: until the end of this write, no other write gives or removes it. Call this
 * before other locks.
 */
export async function lockAdministrators (trx: Trx): Promise<void> {
  await trx.lock('administrators')
}

/** The number of administrators. With `mayEnter`, without those who are disabled. */
export async function countAdministrators (
  db: Reads | Trx, { mayEnter }: { mayEnter: boolean } = { mayEnter: false }
): Promise<number> {
  let query = db.selectFrom('users').select((eb) => eb.fn.countAll<number>().as('count'))
    .where('role', '=', 'admin')
  if (mayEnter) query = query.where('disabled_at', 'is', null)
  return Number((await query.executeTakeFirstOrThrow()).count)
}

/** The link, if it is valid at that time. */
export async function findSetupLink (
  db: Reads | Trx, at: number
): Promise<{ hash: string, expiresAt: number } | undefined> {
  const row = await db.selectFrom('setup').select(['link_hash', 'link_expires_at'])
    .where('link_expires_at', '>', at).executeTakeFirst()
  if (row === undefined || row.link_hash === null || row.link_expires_at === null) return undefined
  return { hash: row.link_hash, expiresAt: row.link_expires_at }
}

/** Stores a link, or the school; what is left out stays. */
export async function updateSetup (trx: Trx, change: Partial<Omit<Row<'setup'>, 'id'>>): Promise<void> {
  await trx.insertInto('setup')
    .values({ id: 1, school: null, link_hash: null, link_expires_at: null, ...change })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(change)).execute()
}
