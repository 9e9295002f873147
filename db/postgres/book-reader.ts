import type { BookReader, PostgresLocation } from '../database.ts'
import { kyselyOver, PATIENT, patientPool } from './connection.ts'
import { LOCK_TIMEOUT_MS } from './writes.ts'

/** A snapshot is a transaction that reads repeatably. It neither waits for writers nor delays them. */
export function openPostgresReader (location: PostgresLocation): BookReader {
  const reads = kyselyOver(patientPool(location, {
    max: 1, patience: PATIENT, lockTimeoutMs: LOCK_TIMEOUT_MS,
  }))
  return {
    read: (work) =>
      reads.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work),
    close: () => reads.destroy(),
  }
}
