import { sql, type Kysely } from 'kysely'
import { DomainError, hasCode } from '../../src/errors.ts'
import {
  throwUncaught, type Database, type OpenOptions, type PostgresLocation, type Upgrade,
} from '../database.ts'
import { isUnavailable } from '../failures.ts'
import { serverTime } from '../queries/server-time.ts'
import type { Tables } from '../tables.ts'
import { shownAddress, type PostgresAddress } from './address.ts'
import { createChangeCounter } from './change-counter.ts'
import { hasPooler, IMPATIENT, kyselyOver, patientPool, PATIENT } from './connection.ts'
import { bringUpToDate } from './migrate.ts'
import { createLife } from './life.ts'
import { tlsProblem } from './tls-problem.ts'
import { LOCK_TIMEOUT_MS, writer } from './writes.ts'

/** Time between two attempts to connect when the server starts, ms. */
const TRY_EVERY_MS = 500

/** See `openDatabase`. */
export async function openPostgres (
  location: PostgresLocation,
  options: OpenOptions,
  check: (db: Kysely<Tables>) => Promise<void> = assertCopyComplete
): Promise<Database> {
  const {
    mayUpgrade = false, onCallbackError = throwUncaught, lockTimeoutMs = LOCK_TIMEOUT_MS, isImpatient = false,
    node, waitMs = 0, signal, now,
  } = options
  const pool = patientPool(location, {
    max: location.poolSize, patience: isImpatient ? IMPATIENT : PATIENT, lockTimeoutMs,
  })
  const db = kyselyOver(pool)
  const changes = createChangeCounter()
  const life = createLife({ location, node, pool, options, changes })
  try {
    await answered(location, { waitMs, signal }, async () => {
      await serverTime(db)
      if (node !== undefined) await life.start()
      await bringUpToDate(location, { mayUpgrade, check })
    })
    life.hasTables()
  } catch (error) {
    await life.close()
    await db.destroy()
    throw error
  }

  return {
    engine: 'postgres',
    location,
    reads: db,
    outage: life.outage,
    leave: life.leave,
    connections: () => ({ ...pool.numbers(), reconnects: life.reconnects() }),
    change: changes.now,
    now: async () => now?.() ?? await serverTime(db),
    listen: life.listen,
    write: writer(db, {
      changes,
      callbackFailed: onCallbackError,
      // A pooler may give each transaction another connection, whose settings are not ours.
      lockTimeoutMs: hasPooler(location) ? lockTimeoutMs : undefined,
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
    async close () {
      await life.close()
      await db.destroy()
    },
  }
}

/** See `upgradeDatabase`. */
export async function upgradePostgres (location: PostgresLocation): Promise<Upgrade> {
  return { steps: await bringUpToDate(location, { mayUpgrade: true, check: assertCopyComplete }), copy: null }
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

/** Runs `work` again while the server cannot be reached, for at most `waitMs`. */
async function answered (
  { connection }: PostgresLocation,
  { waitMs, signal }: { waitMs: number, signal: AbortSignal | undefined },
  work: () => Promise<void>
): Promise<void> {
  const deadline = performance.now() + waitMs
  for (;;) {
    try {
      await work()
      return
    } catch (error) {
      if (!isUnavailable(error)) throw error
      const cause = hasCode(error, 'DATABASE_UNAVAILABLE') ? error.cause ?? error : error
      const isOver = performance.now() >= deadline || signal?.aborted === true ||
        isPermanent(cause, connection)
      if (isOver) throw notThere(connection, cause, waitMs)
      await new Promise((resolve) => { setTimeout(resolve, TRY_EVERY_MS) })
    }
  }
}

/** Whether to wait makes no difference: wrong credentials or certificates, no such database. */
function isPermanent (error: unknown, address: PostgresAddress): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code === '3D000' || code.startsWith('28') || tlsProblem(error, address) !== undefined
}

function notThere (address: PostgresAddress, cause: unknown, waitMs: number): DomainError {
  const reason = tlsProblem(cause, address) ?? (cause instanceof AggregateError
    ? (cause.errors as Error[]).map(({ message }) => message).join('; ')
    : cause instanceof Error ? cause.message : String(cause))
  const waited = waitMs >= 1000 && !isPermanent(cause, address) ? ` for ${Math.round(waitMs / 1000)} s` : ''
  return new DomainError('DATABASE_UNAVAILABLE', {
    detail: `PostgreSQL at ${shownAddress(address)} could not be used${waited}: ${reason}`,
    cause,
  })
}
