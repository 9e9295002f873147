import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { sql, type Kysely, type Transaction } from 'kysely'
import { connect, kyselyOver } from './sqlite/connection.ts'
import { keepBeforeUpgrade } from './sqlite/database-copy.ts'
import { groupCommit } from './sqlite/group-commit.ts'
import { migrate } from './migrations/migrate.ts'
import { changeCounter, rememberer } from './sqlite/remembered.ts'
import type { Tables } from './tables.ts'

export type Reads = Kysely<Tables>
export type Trx = Transaction<Tables>

/**
 * The service's database: reads never wait for a writer, writes wait for each other without blocking the
 * thread.
 */
export interface Database {
  readonly file: string
  /** Committed state only. Never inside a transaction: there use the transaction's own handle. */
  readonly reads: Reads
  /**
   * A number that is another one after each commit, whoever made it: this process, or the command line in
   * another.
   */
  change: () => number
  /**
   * What `read` returned last under this key, if nothing has been committed since. Not to be changed by
   * whoever gets it.
   */
  remembered: <T>(key: string, read: () => Promise<T>) => Promise<T>
  /**
   * Runs `work` under the write lock, all or nothing, and resolves when it is on disk. `work` may await its
   * own queries and nothing else.
   */
  write: <T>(work: (trx: Trx) => Promise<T>) => Promise<T>
  /**
   * Empties the write-ahead log, which still holds what was deleted a moment ago. False: a reader was in the
   * way; then a later checkpoint does it.
   */
  emptyLog: () => Promise<boolean>
  close: () => Promise<void>
}

export interface OpenOptions {
  file: string
  /** How long a write waits for another process's or thread's write lock before it fails, in ms. */
  lockTimeoutMs?: number
}

/**
 * Opens (makes, where there is none) and migrates the database; one that has been in use is first kept in
 * `backups/` beside it. Throws DatabaseTooNewError and UpgradeError.
 */
export async function openDatabase ({ file, lockTimeoutMs = 30_000 }: OpenOptions): Promise<Database> {
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
    remembered: rememberer(change.now),
    write: groupCommit(writes, change.look),
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
