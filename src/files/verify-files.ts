import type { Database } from '../../db/index.ts'
import { hasIntent } from '../../db/queries/file-intents.ts'
import * as files from '../../db/queries/files.ts'
import type { FileRow } from '../../db/queries/files.ts'
import { assertStoredHere } from './reconcile-files.ts'
import { bytesState, markLost, restoreBytes, type CheckParts } from './stored-bytes.ts'

export interface VerifyOptions {
  /** Hides rows whose bytes are lost or damaged; moves to quarantine damaged bytes and what no row knows. */
  repair?: boolean
  /** Compares names and sizes, and does not read the bytes. */
  sizesOnly?: boolean
  /** Rows compared so far, of how many there were at the start. */
  onProgress?: (done: number, of: number) => void
  /** Aborted: throws its reason. */
  signal?: AbortSignal
}

/** A file whose bytes do not match its row. */
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
  /** Rows whose bytes are missing. */
  lost: BadFile[]
  /** Rows whose bytes have another size or SHA-256. */
  damaged: BadFile[]
  /** Things that no row knows, as `<hex>` or `<hex>/<name>`. */
  orphaned: string[]
  /** Ids of rows that were hidden as lost, and whose bytes are there and right. */
  found: number[]
  repaired: boolean
}

/**
 * Compares every row with its bytes, and everything in the storage with the rows. May run beside a service
 * that stores and deletes files. Deletes nothing, even with `repair`. Throws INVALID_SETTINGS if the files
 * are elsewhere, and STORAGE_UNAVAILABLE.
 */
export async function verifyFiles (
  { db, storage, now }: CheckParts,
  { repair = false, sizesOnly = false, onProgress, signal }: VerifyOptions = {}
): Promise<Verification> {
  await assertStoredHere({ db, storage })
  const of = await files.countStored(db.reads)
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
  for await (const rows of files.storedFiles(db.reads)) {
    for (const row of rows) {
      signal?.throwIfAborted()
      onProgress?.(Math.min(++done, of), of)
      let state = await bytesState(storage, row, { sizesOnly })
      if (state === 'lost' && repair && await restoreBytes(storage, row)) state = 'whole'
      // Deleted or swept since the row was read.
      if (state !== 'whole' && !await isStillStored(db, row)) continue
      if (state === 'lost') result.lost.push(badFile(row))
      else {
        result.files++
        result.bytes += row.size
        if (state === 'damaged') result.damaged.push(badFile(row))
        else if (row.lost_at !== null) result.found.push(row.id)
      }
      if (repair && state === 'damaged') await storage.quarantine(storage.nameOf(row), row.filename)
    }
  }
  if (repair) {
    const lost = [...result.lost, ...result.damaged].map((file) => file.id)
    await markLost({ db, now }, { lost, found: result.found })
  }
  for (const { name, filename } of await orphans({ db, storage }, signal)) {
    result.orphaned.push(filename === undefined ? name : `${name}/${filename}`)
    if (repair) await storage.quarantine(name, filename)
  }
  return result
}

/** Something in the storage: a folder named by a hex, a file in it, an object, or anything else. */
interface StoredThing {
  name: string
  filename?: string
}

/**
 * Things that two looks find without a row: between the listing and the query for a row, a file may be
 * deleted.
 */
async function orphans (
  parts: Pick<CheckParts, 'db' | 'storage'>,
  signal?: AbortSignal
): Promise<StoredThing[]> {
  const key = ({ name, filename = '' }: StoredThing) => `${name}/${filename}`
  const first = new Set<string>()
  for await (const thing of unknownThings(parts)) {
    signal?.throwIfAborted()
    first.add(key(thing))
  }
  const both: StoredThing[] = []
  if (first.size > 0) {
    for await (const thing of unknownThings(parts)) if (first.has(key(thing))) both.push(thing)
  }
  return both
}

async function * unknownThings (
  { db, storage }: Pick<CheckParts, 'db' | 'storage'>
): AsyncGenerator<StoredThing> {
  for await (const name of storage.list()) {
    // Noted bytes are on their way in or out. The row is read after the note: bytes that came in meanwhile
    // have one.
    const isNoted = await hasIntent(db.reads, name)
    const row = await files.findFileByName(db.reads, name)
    if (row === undefined || row.removed_at !== null) {
      if (!isNoted) yield { name }
      continue
    }
    for await (const filename of storage.list(name)) {
      // A link or a folder may have the right name; `size` says that it is not a file.
      if (filename !== row.filename || await storage.size({ hex: name, filename }) === undefined) {
        yield { name, filename }
      }
    }
  }
}

async function isStillStored (db: Database, { hex }: FileRow): Promise<boolean> {
  const row = await files.findFileByHex(db.reads, hex)
  return row !== undefined && row.removed_at === null
}

function badFile ({ id, hex, filename, owner_type, owner_id, category }: FileRow): BadFile {
  return { id, path: `${hex}/${filename}`, owner_type, owner_id, category }
}
