import type { BookReader, PostgresLocation } from '../database.ts'
import { connectionPool, kyselyOver } from './connection.ts'

/** A snapshot is a transaction that reads repeatably. It neither waits for writers nor delays them. */
export function openPostgresReader ({ connection }: PostgresLocation): BookReader {
  const reads = kyselyOver(connectionPool(connection, { max: 1 }))
  return {
    read: (work) =>
      reads.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work),
    close: () => reads.destroy(),
  }
}
