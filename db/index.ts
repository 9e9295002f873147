import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { sql } from 'kysely'
import type { Database } from './database.ts'
import { connect, kyselyOver } from './sqlite/connection.ts'
import { keepBeforeUpgrade } from './sqlite/database-copy.ts'
import { groupCommit } from './sqlite/group-commit.ts'
import { migrate } from './migrations/migrate.ts'
import { changeCounter } from './sqlite/change-counter.ts'
import type { Tables } from './tables.ts'

export type { Database, Reads, Trx } from './database.ts'

export interface OpenOptions {
  file: string
  /** How long a write waits for another process's or thread's write lock before it fails, in ms. */
  lockTimeoutMs?: number
  /** Gets an error of a callback of `trx.afterCommit`. Default: it is uncaught and ends the process or thread. */
  onCallbackError?: (error: unknown) => void
}

/**
 * Opens the database (makes it, where there is none) and migrates it; one that has been in use is first copied to
 * `backups/` beside it. Throws DatabaseTooNewError and UpgradeError.
 */
export async function openDatabase ({
  file,
  lockTimeoutMs = 30_000,
  onCallbackError = throwUncaught,
}: OpenOptions): Promise<Database> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const writes = kyselyOver<Tables>(connect(file), lockTimeoutMs)
  try {
    await migrate(writes, (step) => {
      keepBeforeUpgrade(file, step, Date.now())
    })
  } catch (error) {
    await writes.destroy()
    throw error
  }
  const reader = connect(file, { readonly: true, busyTimeoutMs: 1000 })
  const reads = kyselyOver<Tables>(reader)
  const change = changeCounter(reader)
  return {
    file,
    reads,
    change: change.now,
    write: groupCommit(writes, { committed: change.look, callbackFailed: onCallbackError }),
    async emptyLog () {
      const { rows } = await sql<{ busy: 0 | 1 }>`PRAGMA wal_checkpoint(TRUNCATE)`.execute(writes)
      return rows[0]?.busy === 0
    },
    async close () {
      await reads.destroy()
      await writes.destroy()
    },
  }
}

function throwUncaught (error: unknown): void {
  queueMicrotask(() => { throw error })
}
