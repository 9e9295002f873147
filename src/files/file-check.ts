import { createHash } from 'node:crypto'
import type { Database } from '../../db/index.ts'
import * as files from '../../db/queries/files.ts'
import type { FileRow } from '../../db/queries/files.ts'
import { removeBytes, type FileLog } from './byte-removal.ts'
import type { FileStorage } from './storage/file-storage.ts'

const ROWS_AT_ONCE = 1000
const LOOKS_AT_ONCE = 32

interface Parts {
  db: Database
  storage: FileStorage
  now: () => number
}

export interface Reconciled {
  /** Bytes of a run that died, or of deleted rows. */
  removed: number
  /** Rows that are hidden from now on, since their bytes are not there. */
  lost: number
  /** Rows that are shown again. */
  found: number
  /** Things that the database does not know, put out of the way. */
  quarantined: number
}

/**
 * At boot, before anything is stored: removes bytes that were placed by a run that died or whose rows were
 * deleted, hides rows whose bytes are not there (shows them again once they are), and puts out of the way
 * what no row knows. By names and sizes; `verifyFiles` reads the bytes as well.
 */
export async function reconcileFiles (
  { db, storage, now, log }: Parts & { log: FileLog }
): Promise<Reconciled> {
  const intents = await files.listIntents(db.reads)
  await removeBytes({ db, storage, log }, intents)
  const lost: number[] = []
  const found: number[] = []
  for await (const rows of storedRows(db)) {
    for (let i = 0; i < rows.length; i += LOOKS_AT_ONCE) {
      await Promise.all(
        rows.slice(i, i + LOOKS_AT_ONCE).map(async (row) => {
          const isThere = await storage.size(row) === row.size ||
            await bringBack(storage, row)
          if (isThere && row.lost_at !== null) found.push(row.id)
          if (!isThere && row.lost_at === null) lost.push(row.id)
        })
      )
    }
  }
  await markLost({ db, now }, lost, found)
  const known = new Set(await files.storedHexes(db.reads))
  // What could not be removed just now is known as well.
  for (const hex of await files.listIntents(db.reads)) known.add(hex)
  let quarantined = 0
  for await (const name of storage.list()) {
    if (!known.has(name) && await storage.quarantine(name)) quarantined++
  }
  return { removed: intents.length, lost: lost.length, found: found.length, quarantined }
}

export interface VerifyOptions {
  /**
   * Hides rows whose bytes are lost or damaged, and puts out of the way damaged bytes and what no row knows.
   */
  repair?: boolean
  /** Goes by names and sizes, and does not read the bytes. */
  sizesOnly?: boolean
  /** Rows looked at so far, of how many there were at the start. */
  onProgress?: (done: number, of: number) => void
  /** Aborted: throws its reason. */
  signal?: AbortSignal
}

/** A file whose bytes are not what its row says. */
export interface BadFile {
  id: number
  path: string
  owner_type: string
  owner_id: number
  category: string
}

export interface Verification {
  /** Files and bytes that were read. */
  files: number
  bytes: number
  /** Rows whose bytes are not there. */
  lost: BadFile[]
  /** Rows whose bytes have another size or SHA-256. */
  damaged: BadFile[]
  /** What lies there and no row knows, as `<hex>` or `<hex>/<name>`. */
  orphaned: string[]
  /** Ids of rows that were hidden as lost and whose bytes are there and right. */
  found: number[]
  repaired: boolean
}

/**
 * Compares every row with its bytes, read again, and everything kept with the rows. It may run beside a
 * service that stores and deletes. Nothing is deleted, also with `repair`.
 */
export async function verifyFiles (
  { db, storage, now }: Parts,
  { repair = false, sizesOnly = false, onProgress, signal }: VerifyOptions = {}
): Promise<Verification> {
  const of = (await files.storedHexes(db.reads)).length
  let done = 0
  const result: Verification = {
    files: 0,
    bytes: 0,
    lost: [],
    damaged: [],
    orphaned: [],
    found: [],
    repaired: repair,
  }
  for await (const rows of storedRows(db)) {
    for (const row of rows) {
      signal?.throwIfAborted()
      onProgress?.(Math.min(++done, of), of)
      let state = await judge(storage, row, sizesOnly)
      if (state === 'lost' && repair && await bringBack(storage, row)) state = 'whole'
      // Deleted or swept since the row was read.
      if (state !== 'whole' && !await isStillStored(db, row)) continue
      if (state === 'lost') result.lost.push(described(row))
      else {
        result.files++
        result.bytes += row.size
        if (state === 'damaged') result.damaged.push(described(row))
        else if (row.lost_at !== null) result.found.push(row.id)
      }
      if (repair && state === 'damaged') await storage.quarantine(row.hex, row.filename)
    }
  }
  if (repair) {
    await markLost(
      { db, now },
      [...result.lost, ...result.damaged].map((file) => file.id),
      result.found
    )
  }
  for (const { name, filename } of await orphans({ db, storage }, signal)) {
    result.orphaned.push(filename === undefined ? name : `${name}/${filename}`)
    if (repair) await storage.quarantine(name, filename)
  }
  return result
}

interface Thing {
  name: string
  filename?: string
}

/**
 * What a second look finds as well: between a listing and the question for its row, a file may have been
 * deleted.
 */
async function orphans (parts: Pick<Parts, 'db' | 'storage'>, signal?: AbortSignal): Promise<Thing[]> {
  const key = ({ name, filename = '' }: Thing) => `${name}/${filename}`
  const first = new Set<string>()
  for await (const thing of unknownThings(parts)) {
    signal?.throwIfAborted()
    first.add(key(thing))
  }
  const both: Thing[] = []
  if (first.size > 0) {
    for await (const thing of unknownThings(parts)) if (first.has(key(thing))) both.push(thing)
  }
  return both
}

async function * unknownThings ({ db, storage }: Pick<Parts, 'db' | 'storage'>): AsyncGenerator<Thing> {
  for await (const name of storage.list()) {
    // With a note it is on its way in or out. One that came in meanwhile has its row now.
    const isNoted = await files.hasIntent(db.reads, name)
    const row = await files.findFileByHex(db.reads, name)
    if (row === undefined || row.removed_at !== null) {
      if (!isNoted) yield { name }
      continue
    }
    for await (const filename of storage.list(name)) {
      // Of the right name, but a link or a folder: `size` says that it is no file.
      if (filename !== row.filename || await storage.size({ hex: name, filename }) === undefined) {
        yield { name, filename }
      }
    }
  }
}

async function judge (
  storage: FileStorage,
  row: FileRow,
  sizesOnly = false
): Promise<'whole' | 'lost' | 'damaged'> {
  const size = await storage.size(row)
  if (size === undefined) return 'lost'
  if (size !== row.size) return 'damaged'
  if (sizesOnly) return 'whole'
  const hash = createHash('sha256')
  try {
    for await (const chunk of await storage.open(row)) hash.update(chunk as Buffer)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'lost'
    // A sector that cannot be read: the file is as bad as one with other bytes.
    if ((error as NodeJS.ErrnoException).code === 'EIO') return 'damaged'
    throw error
  }
  return hash.digest('hex') === row.sha256 ? 'whole' : 'damaged'
}

/**
 * Looks among what was put out of the way: an older database was used for a while and did not know the file.
 */
async function bringBack (storage: FileStorage, row: FileRow): Promise<boolean> {
  if (!await storage.restore(row)) return false
  if (await judge(storage, row) === 'whole') return true
  await storage.quarantine(row.hex, row.filename)
  return false
}

async function isStillStored (db: Database, { hex }: FileRow): Promise<boolean> {
  const row = await files.findFileByHex(db.reads, hex)
  return row !== undefined && row.removed_at === null
}

async function markLost (
  { db, now }: Pick<Parts, 'db' | 'now'>,
  lost: readonly number[],
  found: readonly number[]
): Promise<void> {
  if (lost.length + found.length === 0) return
  await db.write(async (trx) => {
    await files.setLost(trx, lost, now())
    await files.setLost(trx, found, null)
  })
}

async function * storedRows (db: Database): AsyncGenerator<FileRow[]> {
  for (let after = 0; ;) {
    const rows = await files.storedFiles(db.reads, after, ROWS_AT_ONCE)
    if (rows.length === 0) return
    yield rows
    after = rows.at(-1)!.id
  }
}

function described ({ id, hex, filename, owner_type, owner_id, category }: FileRow): BadFile {
  return { id, path: `${hex}/${filename}`, owner_type, owner_id, category }
}
