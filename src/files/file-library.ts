import { randomBytes } from 'node:crypto'
import type { Database, Trx } from '../../db/database.ts'
import * as files from '../../db/files.queries.ts'
import type { FileRow } from '../../db/files.queries.ts'
import type { FileStorage } from './file-storage.ts'

/** What a staged file is. Size in bytes, SHA-256 in hex: computed by whoever wrote it, while writing. */
export interface StagedFile {
  path: string
  size: number
  sha256: string
}

export interface FileOwner {
  type: string
  id: number
}

export interface FileDescription {
  owner: FileOwner
  category: string
  filename: string
  contentType: string
  createdBy: string | null
  /** Ms; null: never. */
  expiresAt: number | null
}

/** Bytes that lie in their place, but have no row yet: nobody sees them. */
export interface PlacedFile {
  /** Makes them a file, in the caller's transaction. Throws QuotaExceededError. */
  record: (trx: Trx, description: Omit<FileDescription, 'filename'> & { createdAt: number }) => Promise<FileRow>
  /** Takes them away again. */
  discard: () => Promise<void>
}

/** An owner has no room left. */
export class QuotaExceededError extends Error {
  constructor (used: number, quota: number) {
    super(`${megabytes(used)} of ${megabytes(quota)} are in use here. Delete files that are not needed any more.`)
  }
}

export interface FileLibrary {
  /** Stores a staged file for an owner: bytes first, then the row. Throws QuotaExceededError. */
  store: (staged: StagedFile, description: FileDescription) => Promise<FileRow>
  /** The first half of `store`, for a caller whose own rows belong into the same transaction as the file's. */
  place: (staged: StagedFile, filename: string) => Promise<PlacedFile>
  /** An owner's files, newest first. */
  info: (filter: files.FileFilter) => Promise<FileRow[]>
  /** Deletes files: the rows first, then the bytes. */
  delete: (ids: readonly number[]) => Promise<void>
  /** The first half of `delete`, in the caller's transaction: returns what `removeBytes` wants after the commit. */
  deleteRows: (trx: Trx, ids: readonly number[]) => Promise<string[]>
  /** The same for all files of an owner that is being deleted itself. */
  deleteRowsOfOwner: (trx: Trx, owner: FileOwner) => Promise<string[]>
  removeBytes: (hexes: readonly string[]) => Promise<void>
  /**
   * At boot, before anything is stored: removes bytes that were placed by a run that died or whose rows were deleted, and
   * hides rows whose bytes are not there (shows them again once they are).
   */
  reconcile: () => Promise<{ removed: number, lost: number, found: number, unknown: string[] }>
  /** Throws QuotaExceededError where an owner has used up what he may. */
  checkQuota: (owner: FileOwner) => Promise<void>
}

export interface FileLibraryOptions {
  db: Database
  storage: FileStorage
  now: () => number
  /** Most bytes of one owner; 0: no limit. */
  ownerQuotaBytes: number
}

export function createFileLibrary ({ db, storage, now, ownerQuotaBytes }: FileLibraryOptions): FileLibrary {
  async function place (staged: StagedFile, filename: string): Promise<PlacedFile> {
    const hex = randomBytes(16).toString('hex')
    // Noted first, so that a death between the rename and the row leaves bytes that the next start knows to be nobody's.
    await db.write((trx) => files.insertIntent(trx, hex, now()))
    const discard = async () => {
      await storage.remove(hex)
      await db.write((trx) => files.deleteIntents(trx, [hex]))
    }
    try {
      await storage.put(staged.path, hex, filename)
    } catch (error) {
      await discard()
      throw error
    }
    return {
      discard,
      async record (trx, { owner, category, contentType, createdBy, createdAt, expiresAt }) {
        const used = await files.ownerUsage(trx, owner.type, owner.id)
        if (ownerQuotaBytes > 0 && used + staged.size > ownerQuotaBytes) throw new QuotaExceededError(used, ownerQuotaBytes)
        await files.deleteIntents(trx, [hex])
        return await files.insertFile(trx, {
          owner_type: owner.type,
          owner_id: owner.id,
          category,
          filename,
          hex,
          content_type: contentType,
          size: staged.size,
          sha256: staged.sha256,
          created_at: createdAt,
          created_by: createdBy,
          expires_at: expiresAt,
          removed_at: null,
          lost_at: null,
        })
      },
    }
  }

  async function removeBytes (hexes: readonly string[]): Promise<void> {
    for (const hex of hexes) await storage.remove(hex)
    if (hexes.length > 0) await db.write((trx) => files.deleteIntents(trx, hexes))
  }

  async function deleteRows (trx: Trx, ids: readonly number[]): Promise<string[]> {
    return (await files.deleteFiles(trx, ids, now())).map((row) => row.hex)
  }

  return {
    place,
    async store (staged, description) {
      const placed = await place(staged, description.filename)
      try {
        return await db.write((trx) => placed.record(trx, { ...description, createdAt: now() }))
      } catch (error) {
        await placed.discard()
        throw error
      }
    },
    info: (filter) => files.listFiles(db.reads, filter),
    deleteRows,
    async deleteRowsOfOwner (trx, owner) {
      return await deleteRows(trx, await files.ownerFileIds(trx, owner.type, owner.id))
    },
    async delete (ids) {
      await removeBytes(await db.write((trx) => deleteRows(trx, ids)))
    },
    removeBytes,
    async reconcile () {
      const intents = await files.listIntents(db.reads)
      await removeBytes(intents)
      const rows = await files.storedFiles(db.reads)
      const known = new Set(rows.map((row) => row.hex))
      const lost: number[] = []
      const found: number[] = []
      for (const row of rows) {
        const isThere = await storage.exists(row.hex, row.filename)
        if (!isThere && row.lost_at === null) lost.push(row.id)
        if (isThere && row.lost_at !== null) found.push(row.id)
      }
      if (lost.length + found.length > 0) {
        await db.write(async (trx) => {
          await files.setLost(trx, lost, now())
          await files.setLost(trx, found, null)
        })
      }
      const unknown: string[] = []
      for await (const hex of storage.list()) if (!known.has(hex)) unknown.push(hex)
      return { removed: intents.length, lost: lost.length, found: found.length, unknown }
    },
    async checkQuota (owner) {
      if (ownerQuotaBytes === 0) return
      const used = await files.ownerUsage(db.reads, owner.type, owner.id)
      if (used >= ownerQuotaBytes) throw new QuotaExceededError(used, ownerQuotaBytes)
    },
  }
}

function megabytes (bytes: number): string {
  return `${new Intl.NumberFormat('en', { maximumFractionDigits: 1 }).format(bytes / 1e6)} MB`
}
