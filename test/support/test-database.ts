// Which engine tests use: SQLite, or with PERFBOOK_TEST_ENGINE=postgres PostgreSQL.
import { join } from 'node:path'
import type { Test } from 'tap'
import { sqliteFile, type DatabaseLocation } from '../../db/index.ts'
import { testPostgres } from './postgres.ts'

export const TEST_ENGINE = process.env.PERFBOOK_TEST_ENGINE === 'postgres' ? 'postgres' : 'sqlite'

/** A database of the test's own that is empty: a file in its folder, or one in the shared cluster. */
export async function testDatabase (t: Pick<Test, 'teardown'>, folder: string): Promise<DatabaseLocation> {
  return TEST_ENGINE === 'postgres' ? await testPostgres(t) : sqliteFile(join(folder, 'perfbook.sqlite'))
}
