import type { Database } from '../../db/index.ts'
import { deleteIntents } from '../../db/queries/file-intents.ts'
import type { Log } from '../log.ts'
import type { BytesKey, FileStorage } from './storage/file-storage.ts'

/** Concurrent requests to an object store. */
const AT_ONCE = 8

interface ByteRemovalParts {
  db: Database
  storage: FileStorage
  log: Pick<Log, 'warn'>
}

/**
 * Removes bytes whose removal was noted with the commit that deleted their rows. Bytes that cannot be removed
 * now stay noted: on a disk the next start tries again, in an object store the next housekeeping. Returns how
 * many those are. Throws only errors of the database.
 */
export async function removeBytes (
  { db, storage, log }: ByteRemovalParts,
  bytes: readonly BytesKey[]
): Promise<number> {
  const removed: string[] = []
  async function remove (key: BytesKey): Promise<void> {
    try {
      await storage.remove(key)
      removed.push(key.hex)
    } catch (error) {
      log.warn(
        { err: error, hex: key.hex.slice(0, 6) },
        'the bytes of a file could not be removed; this is tried again later'
      )
    }
  }
  const atOnce = storage.remote === undefined ? 1 : AT_ONCE
  for (let i = 0; i < bytes.length; i += atOnce) await Promise.all(bytes.slice(i, i + atOnce).map(remove))
  if (removed.length > 0) await db.write((trx) => deleteIntents(trx, removed))
  return bytes.length - removed.length
}
