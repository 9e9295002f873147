// Which engine tests use: SQLite, or with PERFBOOK_TEST_ENGINE=postgres PostgreSQL.
import { join } from 'node:path'
import type { Test } from 'tap'
import { sqliteFile, type DatabaseLocation } from '../../db/index.ts'
import { testPostgres } from './postgres.ts'

export const TEST_ENGINE = process.env.PERFBOOK_TEST_ENGINE === 'postgres' ? 'postgres' : 'sqlite'

/** Settings that make a command or a server use a database; for SQLite, `DATA_DIR` does. */
export function databaseEnv (location: DatabaseLocation): Record<string, string> {
  if (location.engine === 'sqlite') return {}
  const { host, port, user, password = '', database } = location.connection
  return {
    DATABASE_URL: `postgres://${user}:${password}@${host}:${port}/${database}`,
    PUBLIC_URL: 'http://perfbook.test',
  }
}

/** A database of the test's own that is empty: a file in its folder, or one in the shared cluster. */
export async function testDatabase (t: Pick<Test, 'teardown'>, folder: string): Promise<DatabaseLocation> {
  return TEST_ENGINE === 'postgres' ? await testPostgres(t) : sqliteFile(join(folder, 'perfbook.sqlite'))
}
