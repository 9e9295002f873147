import type { Config } from '../config.ts'
import { DomainError } from '../errors.ts'

/** Throws BACKUP_FAILED if the data is in PostgreSQL, which has its own tools. */
export function assertOwnBackups ({ database, files }: Pick<Config, 'database' | 'files'>): void {
  if (database.engine === 'sqlite') return
  const what = files.kind === 's3'
    ? 'The data is in PostgreSQL and an object store'
    : 'The data is in PostgreSQL and in files/'
  throw new DomainError('BACKUP_FAILED', {
    detail: `${what}. This command cannot back up or restore it. Use the tools made for that: first for ` +
      'the database (pg_dump, WAL archiving), then for the files. See docs/many-nodes.md.',
  })
}
