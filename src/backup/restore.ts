import { createReadStream, existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { databaseProblems, migrationStatus, openSnapshot } from '../../db/sqlite/database-copy.ts'
import { storedFiles } from '../../db/queries/files.ts'
import { LOCK_FILES, lockFolder, type FolderLock } from '../../db/sqlite/folder-lock.ts'
import { checkSchema } from '../../db/migrations/migrate.ts'
import { flush } from '../durable-folder.ts'
import { DomainError } from '../errors.ts'
import { createDiskStorage } from '../files/storage/disk.ts'
import { stageStream, type StagedFile } from '../files/staged-file.ts'
import {
  DATABASE,
  listBackups,
  pooledFile,
  readManifest,
  type Manifest,
} from './backup-folder.ts'
import { RESTORING } from './data-folder.ts'

/** Names that an empty folder may contain: the lock, and the rest of an interrupted restore. */
const NO_MATTER = new Set([RESTORING, ...LOCK_FILES])

interface RestoreOptions {
  /** The folder of backups. */
  folder: string
  /** Name of the backup. Default: the newest. */
  name?: string | undefined
  dataFolder: string
  pid: number
  signal: AbortSignal
  /** Number of files done, and of all files. */
  onProgress?: (done: number, of: number) => void
}

interface RestoreFacts {
  name: string
  madeAt: string
  files: number
  bytes: number
  missing: Manifest['missing']
}

/**
 * Restores a backup into an empty data folder, completely or not at all. Every byte is read and its SHA-256
 * compared. Throws BACKUP_FAILED, FOLDER_IN_USE, SCHEMA_TOO_NEW, the signal's reason, and errors of the file
 * system.
 */
export async function restoreBackup (options: RestoreOptions): Promise<RestoreFacts> {
  const { folder, dataFolder } = options
  const names = await listBackups(folder)
  const name = options.name ?? names.at(-1)
  if (name === undefined) {
    throw new DomainError('BACKUP_FAILED', {
      detail: `There is no complete backup in ${folder}.`,
    })
  }
  if (!names.includes(name)) {
    throw new DomainError('BACKUP_FAILED', {
      detail: `There is no backup ${name} in ${folder}. Its backups: ${names.join(', ') || 'none'}.`,
    })
  }
  const manifest = await readManifest(folder, name)

  const lock = await lockEmpty(dataFolder, options.pid)
  const restoring = join(dataFolder, RESTORING)
  try {
    for (const part of ['files', DATABASE]) await rm(join(dataFolder, part), { recursive: true, force: true })
    await rm(restoring, { recursive: true, force: true })
    await mkdir(restoring, { mode: 0o700 })
    const database = await restoreDatabase(join(folder, name, DATABASE), restoring, manifest)
    const { files, bytes } = await restoreFiles(database, restoring, manifest, options)
    options.signal.throwIfAborted()
    // Nothing starts on this folder while `.restoring` exists, so these three are one step.
    await rename(join(restoring, 'files'), join(dataFolder, 'files'))
    await rename(database, join(dataFolder, DATABASE))
    await flush(dataFolder)
    await rm(restoring, { recursive: true })
    await flush(dataFolder)
    return { name, madeAt: manifest.made_at, files, bytes, missing: manifest.missing }
  } catch (error) {
    for (const part of ['files', DATABASE]) await rm(join(dataFolder, part), { recursive: true, force: true })
    await rm(restoring, { recursive: true, force: true })
    throw error
  } finally {
    lock.release()
  }
}

/**
 * Locks a folder that is empty or contains an unfinished restore. It is checked again under the lock, because
 * a service may have run there between the first check and the lock. Throws BACKUP_FAILED and FOLDER_IN_USE.
 */
async function lockEmpty (dataFolder: string, pid: number): Promise<FolderLock> {
  const take = () => lockFolder(dataFolder, { pid, address: 'restore' })
  // A folder with other contents gets no lock file. If a service runs there, the error says that first.
  const refusal = await notEmpty(dataFolder)
  if (refusal !== undefined) {
    if (existsSync(join(dataFolder, 'lock.sqlite'))) take().release()
    throw refusal
  }
  const lock = take()
  const late = await notEmpty(dataFolder)
  if (late === undefined) return lock
  lock.release()
  throw late
}

async function notEmpty (dataFolder: string): Promise<DomainError | undefined> {
  const names = await readdir(dataFolder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  // An interrupted restore may have moved these to their place already.
  const isHalfRestored = names.includes(RESTORING)
  const others = names.filter((name) =>
    !NO_MATTER.has(name) && !(isHalfRestored && (name === 'files' || name === DATABASE))
  )
  if (others.length === 0) return undefined
  return new DomainError('BACKUP_FAILED', {
    detail: `${dataFolder} is not empty (${others.slice(0, 3).join(', ')}). ` +
      'Move it away, or restore into another folder with --data-dir.',
  })
}

async function restoreDatabase (from: string, restoring: string, manifest: Manifest): Promise<string> {
  const copy = await stageWhole(from, restoring, manifest.database.sha256)
  const database = join(restoring, DATABASE)
  await rename(copy.path, database)
  const problems = databaseProblems(database)
  if (problems.length > 0) {
    throw new DomainError('BACKUP_FAILED', {
      detail: `The database in the backup is damaged: ${problems[0] ?? ''}.`,
    })
  }
  // The next start of the service, or `migrate`, upgrades an older one.
  checkSchema(migrationStatus(database), { mayUpgrade: true })
  return database
}

async function restoreFiles (
  database: string,
  restoring: string,
  manifest: Manifest,
  options: RestoreOptions
): Promise<{ files: number, bytes: number }> {
  const { folder, signal, onProgress } = options
  const storage = createDiskStorage(join(restoring, 'files'), join(restoring, 'quarantine'))
  await mkdir(join(restoring, 'files'), { mode: 0o700 })
  const missing = new Set(manifest.missing.map((file) => file.id))
  const snapshot = openSnapshot(database)
  let files = 0
  let bytes = 0
  try {
    for await (const rows of storedFiles(snapshot.reads)) {
      for (const row of rows) {
        signal.throwIfAborted()
        // An object store has what is not in the backup.
        if (missing.has(row.id) || row.object_key !== null) continue
        const staged = await stageWhole(pooledFile(folder, row.sha256), restoring, row.sha256)
        await storage.put(staged.path, row)
        files++
        bytes += row.size
        onProgress?.(files, manifest.files.count)
      }
    }
  } finally {
    await snapshot.close()
  }
  if (files !== manifest.files.count || bytes !== manifest.files.bytes) {
    throw new DomainError('BACKUP_FAILED', {
      detail: 'The backup does not match its list of contents. Choose another one with --backup.',
    })
  }
  return { files, bytes }
}

async function stageWhole (path: string, folder: string, sha256: string): Promise<StagedFile> {
  const staged = await stageStream(createReadStream(path), folder).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT'
      ? new DomainError('BACKUP_FAILED', {
        detail: `${path} is missing from the backup. Choose another one with --backup.`,
      })
      : error
  })
  if (staged.sha256 !== sha256) {
    throw new DomainError('BACKUP_FAILED', {
      detail: `${path} is damaged: its SHA-256 has changed. Choose another backup with --backup.`,
    })
  }
  return staged
}
