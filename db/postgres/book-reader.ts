import type { BookReader, PostgresLocation } from '../database.ts'
import { kyselyOver, PATIENT, patientPool } from './connection.ts'
import { isOutdatedPlan } from './statement-names.ts'
import { LOCK_TIMEOUT_MS } from './writes.ts'

/** A snapshot is a transaction that reads repeatably. It neither waits for writers nor delays them. */
export function openPostgresReader (location: PostgresLocation): BookReader {
  const reads = kyselyOver(patientPool(location, {
    max: 1, patience: PATIENT, lockTimeoutMs: LOCK_TIMEOUT_MS,
  }))
  const snapshot = reads.transaction().setIsolationLevel('repeatable read').setAccessMode('read only')
  return {
    read: (work) => snapshot.execute(work).catch(async (error: unknown) => {
      if (!isOutdatedPlan(error)) throw error
      return await snapshot.execute(work)
    }),
    close: () => reads.destroy(),
  }
}
