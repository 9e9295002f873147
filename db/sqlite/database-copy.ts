// Whole copies of a database that others write meanwhile, and the question whether a database is sound.
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileTime } from '../../src/iso-time.ts'
import { connect, connectPlain, kyselyOver, type SqliteConnection } from './connection.ts'
import { statusOf, type MigrationStatus } from '../migrations/migrate.ts'
import type { Reads } from '../database.ts'
import type { Tables } from '../tables.ts'

/** A handful of pages at a time lets others have the thread in between. */
const PAGES_AT_ONCE = 2000
/** Copies from before an upgrade that are kept. */
const UPGRADES_KEPT = 3

/**
 * Copies a database as it is at one moment, by SQLite's online backup (https://www.sqlite.org/backup.html).
 * `to` must not be there; afterwards it is one file without a log beside it, flushed, for its owner alone.
 * @param onProgress fractions from 0 to 1
 */
export async function copyDatabase (
  from: string,
  to: string,
  onProgress: (fraction: number) => void = () => {}
): Promise<void> {
  const source = connect(from, { readonly: true, busyTimeoutMs: 5000 })
  try {
    // An open read transaction holds the moment: or else the copy would begin anew at each commit of another
    // process.
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
  flush(to)
}

/**
 * What is wrong with a database file, as SQLite tells it; nothing: it is sound. `quick` leaves out that
 * indices agree with their tables.
 */
export function databaseProblems (file: string, { quick = false }: { quick?: boolean } = {}): string[] {
  let sqlite: SqliteConnection | undefined
  try {
    sqlite = connect(file, { readonly: true, busyTimeoutMs: 5000 })
    const told = sqlite.pragma(quick ? 'quick_check' : 'integrity_check') as Array<Record<string, string>>
    const problems = told.map((row) => Object.values(row)[0]!).filter((text) => text !== 'ok')
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

/** Which steps of the schema a database has had. Throws what SQLite says. */
export function migrationStatus (file: string): MigrationStatus {
  const sqlite = connect(file, { readonly: true, busyTimeoutMs: 5000 })
  try {
    return statusOf(appliedMigrations(sqlite))
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

export interface Snapshot {
  reads: Reads
  close: () => Promise<void>
}

/** Opens a database to read it, without changing anything of it. */
export function openSnapshot (file: string): Snapshot {
  const reads = kyselyOver<Tables>(connect(file, { readonly: true, busyTimeoutMs: 5000 }))
  return { reads, close: () => reads.destroy() }
}

/**
 * Keeps the database as it is before an upgrade, in `backups/` beside it; called while the caller holds the
 * write lock, so it is what the upgrade starts from. Returns the copy's path. Throws what the file system
 * says; then there is no copy.
 */
export function keepBeforeUpgrade (file: string, step: string, now: number): string {
  const folder = join(dirname(file), 'backups')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const prefix = `${basename(file, '.sqlite')}-before-`
  const path = join(folder, `${prefix}${step}-${fileTime(now)}.sqlite`)
  const unfinished = `${path}.unfinished`
  const source = connect(file, { readonly: true, busyTimeoutMs: 5000 })
  try {
    rmSync(unfinished, { force: true })
    source.prepare('VACUUM INTO ?').run(unfinished)
    chmodSync(unfinished, 0o600)
    flush(unfinished)
    renameSync(unfinished, path)
    flush(folder)
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

function flush (path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
