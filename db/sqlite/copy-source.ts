// The database of a data folder, read from beginning to end without changing anything in the folder.
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import BetterSqlite3 from 'better-sqlite3'
import { migrations } from '../migrations/all.ts'
import { checkSchema, statusOf } from '../migrations/migrate.ts'
import type { FileRow } from '../queries/files.ts'
import type { TableName } from '../table-order.ts'

export interface CopySource {
  /** The same for every copy of one database, and for no other: derived from the moment it was created. */
  identity: string
  /** Another one once the file has been written to. */
  fingerprint: string
  /** Of the database file. */
  bytes: number
  columns: (table: TableName) => string[]
  /** Columns of the primary key. Rows come in its order. */
  key: (table: TableName) => string[]
  count: (table: TableName) => number
  /** The highest id that the table has ever given out; 0: none. */
  highestId: (table: TableName) => number
  /** All rows, or those after a key. Read them to the end, or end the iteration. */
  rows: (table: TableName, columns: readonly string[], after?: readonly unknown[]) => Iterable<unknown[]>
  /** Rows of files whose bytes should be stored. */
  files: () => Iterable<FileRow>
  close: () => void
}

/**
 * Opens a database file at one moment: what others commit meanwhile is not seen. Throws SCHEMA_TOO_OLD,
 * SCHEMA_TOO_NEW, and errors of SQLite.
 */
export function openCopySource (file: string): CopySource {
  // The last connection to a write-ahead log deletes it, and one that may only read leaves an empty log
  // behind. A log that a killed service has left is not touched.
  const hasLog = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
  const sqlite = new BetterSqlite3(file, { readonly: hasLog, fileMustExist: true, timeout: 5000 })
  try {
    sqlite.pragma('query_only = ON')
    sqlite.exec('BEGIN')
    const steps = appliedSteps(sqlite)
    checkSchema(statusOf(steps.map(({ name }) => name), migrations), { mayUpgrade: false })
    const info = (table: string) =>
      sqlite.pragma(`table_info(${quoted(table)})`) as Array<{ name: string, pk: number }>
    const key = (table: TableName) =>
      info(table).filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk).map(({ name }) => name)
    return {
      identity: createHash('sha256').update(`perfbook:${steps[0]?.timestamp ?? ''}`).digest('hex'),
      fingerprint: [file, `${file}-wal`].map(stamp).join(),
      bytes: statSync(file).size,
      columns: (table) => info(table).map(({ name }) => name),
      key,
      count: (table) =>
        sqlite.prepare<[], number>(`SELECT count(*) FROM ${quoted(table)}`).pluck().get() ?? 0,
      highestId: (table) =>
        sqlite.prepare<[string], number>('SELECT seq FROM sqlite_sequence WHERE name = ?').pluck()
          .get(table) ?? 0,
      rows (table, columns, after) {
        const order = key(table).map(quoted).join(', ')
        const from = after === undefined ? '' : `WHERE (${order}) > (${after.map(() => '?').join(', ')})`
        return sqlite.prepare<unknown[], unknown[]>(
          `SELECT ${columns.map(quoted).join(', ')} FROM ${quoted(table)} ${from} ORDER BY ${order}`
        ).raw().iterate(...after ?? [])
      },
      files: () => sqlite.prepare<[], FileRow>(
        'SELECT * FROM files WHERE removed_at IS NULL ORDER BY id'
      ).iterate(),
      close () { sqlite.close() },
    }
  } catch (error) {
    sqlite.close()
    throw error
  }
}

function appliedSteps (sqlite: BetterSqlite3.Database): Array<{ name: string, timestamp: string }> {
  const hasTable = sqlite.prepare("SELECT 1 FROM sqlite_master WHERE name = 'kysely_migration'").get()
  return hasTable === undefined
    ? []
    : sqlite.prepare<[], { name: string, timestamp: string }>(
      'SELECT name, timestamp FROM kysely_migration ORDER BY name'
    ).all()
}

function stamp (file: string): string {
  const { size, mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 }
  return size === 0 ? '' : `${size}:${mtimeMs}`
}

function quoted (name: string): string { return `"${name}"` }
