import type { Database } from '../../db/index.ts'
import { deleteIntents, listIntents } from '../../db/queries/files.ts'
import type { FileStorage } from './storage/file-storage.ts'

export interface FileLog {
  warn: (facts: object, text: string) => void
}

export interface ByteRemoval {
  /**
   * Removes bytes whose removal was noted. What cannot be removed now stays noted and is tried again at the
   * next start, so this throws for the database only. Returns how many could not.
   */
  remove: (hexes: readonly string[]) => Promise<number>
  /**
   * The same from inside a transaction that noted them: waits for its end, and does nothing if it was rolled
   * back.
   */
  removeAfterCommit: (hexes: readonly string[]) => void
  /** Resolves when nothing is being removed. */
  settled: () => Promise<void>
}

export function createByteRemoval (
  { db, storage, log }: { db: Database, storage: FileStorage, log: FileLog }
): ByteRemoval {
  const live = new Set<Promise<void>>()

  async function remove (hexes: readonly string[]): Promise<number> {
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

  return {
    remove,
    removeAfterCommit (hexes) {
      if (hexes.length === 0) return
      const work = (async () => {
        // A transaction of its own gets its turn when the caller's has ended; then the notes say how that
        // went.
        const noted = new Set(await db.write((trx) => listIntents(trx)))
        await remove(hexes.filter((hex) => noted.has(hex)))
      })().catch((error: unknown) => {
        log.warn({ err: error }, 'bytes of deleted files could not be removed; the next start tries again')
      })
      live.add(work)
      void work.finally(() => live.delete(work))
    },
    async settled () {
      await Promise.all(live)
    },
  }
}
