import { listIntents } from '../../db/queries/file-intents.ts'
import * as files from '../../db/queries/files.ts'
import type { Database } from '../../db/index.ts'
import { DomainError, hasCode } from '../errors.ts'
import type { Log } from '../log.ts'
import { removeBytes } from './byte-removal.ts'
import type { FileStorage, RemoteStorage } from './storage/file-storage.ts'
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
 *
 * An object store is only checked and claimed: other nodes may be storing files, and checking each file would
 * cost a request. Housekeeping does the rest. Throws INVALID_SETTINGS and STORAGE_IN_USE.
 */
export async function reconcileFiles (
  { db, storage, now, log }: CheckParts & { log: Pick<Log, 'warn'> }
): Promise<Reconciled> {
  await assertStoredHere({ db, storage })
  if (storage.remote !== undefined) return await checkStore(storage.remote, log)
  const intents = await listIntents(db.reads)
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
  for (const { hex } of await listIntents(db.reads)) known.add(hex)
  let quarantined = 0
  for await (const name of storage.list()) {
    if (!known.has(name) && await storage.quarantine(name)) quarantined++
  }
  return { removed: intents.length, lost: lost.length, found: found.length, quarantined }
}

/** The service starts even if the store does not respond: it is claimed before the first file is stored. */
async function checkStore (remote: RemoteStorage, log: Pick<Log, 'warn'>): Promise<Reconciled> {
  try {
    await remote.claim()
  } catch (error) {
    if (!hasCode(error, 'STORAGE_UNAVAILABLE')) throw error
    log.warn({ err: error.cause }, 'the object store does not respond; files are not available until it does')
  }
  return { removed: 0, lost: 0, found: 0, quarantined: 0 }
}

/**
 * Throws INVALID_SETTINGS if the files of the database are on the disk and not in the object store, or vice
 * versa: all of them would seem lost.
 */
export async function assertStoredHere (
  { db, storage }: { db: Pick<Database, 'reads'>, storage: FileStorage }
): Promise<void> {
  const isRemote = storage.remote !== undefined
  const elsewhere = (await files.firstAndLast(db.reads)).find((row) => (row.object_key !== null) !== isRemote)
  if (elsewhere === undefined) return
  throw new DomainError('INVALID_SETTINGS', {
    detail: isRemote
      ? 'FILES_URL: the files of this database are in its data folder, not in an object store. Remove ' +
        'FILES_URL, or move everything with "perfbook copy --to-database URL --to-files URL".'
      : 'FILES_URL: is missing; set it to the object store that has the files of this database.',
  })
}
