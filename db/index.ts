import { openSqlite, upgradeSqlite } from './sqlite/database.ts'
import { openSqliteReader } from './sqlite/book-reader.ts'
import type { BookReader, Database, DatabaseLocation, OpenOptions, Upgrade } from './database.ts'

export type {
  BookReader, ChangesOf, Database, DatabaseLocation, Engine, NodeIdentity, Outage, PostgresLocation, Reads,
  Topic, Trx, Upgrade, Wiped, WriteOptions,
} from './database.ts'

/**
 * Opens the database. Creates an SQLite database, or the tables in an empty PostgreSQL database. Throws as
 * `upgradeDatabase`, and SCHEMA_TOO_OLD.
 */
export async function openDatabase (
  location: DatabaseLocation, options: OpenOptions = {}
): Promise<Database> {
  if (location.engine === 'sqlite') return await openSqlite(location, options)
  const { openPostgres } = await import('./postgres/database.ts')
  return await openPostgres(location, options)
}

/**
 * Brings the database up to the schema of this version, and creates it if there is none. An SQLite database
 * that has been in use is first copied to `backups/` beside it. Throws SCHEMA_TOO_NEW and UPGRADE_FAILED;
 * then nothing was changed.
 */
export async function upgradeDatabase (location: DatabaseLocation): Promise<Upgrade> {
  if (location.engine === 'sqlite') return await upgradeSqlite(location)
  const { upgradePostgres } = await import('./postgres/database.ts')
  return await upgradePostgres(location)
}

/**
 * Opens a connection that only reads, for a thread. Throws if an SQLite database is not there; PostgreSQL is
 * connected to at the first read.
 */
export function openBookReader (location: DatabaseLocation): BookReader {
  return location.engine === 'sqlite'
    ? openSqliteReader(location.connection.file)
    : lazyReader(async () => (await import('./postgres/book-reader.ts')).openPostgresReader(location))
}

/** A reader that is opened at its first use, because its engine is loaded then. */
function lazyReader (open: () => Promise<BookReader>): BookReader {
  let opened: Promise<BookReader> | undefined
  return {
    read: async (work) => await (await (opened ??= open())).read(work),
    close: async () => { await (await opened)?.close() },
  }
}

/** A database in a file. */
export function sqliteFile (file: string): DatabaseLocation {
  return { engine: 'sqlite', connection: { file } }
}
