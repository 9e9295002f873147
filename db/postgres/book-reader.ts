import type { BookReader, PostgresLocation } from '../database.ts'
import { kyselyOver, PATIENT, patientPool } from './connection.ts'
import { isOutdatedPlan } from './statement-names.ts'
import { LOCK_TIMEOUT_MS } from './writes.ts'

/** A snapshot is a transaction that reads repeatably. It neither waits for writers nor delays them. */
export function openPostgresReader (location: PostgresLocation): BookReader {
  const reads = kyselyOver(patientPool(location, {
    max: 1, patience: PATIENT, lockTimeoutMs: LOCK_TIMEOUT_MS,
  }))
  const transaction = reads.transaction().setIsolationLevel('repeatable read').setAccessMode('read only')
  return {
    async read (work) {
      const once = () => transaction.execute(async (snapshot) =>
        await work(Object.assign(snapshot.withoutPlugins(), { engine: 'postgres' as const }))
      )
      try {
        return await once()
      } catch (error) {
        if (!isOutdatedPlan(error)) throw error
        return await once()
      }
    },
    close: () => reads.destroy(),
  }
}
