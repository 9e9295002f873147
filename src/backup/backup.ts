import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  copyDatabase,
  databaseProblems,
  migrationStatus,
  openSnapshot,
} from '../../db/sqlite/database-copy.ts'
import { findFileByHex, storedFiles, type FileRow } from '../../db/queries/files.ts'
import { flush, makeDurableFolder } from '../durable-folder.ts'
import { DomainError } from '../errors.ts'
import type { FileStorage } from '../files/storage/file-storage.ts'
import { stageStream, type StagedFile } from '../files/staged-file.ts'
import { isoTime } from '../iso-time.ts'
import {
  backupName,
  DATABASE,
  fileFacts,
  listBackups,
  OBJECTS,
  openBackupFolder,
  pooledFile,
  UNFINISHED,
  writeManifest,
  type MissingFile,
} from './backup-folder.ts'

/** If a file is deleted during the backup, the database is copied again, at most this often. */
const MOST_TRIES = 10

interface BackupOptions {
  databaseFile: string
  storage: FileStorage
  /** The folder of backups. */
  folder: string
  /** Number of backups to keep; undefined: all. */
  keep?: number | undefined
  version: string
  now: () => number
  pid: number
  signal: AbortSignal
  /** Number of files done, and of all files. */
  onProgress?: (done: number, of: number) => void
}

export interface BackupFacts {
  path: string
  madeAt: string
  databaseBytes: number
  files: number
  bytes: number
  /** Files that no earlier backup in the folder had. */
  copied: number
  missing: MissingFile[]
  /** Files in an object store, which were listed and not copied; undefined: files are in the data folder. */
  objects?: { count: number, bytes: number }
  /** Names of deleted backups. */
  removed: string[]
}

interface Collected {
  count: number
  bytes: number
  copied: number
  missing: MissingFile[]
  /** The service deleted a file after the database was copied. */
  isOld: boolean
  objects?: { count: number, bytes: number }
}

/**
 * Backs up the database as of one moment and every file that it names, also while the service runs. Each file
 * is read and its SHA-256 compared. If it is interrupted, nothing is left that looks like a backup. Throws
 * BACKUP_FAILED, the signal's reason, and errors of the file system.
 */
export async function makeBackup (options: BackupOptions): Promise<BackupFacts> {
  const { folder, databaseFile, now, version } = options
  const lock = await openBackupFolder(folder, options.pid)
  const unfinished = join(folder, UNFINISHED)
  try {
    await rm(unfinished, { recursive: true, force: true })
    await mkdir(unfinished, { mode: 0o700 })
    const copy = join(unfinished, DATABASE)
    const whole = new Set<string>()
    let at = now()
    let collected: Collected
    for (let tries = 1; ; tries++) {
      options.signal.throwIfAborted()
      await rm(copy, { force: true })
      at = now()
      await copyDatabase(databaseFile, copy)
      collected = options.storage.remote === undefined
        ? await collectFiles(copy, whole, options)
        : await listObjects(copy, join(unfinished, OBJECTS))
      if (!collected.isOld) break
      if (tries === MOST_TRIES) {
        throw new DomainError('BACKUP_FAILED', {
          detail: 'Files were deleted again and again during the backup. Try again at a quieter time.',
        })
      }
    }
    const problems = databaseProblems(copy)
    if (problems.length > 0) {
      throw new DomainError('BACKUP_FAILED', {
        detail: `The database is damaged, so there is no new backup: ${problems[
          0
        ]!}. Keep the older backups; "perfbook doctor" says more.`,
      })
    }
    const database = (await fileFacts(copy))!
    const name = backupName(at)
    const madeAt = isoTime(at)
    const { count, bytes, copied, missing, objects } = collected
    await writeManifest(unfinished, {
      perfbook: version,
      made_at: madeAt,
      database: { ...database, migrations: migrationStatus(copy).applied },
      files: { count, bytes },
      ...(objects === undefined ? {} : { objects }),
      missing,
    })
    await flush(unfinished)
    await rename(unfinished, join(folder, name))
    await flush(folder)
    const removed = options.keep === undefined ? [] : await prune(folder, options.keep)
    return {
      path: join(folder, name),
      madeAt,
      databaseBytes: database.size,
      files: count,
      bytes,
      copied,
      missing,
      ...(objects === undefined ? {} : { objects }),
      removed,
    }
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    throw error
  } finally {
    lock.release()
  }
}

/**
 * Copies the bytes of every file that the database copy names to the backups, unless they are there. `whole`:
 * hashes that were verified.
 */
async function collectFiles (copy: string, whole: Set<string>, options: BackupOptions): Promise<Collected> {
  const snapshot = openSnapshot(copy)
  const live = openSnapshot(options.databaseFile)
  const collected: Collected = { count: 0, bytes: 0, copied: 0, missing: [], isOld: false }
  try {
    const rows: FileRow[] = []
    for await (const some of storedFiles(snapshot.reads)) rows.push(...some)
    for (const [index, row] of rows.entries()) {
      options.signal.throwIfAborted()
      const outcome = whole.has(row.sha256) ? 'there' : await collectFile(row, options)
      options.onProgress?.(index + 1, rows.length)
      if (outcome === 'there' || outcome === 'copied') {
        whole.add(row.sha256)
        collected.count++
        collected.bytes += row.size
        if (outcome === 'copied') collected.copied++
        continue
      }
      const now = await findFileByHex(live.reads, row.hex)
      if (now === undefined || now.removed_at !== null) return { ...collected, isOld: true }
      collected.missing.push({ id: row.id, path: `${row.hex}/${row.filename}`, reason: outcome })
    }
    return collected
  } finally {
    await snapshot.close()
    await live.close()
  }
}

/** Lists the files that the database copy names and an object store has. */
async function listObjects (copy: string, listFile: string): Promise<Collected> {
  const snapshot = openSnapshot(copy)
  const list = await open(listFile, 'w', 0o600)
  const objects = { count: 0, bytes: 0 }
  try {
    for await (const rows of storedFiles(snapshot.reads)) {
      for (const { object_key, size, sha256 } of rows) {
        await list.write(`${JSON.stringify({ object_key, size, sha256 })}\n`)
        objects.count++
        objects.bytes += size
      }
    }
    await list.sync()
  } finally {
    await list.close()
    await snapshot.close()
  }
  return { count: 0, bytes: 0, copied: 0, missing: [], isOld: false, objects }
}

async function collectFile (
  row: FileRow,
  { folder, storage }: BackupOptions
): Promise<'there' | 'copied' | 'lost' | 'damaged'> {
  const place = pooledFile(folder, row.sha256)
  const facts = await fileFacts(place)
  if (facts?.sha256 === row.sha256) return 'there'
  let staged: StagedFile
  try {
    staged = await stageStream(await storage.open(row), join(folder, UNFINISHED))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return 'lost'
    if (code === 'EIO') return 'damaged'
    throw error
  }
  if (staged.sha256 !== row.sha256 || staged.size !== row.size) {
    await rm(staged.path)
    return 'damaged'
  }
  // Existing bytes did not match their name; the rename replaces them.
  makeDurableFolder(dirname(place))
  await rename(staged.path, place)
  await flush(dirname(place))
  return 'copied'
}

/** Deletes all but the newest `keep` backups, and then the bytes that no backup names. */
async function prune (folder: string, keep: number): Promise<string[]> {
  const names = await listBackups(folder)
  const removed = names.slice(0, Math.max(0, names.length - keep))
  if (removed.length === 0) return []
  const wanted = new Set<string>()
  for (const name of names.slice(removed.length)) {
    const snapshot = openSnapshot(join(folder, name, DATABASE))
    for await (const rows of storedFiles(snapshot.reads)) for (const row of rows) wanted.add(row.sha256)
    await snapshot.close()
  }
  for (const name of removed) {
    // Renamed first, so that a half deleted backup does not look complete.
    await rename(join(folder, name), join(folder, UNFINISHED))
    // It must not come back after a power loss, without the bytes that are deleted below.
    await flush(folder)
    await rm(join(folder, UNFINISHED), { recursive: true })
  }
  for (const part of await readdir(join(folder, 'files')).catch(() => [])) {
    for (const name of await readdir(join(folder, 'files', part))) {
      if (!wanted.has(name)) await rm(join(folder, 'files', part, name))
    }
  }
  return removed
}
