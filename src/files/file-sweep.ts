import type { Database } from '../../db/index.ts'
import * as files from '../../db/queries/files.ts'
import type { FileRow } from '../../db/queries/files.ts'
import { removeBytes, type FileLog } from './byte-removal.ts'
import type { FileStorage } from './storage/file-storage.ts'

const ROWS_AT_ONCE = 200

export interface SweepOptions {
  db: Database
  storage: FileStorage
  now: () => number
  /** How long the row of an expired file stays after its bytes, ms. */
  tombstoneMs: number
  /** Changes nothing and says what it would do. */
  dryRun?: boolean
  log?: FileLog
  /** Told of each file that goes. */
  onFile?: (file: FileRow) => void
}

export interface Swept {
  /** Expired files, and their bytes. */
  files: number
  bytes: number
  /** Rows of files whose bytes had gone long ago. */
  tombstones: number
  /** Of the files, those whose bytes could not be removed; the next start tries again. */
  failed: number
}

/**
 * Removes the bytes of what has expired; the rows stay as tombstones for a while and answer that the file has
 * expired.
 */
export async function sweepFiles (
  { db, storage, now, tombstoneMs, dryRun = false, log = { warn () {} }, onFile }: SweepOptions
): Promise<Swept> {
  const at = now()
  const swept: Swept = { files: 0, bytes: 0, tombstones: 0, failed: 0 }
  for (let after = 0; ;) {
    const expired = await files.expiredFiles(db.reads, { now: at, after, limit: ROWS_AT_ONCE })
    if (expired.length === 0) break
    after = expired.at(-1)!.id
    for (const file of expired) {
      swept.files++
      swept.bytes += file.size
      onFile?.(file)
    }
    if (!dryRun) {
      const hexes = await db.write((trx) => files.entombFiles(trx, expired.map((file) => file.id), at))
      swept.failed += await removeBytes({ db, storage, log }, hexes)
    }
  }
  const until = at - tombstoneMs
  swept.tombstones = dryRun
    ? await files.countTombstones(db.reads, until)
    : await db.write((trx) => files.deleteTombstones(trx, until))
  return swept
}

/** Whether a sweep would find anything. */
export async function isSweepDue (
  { db, now, tombstoneMs }: Pick<SweepOptions, 'db' | 'now' | 'tombstoneMs'>
): Promise<boolean> {
  const at = now()
  return (await files.expiredFiles(db.reads, { now: at, after: 0, limit: 1 })).length > 0 ||
    await files.countTombstones(db.reads, at - tombstoneMs) > 0
}
