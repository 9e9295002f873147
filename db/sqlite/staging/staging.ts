// The staging database of one import: a file beside the service's database, which it sees as `live`.
// Everything is read, checked and compared here. The service's database is written once, at the end, by
// `apply`.
import { rmSync } from 'node:fs'
import { connectPlain, type SqliteConnection } from '../connection.ts'
import { applyStatements } from './apply.ts'
import { liveReads, type LiveReads } from './live-reads.ts'
import { planWrites, type PlanWrites } from './plan.ts'
import { stagedRecords, type StagedRecords } from './records.ts'
import { stagedResults, type StagedResults } from './results.ts'
import { STAGING_SCHEMA } from './schema.ts'

export interface Staging {
  /** The roster of a bundle, record by record. */
  records: StagedRecords
  results: StagedResults
  plan: PlanWrites
  /** The service's database as it was at the first read; one snapshot until `apply`. */
  live: LiveReads
  /**
   * Writes the plan in one transaction, under the write lock. False: another import came first, so stage
   * again.
   */
  apply: (options: ApplyOptions) => boolean
  /** Closes and removes the file. A second call does nothing. */
  close: () => void
}

interface ApplyOptions {
  /** Ms since 1970. */
  at: number
  reference: string | null
  /** JSON. */
  summary: string
  /** How long to wait for the write lock, ms; then this throws SQLITE_BUSY. */
  lockTimeoutMs: number
}

/**
 * Creates the staging database. `file` must not exist; `databaseFile` must exist and have the current schema.
 * Blocks while others hold locks.
 */
export function openStaging ({ file, databaseFile }: { file: string, databaseFile: string }): Staging {
  const sqlite = connectPlain(file)
  let isOpen = true
  const close = () => {
    if (!isOpen) return
    isOpen = false
    sqlite.close()
    rmSync(file, { force: true })
  }
  try {
    configure(sqlite, databaseFile)
    const live = liveReads(sqlite)
    return {
      records: stagedRecords(sqlite),
      results: stagedResults(sqlite),
      plan: planWrites(sqlite),
      live,
      apply: (options) => apply(sqlite, live.generation(), options),
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}

function configure (sqlite: SqliteConnection, databaseFile: string): void {
  // Nothing here outlives the process, so nothing is journalled or synced; `live` keeps what the service's
  // connections have.
  for (
    const pragma of ['journal_mode = OFF', 'synchronous = OFF', 'cache_size = -24576', 'busy_timeout = 5000']
  ) sqlite.pragma(pragma)
  sqlite.prepare('ATTACH ? AS live').run(databaseFile)
  for (
    const pragma of [
      'live.synchronous = FULL',
      'live.secure_delete = ON',
      'live.cache_size = -16384',
      'foreign_keys = ON',
    ]
  ) sqlite.pragma(pragma)
  sqlite.exec('BEGIN')
  for (const statement of STAGING_SCHEMA) sqlite.exec(statement)
}

function apply (
  sqlite: SqliteConnection,
  generation: string,
  { at, reference, summary, lockTimeoutMs }: ApplyOptions
): boolean {
  sqlite.exec('COMMIT')
  sqlite.pragma(`busy_timeout = ${lockTimeoutMs}`)
  sqlite.exec('BEGIN IMMEDIATE')
  try {
    const statements = applyStatements(sqlite)
    const isApplied = statements.isCurrent(generation)
    if (isApplied) statements.run({ at, reference, summary })
    sqlite.exec('COMMIT')
    return isApplied
  } catch (error) {
    if (sqlite.inTransaction) sqlite.exec('ROLLBACK')
    throw error
  }
}
