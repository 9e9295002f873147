import type { Database } from '../../db/index.ts'
import * as files from '../../db/queries/files.ts'
import type { FileRow } from '../../db/queries/files.ts'
import type { Log } from '../log.ts'
import { removeBytes } from './byte-removal.ts'
import type { FileStorage } from './storage/file-storage.ts'

const ROWS_AT_ONCE = 200

export interface SweepOptions {
  db: Database
  storage: FileStorage
  now: () => number
  /** How long the row of an expired file stays after its bytes, ms. */
  tombstoneMs: number
  /** Changes nothing; reports what a sweep would do. */
  dryRun?: boolean
  log?: Pick<Log, 'warn'>
  /** Called for each file whose bytes are removed. */
  onFile?: (file: FileRow) => void
}

export interface Swept {
  /** Expired files, and their bytes. */
  files: number
  bytes: number
  /** Rows of files whose bytes were removed earlier. */
  tombstones: number
  /** Expired files whose bytes could not be removed. This is tried again later. */
  failed: number
}

/**
 * Removes the bytes of expired files. The rows stay for a while as tombstones: requests are answered with
 * 410.
 */
export async function sweepFiles (
  { db, storage, now, tombstoneMs, dryRun = false, log = { warn () {} }, onFile }: SweepOptions
): Promise<Swept> {
  const at = now()
  const swept: Swept = { files: 0, bytes: 0, tombstones: 0, failed: 0 }
  let after: number | undefined = 0
  while (after !== undefined) {
    const expired: FileRow[] = await files.expiredFiles(db.reads, { now: at, after, limit: ROWS_AT_ONCE })
    after = expired.at(-1)?.id
    for (const file of expired) {
      swept.files++
      swept.bytes += file.size
      onFile?.(file)
    }
    if (!dryRun && expired.length > 0) {
      const bytes = await db.write((trx) => files.markExpired(trx, expired.map((file) => file.id), at))
      swept.failed += await removeBytes({ db, storage, log }, bytes)
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
