// Which engine tests use: SQLite, or with PERFBOOK_TEST_ENGINE=postgres PostgreSQL. And where their files
// are: on the disk, or with PERFBOOK_TEST_STORAGE=s3 in an object store.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { sqliteFile, type DatabaseLocation } from '../../db/index.ts'
import { postgresUrl, testPostgres } from './postgres.ts'

export const TEST_ENGINE = process.env.PERFBOOK_TEST_ENGINE === 'postgres' ? 'postgres' : 'sqlite'

/** Settings that make a command or a server use a database; for SQLite, `DATA_DIR` does. */
export function databaseEnv (location: DatabaseLocation): Record<string, string> {
  if (location.engine === 'sqlite') return {}
  return { DATABASE_URL: postgresUrl(location.connection), PUBLIC_URL: 'http://perfbook.test' }
}

export const TEST_STORAGE = process.env.PERFBOOK_TEST_STORAGE === 's3' ? 's3' : 'disk'

/** Settings for the files of one service: none for the disk, or those of an empty bucket. */
export async function testStorage (t: Test): Promise<Record<string, string>> {
  if (TEST_STORAGE === 'disk') return {}
  // The client is large, and tests on the disk do without.
  const { startSwift } = await import('./swift.ts')
  // Deleted bytes go at once, as they do on the disk.
  return { ...await (await startSwift(t)).settings(), DELETE_DELAY_HOURS: '0' }
}

/**
 * A database of the test's own without rows: a file in its folder, or one in the shared cluster, which may
 * have all tables already. The same folder gives the same database again, until it is emptied.
 */
export async function testDatabase (t: Pick<Test, 'teardown'>, folder: string): Promise<DatabaseLocation> {
  if (TEST_ENGINE === 'sqlite') return sqliteFile(join(folder, 'perfbook.sqlite'))
  const note = join(folder, 'test-database.json')
  if (existsSync(note)) return JSON.parse(readFileSync(note, 'utf8')) as DatabaseLocation
  const location = await testPostgres(t, { mayHaveTables: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(note, JSON.stringify(location))
  return location
}
