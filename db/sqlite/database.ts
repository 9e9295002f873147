import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { sql, type Kysely } from 'kysely'
import { makeDurableFolder } from '../../src/durable-folder.ts'
import {
  throwUncaught, type Database, type DatabaseLocation, type OpenOptions, type Upgrade,
} from '../database.ts'
import { isDiskFailure, isDiskFull } from '../failures.ts'
import { migrations } from '../migrations/all.ts'
import { migrate } from '../migrations/migrate.ts'
import type { Tables } from '../tables.ts'
import { changeCounter } from './change-counter.ts'
import { connect, kyselyOver } from './connection.ts'
import { keepBeforeUpgrade } from './database-copy.ts'
import { wipeFreeSpace } from './free-space.ts'
import { groupCommit } from './group-commit.ts'

type SqliteLocation = Extract<DatabaseLocation, { engine: 'sqlite' }>

const LOCK_TIMEOUT_MS = 30_000

/** See `openDatabase`. */
export async function openSqlite (
  location: SqliteLocation,
  {
    lockTimeoutMs = LOCK_TIMEOUT_MS,
    mayUpgrade = false,
    onCallbackError = throwUncaught,
    now = Date.now,
  }: OpenOptions
): Promise<Database> {
  const { file } = location.connection
  const { writes } = await openWriter(file, { lockTimeoutMs, mayUpgrade })
  const reader = connect(file, { readonly: true, busyTimeoutMs: 1000 })
  const reads = kyselyOver<Tables>(reader)
  const change = changeCounter(reader)
  return {
    engine: 'sqlite',
    location,
    reads,
    outage: () => undefined,
    leave: async () => {},
    connections: () => undefined,
    change: change.now,
    now: async () => now(),
    listen: () => () => {},
    write: groupCommit(writes, { committed: change.look, callbackFailed: onCallbackError, now }),
    bytes: async () => sizeOf(file) + sizeOf(`${file}-wal`),
    async emptyLog () {
      try {
        const { rows } = await sql<{ busy: 0 | 1 }>`PRAGMA wal_checkpoint(TRUNCATE)`.execute(writes)
        return rows[0]?.busy === 0
      } catch (error) {
        // What was committed before stays committed, and a later checkpoint empties the log.
        if (isDiskFull(error) || isDiskFailure(error)) return false
        throw error
      }
    },
    wipeFreeSpace: async (timeoutMs) => wipeFreeSpace(file, timeoutMs),
    async close () {
      await reads.destroy()
      await writes.destroy()
    },
  }
}

function sizeOf (file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

/** See `upgradeDatabase`. */
export async function upgradeSqlite ({ connection: { file } }: SqliteLocation): Promise<Upgrade> {
  const { writes, ...upgrade } = await openWriter(file, { lockTimeoutMs: LOCK_TIMEOUT_MS, mayUpgrade: true })
  await writes.destroy()
  return upgrade
}

async function openWriter (
  file: string,
  { lockTimeoutMs, mayUpgrade }: { lockTimeoutMs: number, mayUpgrade: boolean }
): Promise<Upgrade & { writes: Kysely<Tables> }> {
  makeDurableFolder(dirname(file))
  const writes = kyselyOver<Tables>(connect(file), { lockTimeoutMs })
  let copy: string | null = null
  try {
    const steps = await migrate(writes, {
      migrations,
      hasTable: sql`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'kysely_migration'`,
      mayUpgrade,
      keep: (step) => { copy = keepBeforeUpgrade(file, step, Date.now()) },
    })
    return { writes, steps, copy }
  } catch (error) {
    await writes.destroy()
    throw error
  }
}
