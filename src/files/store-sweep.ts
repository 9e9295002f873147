// Cleans up an object store: bytes of deleted files, and what dead processes and older databases left behind.
import { randomBytes } from 'node:crypto'
import type { Database } from '../../db/index.ts'
import * as intents from '../../db/queries/file-intents.ts'
import * as files from '../../db/queries/files.ts'
import { setStoreSwept, storeSweptAt } from '../../db/queries/installation.ts'
import type { Log } from '../log.ts'
import { removeBytes } from './byte-removal.ts'
import type { FileStorage, RemoteStorage } from './storage/file-storage.ts'

/** After this time, unfinished uploads are given up; also how often the store is searched, ms. */
const DAY_MS = 86_400_000
const AT_ONCE = 200
/** Names of one page of a store's list. */
const NAMES_AT_ONCE = 1000

export interface StoreSweepOptions {
  db: Database
  storage: FileStorage
  now: () => number
  /** How long the bytes of a deleted file are kept, ms. */
  deletedBytesMs: number
  log?: Pick<Log, 'warn'>
}

export interface StoreSwept {
  /** Files that were deleted, or never arrived, and whose bytes were removed. */
  removed: number
  /** Bytes that could not be removed. The next housekeeping tries again. */
  failed: number
  /** Objects without a row. They are kept as long as those of deleted files. */
  orphans: number
  /** Uploads in parts that never ended. */
  unfinished: number
}

/**
 * Removes from an object store what is no longer needed. Once a day it also searches the whole prefix.
 * Undefined: files are on the local disk. Throws STORAGE_UNAVAILABLE.
 */
export async function sweepStore (
  { db, storage, now, deletedBytesMs, log = { warn () {} } }: StoreSweepOptions
): Promise<StoreSwept | undefined> {
  const { remote } = storage
  if (remote === undefined) return undefined
  const at = now()
  const swept: StoreSwept = { removed: 0, failed: 0, orphans: 0, unfinished: 0 }
  for (let after = ''; ;) {
    const due = await db.write((trx) =>
      intents.takeDueIntents(trx, dueAt(at, deletedBytesMs), { after, limit: AT_ONCE })
    )
    const last = due.at(-1)
    if (last === undefined) break
    after = last.hex
    const failed = await removeBytes({ db, storage, log }, due)
    swept.failed += failed
    swept.removed += due.length - failed
  }
  if (at - await storeSweptAt(db.reads) < DAY_MS) return swept
  swept.unfinished = await remote.removeUnfinished(at - DAY_MS)
  swept.orphans = await noteOrphans(db, remote, at)
  await db.write((trx) => setStoreSwept(trx, at))
  if (swept.orphans > 0) {
    log.warn({ orphans: swept.orphans }, 'the object store has files that the database does not know')
  }
  return swept
}

/** Whether a sweep would do anything. */
export async function isStoreSweepDue (
  { db, storage, now, deletedBytesMs }: Omit<StoreSweepOptions, 'log'>
): Promise<boolean> {
  if (storage.remote === undefined) return false
  return await intents.hasDueIntents(db.reads, dueAt(now(), deletedBytesMs)) ||
    now() - await storeSweptAt(db.reads) >= DAY_MS
}

function dueAt (at: number, deletedBytesMs: number): intents.DueIntents {
  return { deletedBy: at - deletedBytesMs, incomingBy: at - DAY_MS }
}

/**
 * Marks objects without a row as deleted now. They are removed later: the database may be an older copy that
 * does not know them, and an administrator has time to notice.
 */
async function noteOrphans (db: Database, remote: RemoteStorage, at: number): Promise<number> {
  let count = 0
  async function note (names: readonly string[]): Promise<void> {
    const orphans = await files.unknownObjects(db.reads, names)
    if (orphans.length === 0) return
    count += orphans.length
    const bytes = orphans.map((name) => ({ hex: randomBytes(16).toString('hex'), object_key: name }))
    await db.write((trx) => intents.insertIntents(trx, bytes, { at, deletedAt: at }))
  }
  let names: string[] = []
  for await (const name of remote.listOlder(at - DAY_MS)) {
    names.push(name)
    if (names.length < NAMES_AT_ONCE) continue
    await note(names)
    names = []
  }
  await note(names)
  return count
}
