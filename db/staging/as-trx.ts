import { sql, type Kysely } from 'kysely'
import type { Engine, Trx } from '../database.ts'
import type { Tables } from '../tables.ts'

/**
 * The transaction of an import, which it begins and ends itself, as the handle that queries want. It has its
 * locks, and nothing follows from its commit.
 */
export function asTrx (db: Kysely<Tables>, { engine, at }: { engine: Engine, at: number }): Trx {
  return Object.assign(db.withoutPlugins(), {
    engine,
    lock: async () => {},
    locking: () => sql`NULL`,
    now: async () => at,
    time: () => sql<number>`${at}`,
    notify: async () => {},
    notifying: () => sql`NULL`,
    afterCommit () { throw new Error('an import has no callbacks') },
  }) as unknown as Trx
}
