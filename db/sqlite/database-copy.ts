// Copies of a database that others write at the same time, and the check whether a database is intact.
import { chmodSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { flushNow, makeDurableFolder } from '../../src/durable-folder.ts'
import { fileTime } from '../../src/iso-time.ts'
import { connect, connectPlain, kyselyOver, type SqliteConnection } from './connection.ts'
import { migrations } from '../migrations/all.ts'
import { statusOf, type MigrationStatus } from '../migrations/migrate.ts'
import type { Reads } from '../database.ts'
import type { Tables } from '../tables.ts'

/** Copying in steps gives others the thread in between. */
const PAGES_AT_ONCE = 2000
/** Copies made before upgrades that are kept. */
const UPGRADES_KEPT = 3

/**
 * Copies a database as it is at one moment, with SQLite's online backup (https://www.sqlite.org/backup.html).
 * `to` must not exist. The copy is one flushed file without a log, readable only by its owner.
 * @param onProgress fractions from 0 to 1
 */
export async function copyDatabase (
  from: string,
  to: string,
  onProgress: (fraction: number) => void = () => {}
): Promise<void> {
  const source = connect(from, { readonly: true, busyTimeoutMs: 5000 })
  try {
    // An open read transaction holds the moment. Without it the copy would start over at each commit of
    // another process.
    source.exec('BEGIN')
    source.prepare('SELECT count(*) FROM sqlite_master').get()
    await source.backup(to, {
      progress ({ totalPages, remainingPages }) {
        onProgress(totalPages === 0 ? 1 : 1 - remainingPages / totalPages)
        return PAGES_AT_ONCE
      },
    })
  } finally {
    source.close()
  }
  const copy = connectPlain(to)
  try {
    copy.pragma('journal_mode = DELETE')
  } finally {
    copy.close()
  }
  chmodSync(to, 0o600)
  flushNow(to)
}

/**
 * Whether the last process that wrote died during a write in rollback-journal mode, which the first start and
 * a restore use. SQLite rolls such a write back when the database is next opened for writing. Until then, the
 * database cannot be read. Throws other errors of SQLite.
 */
export function isInterrupted (file: string): boolean {
  const sqlite = connect(file, { readonly: true, busyTimeoutMs: 5000 })
  try {
    sqlite.prepare('SELECT count(*) FROM sqlite_master').get()
    return false
  } catch (error) {
    if ((error as { code?: unknown }).code === 'SQLITE_READONLY_ROLLBACK') return true
    throw error
  } finally {
    sqlite.close()
  }
}

/** Rolls back a write that was interrupted, see `isInterrupted`. Throws errors of SQLite. */
export function rollBackInterrupted (file: string): void {
  const sqlite = connectPlain(file)
  try {
    sqlite.pragma('busy_timeout = 5000')
    sqlite.prepare('SELECT count(*) FROM sqlite_master').get()
  } finally {
    sqlite.close()
  }
}

/**
 * The problems of a database file in the words of SQLite; none: it is intact. `quick` does not compare
 * indices with their tables.
 */
export function databaseProblems (file: string, { quick = false }: { quick?: boolean } = {}): string[] {
  let sqlite: SqliteConnection | undefined
  try {
    sqlite = connect(file, { readonly: true, busyTimeoutMs: 5000 })
    const rows = sqlite.pragma(quick ? 'quick_check' : 'integrity_check') as Array<Record<string, string>>
    const problems = rows.flatMap((row) => Object.values(row)).filter((text) => text !== 'ok')
    const orphans = sqlite.pragma('foreign_key_check') as Array<
      { table: string, rowid: number, parent: string }
    >
    return [
      ...problems,
      ...orphans.slice(0, 10).map(({ table, rowid, parent }) =>
        `row ${rowid} of ${table} refers to a row of ${parent} that is not there`
      ),
    ]
  } catch (error) {
    return [(error as Error).message]
  } finally {
    sqlite?.close()
  }
}

/** Which steps of the schema a database has had. Throws errors of SQLite. */
export function migrationStatus (file: string): MigrationStatus {
  const sqlite = connect(file, { readonly: true, busyTimeoutMs: 5000 })
  try {
    return statusOf(appliedMigrations(sqlite), migrations)
  } finally {
    sqlite.close()
  }
}

function appliedMigrations (sqlite: SqliteConnection): string[] {
  if (
    sqlite.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'kysely_migration'").get() ===
      undefined
  ) return []
  return sqlite.prepare<[], { name: string }>('SELECT name FROM kysely_migration ORDER BY name').all().map((
    row
  ) => row.name)
}

interface Snapshot {
  reads: Reads
  close: () => Promise<void>
}

/** Opens a database for reading, without changing anything in it. */
export function openSnapshot (file: string): Snapshot {
  const reads = kyselyOver<Tables>(connect(file, { readonly: true, busyTimeoutMs: 5000 }))
  return { reads, close: () => reads.destroy() }
}

/**
 * Copies the database before an upgrade, to `backups/` beside it. The caller holds the write lock, so the
 * copy is what the upgrade starts from. Returns the path of the copy. Throws errors of the file system; then
 * there is no copy.
 */
export function keepBeforeUpgrade (file: string, step: string, now: number): string {
  const folder = join(dirname(file), 'backups')
  makeDurableFolder(folder)
  const prefix = `${basename(file, '.sqlite')}-before-`
  const path = join(folder, `${prefix}${step}-${fileTime(now)}.sqlite`)
  const unfinished = `${path}.unfinished`
  const source = connect(file, { readonly: true, busyTimeoutMs: 5000 })
  try {
    rmSync(unfinished, { force: true })
    source.prepare('VACUUM INTO ?').run(unfinished)
    chmodSync(unfinished, 0o600)
    flushNow(unfinished)
    renameSync(unfinished, path)
    flushNow(folder)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  } finally {
    source.close()
  }
  const kept = readdirSync(folder).filter((name) => name.startsWith(prefix) && name.endsWith('.sqlite'))
    .sort((a, b) => timeOf(a).localeCompare(timeOf(b)))
  for (const name of kept.slice(0, -UPGRADES_KEPT)) rmSync(join(folder, name))
  return path
}

const timeOf = (name: string) => name.slice(-'2026-01-01T00-00-00.000Z.sqlite'.length)
