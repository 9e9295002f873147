import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Database, Trx } from '../../db/index.ts'
import * as intents from '../../db/queries/file-intents.ts'
import * as files from '../../db/queries/files.ts'
import type { FileFilter, FileRow } from '../../db/queries/files.ts'
import { hasCode } from '../errors.ts'
import type { Log } from '../log.ts'
import { removeBytes } from './byte-removal.ts'
import { assertPathPart, cleanFilename } from './file-name.ts'
import { createFileQuota, type FileOwner } from './file-quota.ts'
import { reconcileFiles, type Reconciled } from './reconcile-files.ts'
import { stageStream, type StagedFile, type StageOptions } from './staged-file.ts'
import type {
  BytesKey,
  FileKey,
  FileStorage,
  ObjectFolder,
  LinkOptions,
  RunName,
} from './storage/file-storage.ts'
import { verifyFiles, type Verification, type VerifyOptions } from './verify-files.ts'

export type { FileFilter, FileRow } from '../../db/queries/files.ts'
export type { FileOwner } from './file-quota.ts'
export type { StagedFile } from './staged-file.ts'

export interface FileDescription {
  owner: FileOwner
  category: string
  /** As the client sent it; stored as `cleanFilename` makes it. */
  filename: string
  contentType: string
  createdBy: string | null
  /** Ms; null: never. */
  expiresAt: number | null
  /**
   * If a quota leaves no room, the oldest files of the same category are deleted: those of the owner, then
   * those of all owners except the newest of each.
   */
  replacesOldest?: boolean
}

interface PlaceOptions {
  /** Where an object store puts it. Default: `files`. */
  folder?: ObjectFolder
  /** The run that made it. */
  run?: RunName
  /** Ends an upload to an object store early. */
  signal?: AbortSignal | undefined
}

interface StoreOptions extends StageOptions, Pick<PlaceOptions, 'folder'> {
  /** Runs in the transaction of the row, before it. If it throws, nothing is stored. */
  check?: (trx: Trx) => Promise<void>
}

/** Bytes that are in their place and have no row yet: no reader sees them. */
interface PlacedFile {
  /** Its future address. */
  hex: string
  /** Makes them a file, in the caller's transaction. Throws FILE_QUOTA_EXCEEDED. */
  record: (
    trx: Trx,
    description: Omit<FileDescription, 'filename'> & { createdAt: number },
  ) => Promise<FileRow>
  /** Removes them. */
  discard: () => Promise<void>
}

interface FileUsage {
  files: number
  bytes: number
  owners: files.OwnerUsage[]
}

export interface FileLibrary {
  /**
   * Stores a staged file or a stream for an owner: bytes first, then the row. Throws FILE_QUOTA_EXCEEDED,
   * BODY_TOO_LARGE (a stream beyond `maxBytes`), STORAGE_UNAVAILABLE, and errors of the stream and the file
   * system; then nothing is stored.
   */
  store: (
    source: StagedFile | Readable,
    description: FileDescription,
    options?: StoreOptions,
  ) => Promise<FileRow>
  /** Files by owner, category, id or hex, newest first. */
  info: (filter: FileFilter) => Promise<FileRow[]>
  /** Deletes files: the rows first, then the bytes. Returns how many there were. */
  delete: (ids: readonly number[]) => Promise<number>

  /**
   * The first half of `store`, for a caller with rows of its own in the same transaction. Keeps the name as
   * it is. After STORAGE_UNAVAILABLE the file is still staged, and this may be called again.
   */
  place: (staged: StagedFile, filename: string, options?: PlaceOptions) => Promise<PlacedFile>
  /**
   * `delete` in the caller's transaction: the rows now, the bytes after the commit. An object store keeps the
   * bytes for a while, except with `atOnce`, which also removes those of files that were deleted before.
   */
  deleteIn: (trx: Trx, ids: readonly number[], options?: { atOnce?: boolean }) => Promise<number>
  /** A file that is no longer needed expires: its bytes are removed after the commit. */
  expireIn: (trx: Trx, hex: string) => Promise<void>
  /** The same for all files of an owner that is being deleted. */
  deleteAllOf: (trx: Trx, owner: FileOwner) => Promise<number>
  /** Throws FILE_QUOTA_EXCEEDED if no room is left. Files of the category `replaceable` count as room. */
  checkQuota: (owner: FileOwner, replaceable?: string) => Promise<void>
  /**
   * A file by its hex, also one that expired or was removed. Undefined: there is none, or its bytes are
   * incomplete.
   */
  find: (hex: string) => Promise<FileRow | undefined>
  /** The bytes of a file, or a range of them: see `FileStorage.open`. */
  open: FileStorage['open']
  /** The path of a file on the local disk; undefined if files are stored elsewhere. */
  localPath: FileStorage['localPath']
  /** A link that lets a browser download the file for a minute; undefined: files are on the local disk. */
  link: ((file: FileRow, options: Omit<LinkOptions, 'now'>) => Promise<string>) | undefined
  /** Whether the storage responds. The local disk always does. */
  isAvailable: () => Promise<boolean>
  /** A path with the bytes of a file: its own on the local disk, or that of a copy in `folder`. */
  localFile: (file: FileKey, folder: string) => Promise<string>
  /** How much is stored: in all, and by the owners with the most bytes. */
  usage: (most: { owners: number }) => Promise<FileUsage>
  /** See `reconcileFiles`; at boot, before anything is stored. */
  reconcile: () => Promise<Reconciled>
  /** See `verifyFiles`. */
  verify: (options?: VerifyOptions) => Promise<Verification>
}

export interface FileLibraryOptions {
  db: Database
  storage: FileStorage
  /** Where streams are written first; on the storage's disk. */
  stagingFolder: string
  now: () => number
  /** Most bytes of one owner; 0 (default): no limit. */
  ownerQuotaBytes?: number
  /** Most bytes in all; 0 (default): no limit. */
  totalQuotaBytes?: number
  /** How long an object store keeps the bytes of deleted files, ms. Default 0: not at all. */
  deletedBytesMs?: number
  log?: Pick<Log, 'warn'>
}

export function createFileLibrary (
  {
    db,
    storage,
    stagingFolder,
    now,
    ownerQuotaBytes = 0,
    totalQuotaBytes = 0,
    deletedBytesMs = 0,
    log = { warn () {} },
  }: FileLibraryOptions
): FileLibrary {
  const parts = { db, storage, now, log }
  const { remote } = storage

  function removeAfterCommit (trx: Trx, bytes: readonly BytesKey[]): void {
    if (bytes.length > 0) trx.afterCommit(async () => { await removeBytes(parts, bytes) })
  }

  async function deleteIn (
    trx: Trx,
    ids: readonly number[],
    { atOnce = false }: { atOnce?: boolean } = {}
  ): Promise<number> {
    const isKept = remote !== undefined && deletedBytesMs > 0 && !atOnce
    const { count, bytes } = await files.deleteFiles(trx, ids, { at: now(), deletedAt: isKept ? now() : 0 })
    if (!isKept) removeAfterCommit(trx, atOnce ? await intents.hurryDeleted(trx) : bytes)
    return count
  }

  const quota = createFileQuota({ ownerQuotaBytes, totalQuotaBytes, now, deleteFiles: deleteIn })

  async function place (
    staged: StagedFile,
    filename: string,
    { folder = 'files', run, signal }: PlaceOptions = {}
  ): Promise<PlacedFile> {
    assertPathPart(filename)
    const hex = randomBytes(16).toString('hex')
    const bytes = { hex, object_key: storage.newKey(folder, run) }
    // Noted first: if the process dies before the row is there, this note says that no row has the bytes.
    await db.write((trx) => intents.insertIntents(trx, [bytes], { at: now(), deletedAt: null }), {
      isOneStatement: true,
      isOnlyJobs: true,
    })
    // From here on, a sweep does not treat it as a running upload.
    const giveUp = () => db.write((trx) => intents.endWanted(trx, hex), { isOneStatement: true })
    const discard = async () => {
      if (remote !== undefined) await giveUp()
      await removeBytes(parts, [bytes])
    }
    try {
      await storage.put(staged.path, { ...bytes, filename }, { signal })
    } catch (error) {
      // A store that does not respond removes nothing either; the next housekeeping does.
      if (hasCode(error, 'STORAGE_UNAVAILABLE')) await giveUp()
      else await discard()
      throw error
    }
    return {
      hex,
      discard,
      async record (
        trx,
        { owner, category, contentType, createdBy, createdAt, expiresAt, replacesOldest = false }
      ) {
        await quota.claim(trx, owner, staged.size, replacesOldest ? category : undefined)
        if (!await intents.endIncoming(trx, hex)) {
          throw new Error('the bytes of a file were removed before it had its row: the upload took too long')
        }
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
          object_key: bytes.object_key,
        })
      },
    }
  }

  async function storeStaged (
    staged: StagedFile,
    description: FileDescription,
    { check, folder = 'files' }: StoreOptions
  ): Promise<FileRow> {
    const placed = await place(staged, cleanFilename(description.filename), { folder })
    try {
      return await db.write(async (trx) => {
        await check?.(trx)
        return await placed.record(trx, { ...description, createdAt: now() })
      })
    } catch (error) {
      await placed.discard()
      throw error
    }
  }

  return {
    place,
    async store (source, description, options = {}) {
      if (!(source instanceof Readable)) return await storeStaged(source, description, options)
      const staged = await stageStream(source, stagingFolder, options)
      try {
        return await storeStaged(staged, description, options)
      } catch (error) {
        // Placed already, or still where it was staged.
        await unlink(staged.path).catch(() => {})
        throw error
      }
    },
    info: (filter) => files.listFiles(db.reads, filter, now()),
    delete: (ids) => db.write((trx) => deleteIn(trx, ids)),
    deleteIn,
    async expireIn (trx, hex) {
      const id = await files.setExpiry(trx, hex, now())
      if (id !== undefined) removeAfterCommit(trx, await files.markExpired(trx, [id], now()))
    },
    deleteAllOf: async (trx, owner) => await deleteIn(trx, await files.ownerFileIds(trx, owner)),
    checkQuota: (owner, replaceable) => quota.check(db.reads, owner, replaceable),
    async find (hex) {
      const file = await files.findFileByHex(db.reads, hex)
      if (file === undefined || file.removed_at !== null) return file
      if (file.lost_at !== null) return undefined
      // A request per read would cost too much, and the size of an object does not change by mistake.
      return remote !== undefined || await storage.size(file) === file.size ? file : undefined
    },
    open: storage.open,
    localPath: storage.localPath,
    link: remote === undefined ? undefined : (file, options) => remote.link(file, { ...options, now: now() }),
    isAvailable: async () => await remote?.isAvailable() ?? true,
    async localFile (file, folder) {
      const own = storage.localPath(file)
      if (own !== undefined) return own
      const copy = join(folder, file.filename)
      await pipeline(await storage.open(file), createWriteStream(copy, { flags: 'wx', mode: 0o600 }))
      return copy
    },
    async usage ({ owners: limit }) {
      const at = now()
      const [count, bytes, owners] = await Promise.all([
        files.countFiles(db.reads, at),
        files.bytesInUse(db.reads, null, at),
        files.usageByOwner(db.reads, { now: at, limit }),
      ])
      return { files: count, bytes, owners }
    },
    reconcile: () => reconcileFiles(parts),
    verify: (options) => verifyFiles(parts, options),
  }
}
