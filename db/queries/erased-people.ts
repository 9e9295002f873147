import type { Reads, Trx } from '../index.ts'

/** The key of the hashes; undefined: no person was ever erased. */
export async function erasureSecret (db: Reads | Trx): Promise<string | undefined> {
  return (await db.selectFrom('erasure_keys').select('secret').executeTakeFirst())?.secret
}

/** Keeps `secret` as the key, unless there is one; returns the one that counts. */
export async function ensureErasureSecret (trx: Trx, secret: string): Promise<string> {
  await trx
    .insertInto('erasure_keys')
    .values({ id: 1, secret })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return (await erasureSecret(trx))!
}

/** Notes hashes of a person's identifiers. One that is there gets a new number and time (`at`, ms). */
export async function insertErased (trx: Trx, hashes: readonly string[], at: number): Promise<void> {
  if (hashes.length === 0) return
  await trx.deleteFrom('erased_people').where('hash', 'in', hashes).execute()
  await trx
    .insertInto('erased_people')
    .values(hashes.map((hash) => ({ hash, erased_at: at })))
    .execute()
}

/** When one of these hashes was noted, ms; undefined: none is there. */
export async function erasedAt (db: Reads | Trx, hashes: readonly string[]): Promise<number | undefined> {
  if (hashes.length === 0) return undefined
  const row = await db
    .selectFrom('erased_people')
    .select('erased_at')
    .where('hash', 'in', hashes)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.erased_at
}
