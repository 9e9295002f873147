import type { Database } from '../../db/index.ts'
import { deleteIntents } from '../../db/queries/files.ts'
import type { Log } from '../log.ts'
import type { FileStorage } from './storage/file-storage.ts'

interface ByteRemovalParts {
  db: Database
  storage: FileStorage
  log: Pick<Log, 'warn'>
}

/**
 * Removes bytes whose removal was noted with the commit that deleted their rows. Bytes that cannot be removed
 * now stay noted, and the next start tries again. Returns how many those are. Throws only errors of the
 * database.
 */
export async function removeBytes (
  { db, storage, log }: ByteRemovalParts,
  hexes: readonly string[]
): Promise<number> {
  const removed: string[] = []
  for (const hex of hexes) {
    try {
      await storage.remove(hex)
      removed.push(hex)
    } catch (error) {
      log.warn(
        { err: error, hex: hex.slice(0, 6) },
        'the bytes of a file could not be removed; the next start tries again'
      )
    }
  }
  if (removed.length > 0) await db.write((trx) => deleteIntents(trx, removed))
  return hexes.length - removed.length
}
