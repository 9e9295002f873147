import * as files from '../../db/queries/files.ts'
import type { Log } from '../log.ts'
import { removeBytes } from './byte-removal.ts'
import { markLost, restoreBytes, type CheckParts } from './stored-bytes.ts'

const FILES_AT_ONCE = 32

/** How many files the check at boot changed. */
export interface Reconciled {
  /** Bytes that were removed: of a run that died, or of deleted rows. */
  removed: number
  /** Rows that are hidden, because their bytes are missing. */
  lost: number
  /** Rows that are shown again. */
  found: number
  /** Things that no row knows, moved to quarantine. */
  quarantined: number
}

/**
 * At boot, before anything is stored: removes bytes of dead runs and of deleted rows, hides rows whose bytes
 * are missing (and shows them again when the bytes are back), and moves to quarantine what no row knows.
 * Compares names and sizes; `verifyFiles` also reads the bytes.
 */
export async function reconcileFiles (
  { db, storage, now, log }: CheckParts & { log: Pick<Log, 'warn'> }
): Promise<Reconciled> {
  const intents = await files.listIntents(db.reads)
  await removeBytes({ db, storage, log }, intents)
  const lost: number[] = []
  const found: number[] = []
  for await (const rows of files.storedFiles(db.reads)) {
    for (let i = 0; i < rows.length; i += FILES_AT_ONCE) {
      await Promise.all(rows.slice(i, i + FILES_AT_ONCE).map(async (row) => {
        const isThere = await storage.size(row) === row.size || await restoreBytes(storage, row)
        if (isThere && row.lost_at !== null) found.push(row.id)
        if (!isThere && row.lost_at === null) lost.push(row.id)
      }))
    }
  }
  await markLost({ db, now }, { lost, found })
  const known = new Set(await files.storedHexes(db.reads))
  // Bytes that could not be removed just now are known too.
  for (const hex of await files.listIntents(db.reads)) known.add(hex)
  let quarantined = 0
  for await (const name of storage.list()) {
    if (!known.has(name) && await storage.quarantine(name)) quarantined++
  }
  return { removed: intents.length, lost: lost.length, found: found.length, quarantined }
}
