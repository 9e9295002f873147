import type { DatabaseLocation } from '../database.ts'
import { openSqliteStaging } from '../sqlite/staging/staging.ts'
import type { Staging } from './staging.ts'

/**
 * Creates the staging database of an import. `file` must not exist; the service's database must exist and
 * have the current schema.
 */
export async function openStaging (
  { file, database }: { file: string, database: DatabaseLocation }
): Promise<Staging> {
  if (database.engine !== 'sqlite') throw new Error('imports into PostgreSQL are not there yet')
  return openSqliteStaging({ file, databaseFile: database.connection.file })
}
