// Rows of files compared with their bytes: what the check at boot and `perfbook file verify` have in common.
import { createHash } from 'node:crypto'
import type { Database } from '../../db/index.ts'
import * as files from '../../db/queries/files.ts'
import type { FileRow } from '../../db/queries/files.ts'
import type { FileStorage } from './storage/file-storage.ts'

export interface CheckParts {
  db: Database
  storage: FileStorage
  now: () => number
}

type BytesState = 'whole' | 'lost' | 'damaged'

/** Compares the bytes of a file with its row: their size and, unless `sizesOnly`, their SHA-256. */
export async function bytesState (
  storage: FileStorage,
  row: FileRow,
  { sizesOnly = false }: { sizesOnly?: boolean } = {}
): Promise<BytesState> {
  const size = await storage.size(row)
  if (size === undefined) return 'lost'
  if (size !== row.size) return 'damaged'
  if (sizesOnly) return 'whole'
  const hash = createHash('sha256')
  try {
    for await (const chunk of await storage.open(row)) hash.update(chunk as Buffer)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return 'lost'
    // A sector that cannot be read makes the file as bad as wrong bytes do.
    if (code === 'EIO') return 'damaged'
    throw error
  }
  return hash.digest('hex') === row.sha256 ? 'whole' : 'damaged'
}

/**
 * Restores the bytes of a file from quarantine, if they are there and right. Bytes get there when an older
 * copy of the database, which did not know the file, was used for a while.
 */
export async function restoreBytes (storage: FileStorage, row: FileRow): Promise<boolean> {
  if (!await storage.restore(row)) return false
  if (await bytesState(storage, row) === 'whole') return true
  await storage.quarantine(storage.nameOf(row), row.filename)
  return false
}

/** Hides files whose bytes are lost, and shows those again whose bytes were found, by id. */
export async function markLost (
  { db, now }: Pick<CheckParts, 'db' | 'now'>,
  { lost, found }: { lost: readonly number[], found: readonly number[] }
): Promise<void> {
  if (lost.length + found.length === 0) return
  await db.write(async (trx) => {
    await files.setLost(trx, lost, now())
    await files.setLost(trx, found, null)
  })
}
