import type { Config } from '../config.ts'
import { DomainError } from '../errors.ts'

/** Throws BACKUP_FAILED where the data is in PostgreSQL, which has tools of its own. */
export function assertOwnBackups ({ database, files }: Pick<Config, 'database' | 'files'>): void {
  if (database.engine === 'sqlite') return
  const what = files.kind === 's3'
    ? 'The data is in PostgreSQL and an object store, which are backed up and restored by their own tools'
    : 'The data is in PostgreSQL, which is backed up and restored by its own tools, and in files/'
  throw new DomainError('BACKUP_FAILED', {
    detail: `${what}: first the database (pg_dump, WAL archiving), then the files. ` +
      'docs/many-nodes.md says how.',
  })
}
