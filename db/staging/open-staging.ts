import type { DatabaseLocation } from '../database.ts'
import { openSqliteStaging } from '../sqlite/staging/staging.ts'
import type { Staging } from './staging.ts'

/**
 * Creates the staging database of an import. `file` must not exist; the service's database must exist and
 * have the current schema. Throws the signal's reason when aborted.
 */
export async function openStaging (
  { file, database, signal }: { file: string, database: DatabaseLocation, signal?: AbortSignal | undefined }
): Promise<Staging> {
  if (database.engine === 'sqlite') return openSqliteStaging({ file, databaseFile: database.connection.file })
  const { openPostgresStaging } = await import('../postgres/staging/staging.ts')
  return await openPostgresStaging({ file, database, signal })
}
