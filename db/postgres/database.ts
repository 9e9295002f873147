import { sql, type Kysely } from 'kysely'
import {
  throwUncaught, type Database, type OpenOptions, type PostgresLocation, type Upgrade,
} from '../database.ts'
import { migrate } from '../migrations/migrate.ts'
import type { Tables } from '../tables.ts'
import { DomainError } from '../../src/errors.ts'
import type { PostgresAddress } from './address.ts'
import { connectionPool, kyselyOver } from './connection.ts'
import { migrations } from './migrations.ts'
import { serverTime } from '../queries/server-time.ts'
import { writer } from './writes.ts'

/** How often `change` has a new number without a known commit: another node's notification may be lost. */
const CHANGE_EVERY_MS = 500

/** See `openDatabase`. */
export async function openPostgres (
  location: PostgresLocation,
  { mayUpgrade = false, onCallbackError = throwUncaught, lockTimeoutMs, now }: OpenOptions,
  check: (db: Kysely<Tables>) => Promise<void> = assertCopyComplete
): Promise<Database> {
  const db = kyselyOver(connectionPool(location.connection, { max: location.poolSize }))
  try {
    await check(db)
    await bringUpToDate(db, { mayUpgrade })
  } catch (error) {
    await db.destroy()
    throw error
  }
  let commits = 0
  return {
    engine: 'postgres',
    location,
    reads: db,
    change: () => commits + Math.floor(performance.now() / CHANGE_EVERY_MS),
    now: async () => now?.() ?? await serverTime(db),
    listen: () => () => {},
    write: writer(db, {
      committed: () => { commits++ },
      callbackFailed: onCallbackError,
      lockTimeoutMs,
      now,
    }),
    async bytes () {
      const { rows: [row] } = await sql<{ bytes: number }>`SELECT
        pg_database_size(current_database()) AS bytes`.execute(db)
      return row?.bytes ?? 0
    },
    emptyLog: async () => true,
    async wipeFreeSpace () {
      await sql`VACUUM`.execute(db)
      return { isCompacted: true, isLogEmpty: true }
    },
    close: () => db.destroy(),
  }
}

/** See `upgradeDatabase`. */
export async function upgradePostgres ({ direct }: PostgresLocation): Promise<Upgrade> {
  const db = kyselyOver(connectionPool(direct, { max: 1 }))
  try {
    await assertCopyComplete(db)
    return { steps: await bringUpToDate(db, { mayUpgrade: true }), copy: null }
  } finally {
    await db.destroy()
  }
}

/** Opens a database that `perfbook copy` fills; creates the tables if `mayUpgrade`. */
export async function openCopy (
  address: PostgresAddress, { mayUpgrade }: { mayUpgrade: boolean }
): Promise<Database> {
  const location = { engine: 'postgres' as const, connection: address, direct: address, poolSize: 4 }
  return await openPostgres(location, { mayUpgrade }, async () => {})
}

/** Throws COPY_UNFINISHED if the database holds half of a data folder. */
async function assertCopyComplete (db: Kysely<Tables>): Promise<void> {
  const { rows: [mark] } = await sql<{ isThere: boolean }>`
    SELECT to_regclass('copied_from') IS NOT NULL AS "isThere"`.execute(db)
  if (mark?.isThere !== true) return
  const { rows: [copy] } = await sql<{ folder: string }>`
    SELECT folder FROM copied_from WHERE completed_at IS NULL`.execute(db)
  if (copy === undefined) return
  throw new DomainError('COPY_UNFINISHED', {
    detail: `The copy of ${copy.folder} into this database did not finish. ` +
      'Run the same "perfbook copy" again, or use an empty database.',
  })
}

async function bringUpToDate (
  db: Kysely<Tables>, { mayUpgrade }: { mayUpgrade: boolean }
): Promise<string[]> {
  return await migrate(db, {
    migrations,
    hasTable: sql`SELECT 1 WHERE to_regclass('kysely_migration') IS NOT NULL`,
    // One node at a time.
    lock: sql`SELECT pg_advisory_xact_lock(hashtextextended('perfbook:schema', 0))`,
    mayUpgrade,
    keep: () => {},
  })
}
