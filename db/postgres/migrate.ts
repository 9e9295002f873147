import { setTimeout as delay } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import { DomainError } from '../../src/errors.ts'
import type { PostgresLocation } from '../database.ts'
import { isBusy, isUnavailable } from '../failures.ts'
import { migrate } from '../migrations/migrate.ts'
import type { Tables } from '../tables.ts'
import { connectionPool, kyselyOver } from './connection.ts'
import { migrations } from './migrations.ts'

/**
 * How long a change of a table waits for the writes of running nodes, ms. They wait behind it meanwhile, so
 * it rather gives way and tries again.
 */
const TABLE_LOCK_MS = 2000
const MOST_TRIES = 60
const TRY_EVERY_MS = 1000

interface UpgradeOptions {
  mayUpgrade: boolean
  check: (db: Kysely<Tables>) => Promise<void>
  steps?: typeof migrations
}

/**
 * Brings the schema up to date, one node at a time, while other nodes work. Returns the names of the applied
 * steps. Throws SCHEMA_TOO_NEW and, unless `mayUpgrade`, SCHEMA_TOO_OLD, INVALID_SETTINGS where the user may
 * not create tables, and what `check` throws first.
 * `steps`: all of the program, in their order.
 */
export async function bringUpToDate (
  { direct }: PostgresLocation,
  { mayUpgrade, check, steps = migrations }: UpgradeOptions
): Promise<string[]> {
  const db = kyselyOver(connectionPool(direct, { max: 1 }))
  try {
    await check(db)
    for (let tries = 1; ; tries++) {
      try {
        return await migrate(db, {
          migrations: steps,
          hasTable: sql`SELECT 1 WHERE to_regclass('kysely_migration') IS NOT NULL`,
          // The wait for another node that brings the schema up to date has no limit.
          lock: sql`SELECT pg_advisory_xact_lock(hashtextextended('perfbook:schema', 0)),
            set_config('lock_timeout', ${String(TABLE_LOCK_MS)}, true)`,
          mayUpgrade,
          keep: () => {},
        })
      } catch (error) {
        if (!mayTryAgain(error)) throw isOther(error) || await mayCreate(db) ? error : notAllowed(error)
        if (tries === MOST_TRIES) throw error
        await delay(TRY_EVERY_MS)
      }
    }
  } finally {
    await db.destroy()
  }
}

/** Whether a write of a running node was in the way: it held a table, or waited for another one of ours. */
function mayTryAgain (error: unknown): boolean {
  return isBusy(error) || (error instanceof Error && 'code' in error && error.code === '40P01')
}

/** Whether an error has nothing to do with rights. */
function isOther (error: unknown): boolean { return error instanceof DomainError || isUnavailable(error) }

/** Whether the user may create tables where they are looked for first. */
async function mayCreate (db: Kysely<Tables>): Promise<boolean> {
  const { rows: [row] } = await sql<{ may: boolean | null }>`
    SELECT has_schema_privilege(current_schema(), 'CREATE') AS may`.execute(db)
  return row?.may === true
}

function notAllowed (cause: unknown): DomainError {
  return new DomainError('INVALID_SETTINGS', {
    detail: 'DATABASE_URL: its user may not create tables in this database. ' +
      'As an administrator of PostgreSQL: ALTER DATABASE … OWNER TO this user.',
    cause,
  })
}
