import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { sql, type Kysely } from 'kysely'
import type { BookReader, Database, DatabaseLocation } from './database.ts'
import { openSqliteReader } from './sqlite/book-reader.ts'
import { connect, kyselyOver } from './sqlite/connection.ts'
import { keepBeforeUpgrade } from './sqlite/database-copy.ts'
import { wipeFreeSpace } from './sqlite/free-space.ts'
import { groupCommit } from './sqlite/group-commit.ts'
import { migrate } from './migrations/migrate.ts'
import { changeCounter } from './sqlite/change-counter.ts'
import type { Tables } from './tables.ts'

export type { BookReader, Database, DatabaseLocation, Reads, Trx, Wiped } from './database.ts'

const LOCK_TIMEOUT_MS = 30_000

export interface OpenOptions {
  file: string
  /** How long a write waits for another process's or thread's write lock before it fails, in ms. */
  lockTimeoutMs?: number
  /**
   * Whether a database that an older version has used may get the schema of this one. Only the service and
   * `migrate` do that, while no other process uses the folder. A new database is created in any case.
   */
  mayUpgrade?: boolean
  /**
   * Gets an error of a callback of `trx.afterCommit`. Default: it is uncaught and ends the process or thread.
   */
  onCallbackError?: (error: unknown) => void
}

/** Opens the database, and creates it if there is none. Throws as `upgradeDatabase`, and SCHEMA_TOO_OLD. */
export async function openDatabase ({
  file,
  lockTimeoutMs = LOCK_TIMEOUT_MS,
  mayUpgrade = false,
  onCallbackError = throwUncaught,
}: OpenOptions): Promise<Database> {
  const { writes } = await openWriter(file, { lockTimeoutMs, mayUpgrade })
  const reader = connect(file, { readonly: true, busyTimeoutMs: 1000 })
  const reads = kyselyOver<Tables>(reader)
  const change = changeCounter(reader)
  return {
    location: sqliteFile(file),
    reads,
    change: change.now,
    write: groupCommit(writes, { committed: change.look, callbackFailed: onCallbackError }),
    async emptyLog () {
      const { rows } = await sql<{ busy: 0 | 1 }>`PRAGMA wal_checkpoint(TRUNCATE)`.execute(writes)
      return rows[0]?.busy === 0
    },
    wipeFreeSpace: (timeoutMs) => wipeFreeSpace(file, timeoutMs),
    async close () {
      await reads.destroy()
      await writes.destroy()
    },
  }
}

export interface Upgrade {
  /** Names of the steps that were applied. */
  steps: string[]
  /** The copy of the database as it was before; null: there was nothing to copy. */
  copy: string | null
}

/**
 * Brings the database up to the schema of this version, and creates it if there is none. One that has been in
 * use is first copied to `backups/` beside it. Throws SCHEMA_TOO_NEW and UPGRADE_FAILED; then nothing was
 * changed.
 */
export async function upgradeDatabase (file: string): Promise<Upgrade> {
  const { writes, ...upgrade } = await openWriter(file, { lockTimeoutMs: LOCK_TIMEOUT_MS, mayUpgrade: true })
  await writes.destroy()
  return upgrade
}

async function openWriter (
  file: string,
  { lockTimeoutMs, mayUpgrade }: { lockTimeoutMs: number, mayUpgrade: boolean }
): Promise<Upgrade & { writes: Kysely<Tables> }> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const writes = kyselyOver<Tables>(connect(file), { lockTimeoutMs })
  let copy: string | null = null
  try {
    const steps = await migrate(writes, {
      mayUpgrade,
      keep: (step) => { copy = keepBeforeUpgrade(file, step, Date.now()) },
    })
    return { writes, steps, copy }
  } catch (error) {
    await writes.destroy()
    throw error
  }
}

/** Opens a connection that only reads, for a thread. Throws if the database is not there. */
export function openBookReader ({ engine, connection }: DatabaseLocation): BookReader {
  switch (engine) {
    case 'sqlite': return openSqliteReader(connection.file)
  }
}

/** A database in a file. */
export function sqliteFile (file: string): DatabaseLocation {
  return { engine: 'sqlite', connection: { file } }
}

function throwUncaught (error: unknown): void {
  queueMicrotask(() => { throw error })
}
