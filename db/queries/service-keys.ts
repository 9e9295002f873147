// Keys that several nodes share. Only PostgreSQL has this table: a single node keeps its key in its data
// folder.
import type { Reads, Trx } from '../index.ts'

/** Returns the key with this name. If there is none yet, `secret` becomes the key, on all nodes. */
export async function ensureServiceKey (
  db: Reads | Trx,
  { name, secret, at }: { name: string, secret: string, at: number }
): Promise<string> {
  await db.insertInto('service_keys').values({ name, secret, created_at: at })
    .onConflict((conflict) => conflict.column('name').doNothing()).execute()
  const { secret: kept } = await db.selectFrom('service_keys').select('secret').where('name', '=', name)
    .executeTakeFirstOrThrow()
  return kept
}
