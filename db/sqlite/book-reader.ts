import type { BookReader } from '../database.ts'
import type { Tables } from '../tables.ts'
import { connect, kyselyOver } from './connection.ts'

/** In WAL mode a read transaction is a snapshot that neither waits for a writer nor holds one up. */
export function openSqliteReader (file: string): BookReader {
  const sqlite = connect(file, { readonly: true, busyTimeoutMs: 1000 })
  const reads = kyselyOver<Tables>(sqlite, { begin: 'begin' })
  return {
    read: (work) => reads.transaction().execute(work),
    close: () => reads.destroy(),
  }
}
