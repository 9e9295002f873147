import type { Reads, Trx } from '../index.ts'

/**
 * The lock that imports and erasures take before they take an id: ids then rise in the order of commits, and
 * an import sees that one came before it.
 */
export const IMPORTS_LOCK = 'imports'

/** The key of the hashes. Undefined: no person was ever erased. */
export async function erasureSecret (db: Reads | Trx): Promise<string | undefined> {
  return (await db.selectFrom('erasure_keys').select('secret').executeTakeFirst())?.secret
}

/** Returns the key of the hashes. If there is none yet, `secret` becomes the key. */
export async function ensureErasureSecret (trx: Trx, secret: string): Promise<string> {
  await trx.insertInto('erasure_keys').values({ id: 1, secret })
    .onConflict((conflict) => conflict.column('id').doNothing()).execute()
  return await erasureSecret(trx) ?? secret
}

/**
 * Stores hashes of the identifiers of a person. A hash that is already there gets a new number and time
 * (`at`, ms).
 */
export async function insertErased (trx: Trx, hashes: readonly string[], at: number): Promise<void> {
  if (hashes.length === 0) return
  await trx.lock('erased people')
  await trx.deleteFrom('erased_people').where('hash', 'in', hashes).execute()
  await trx
    .insertInto('erased_people')
    .values(hashes.map((hash) => ({ hash, erased_at: at })))
    .execute()
}

/** When one of these hashes was last stored, ms. Undefined: none is there. */
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
