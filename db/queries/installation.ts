// The one row that names this database in an object store.
import type { Reads, Trx } from '../index.ts'

/** Stores a random name where there is none yet. Returns the name that is stored. */
export async function ensureInstallation (trx: Trx, random: string): Promise<string> {
  await trx.insertInto('installation').values({ id: 1, name: random })
    .onConflict((conflict) => conflict.column('id').doNothing()).execute()
  const { name } = await trx.selectFrom('installation').select('name').executeTakeFirstOrThrow()
  return name
}

export async function findInstallation (db: Reads): Promise<string | undefined> {
  return (await db.selectFrom('installation').select('name').executeTakeFirst())?.name
}

/** When the object store was last searched for what no row knows, ms; 0: never. */
export async function storeSweptAt (db: Reads): Promise<number> {
  const row = await db.selectFrom('installation').select('store_swept_at').executeTakeFirst()
  return row?.store_swept_at ?? 0
}

export async function setStoreSwept (trx: Trx, at: number): Promise<void> {
  await trx.updateTable('installation').set({ store_swept_at: at }).execute()
}
