// A folder of backups:
//
//   <time>/backup.json        its contents; the folder gets its name when everything is written and flushed
//   <time>/perfbook.sqlite    the database at that moment
//   <time>/objects.jsonl      with files in an object store, which are not copied: their keys, sizes, hashes
//   files/<ab>/<sha256>       the bytes of stored files, each content once, for all backups together
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { lockFolder, type FolderLock } from '../../db/sqlite/folder-lock.ts'
import { makeDurableFolder } from '../durable-folder.ts'
import { DomainError, hasCode } from '../errors.ts'
import { fileTime } from '../iso-time.ts'

export const UNFINISHED = '.unfinished'
export const DATABASE = 'perfbook.sqlite'
export const OBJECTS = 'objects.jsonl'
const MANIFEST = 'backup.json'
const FORMAT = 1
const BACKUP_NAME = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z$/
const OWN_NAMES = new Set([UNFINISHED, 'files', 'lock.sqlite', 'lock.sqlite-journal', 'lock.json'])

/** A stored file whose bytes were lost or damaged when the backup was made. */
export interface MissingFile {
  id: number
  path: string
  reason: 'lost' | 'damaged'
}

export interface Manifest {
  format: number
  /** Version of the program that made it. */
  perfbook: string
  made_at: string
  database: { size: number, sha256: string, migrations: string[] }
  files: { count: number, bytes: number }
  /** Files that an object store has. They are listed and not copied. */
  objects?: { count: number, bytes: number }
  missing: MissingFile[]
}

/** The name of a backup made at that time, ms. */
export function backupName (at: number): string {
  return fileTime(at)
}

/** Path of the bytes with this hash. */
export function pooledFile (folder: string, sha256: string): string {
  return join(folder, 'files', sha256.slice(0, 2), sha256)
}

/**
 * Creates or checks a folder of backups and takes its lock. Throws BACKUP_FAILED if it contains something
 * else, or if another backup is running.
 */
export async function openBackupFolder (folder: string, pid: number): Promise<FolderLock> {
  makeDurableFolder(folder)
  const stranger = (await readdir(folder)).find((name) => !OWN_NAMES.has(name) && !BACKUP_NAME.test(name))
  if (stranger !== undefined) {
    throw new DomainError('BACKUP_FAILED', {
      detail: `${folder} contains more than backups (${stranger}). Use an empty or a new folder.`,
    })
  }
  try {
    return lockFolder(folder, { pid, address: 'backup' })
  } catch (error) {
    throw hasCode(error, 'FOLDER_IN_USE')
      ? new DomainError('BACKUP_FAILED', { detail: `Another backup into ${folder} is running.` })
      : error
  }
}

/** Names of the complete backups in a folder, oldest first. */
export async function listBackups (folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' || error.code === 'ENOTDIR'
      ? new DomainError('BACKUP_FAILED', { detail: `There is no folder ${folder}.` })
      : error
  })
  return names.filter((name) => BACKUP_NAME.test(name)).sort()
}

export async function readManifest (folder: string, name: string): Promise<Manifest> {
  const text = await readFile(join(folder, name, MANIFEST), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT'
      ? new DomainError('BACKUP_FAILED', {
        detail: `${join(folder, name)} is not a complete backup: it has no ${MANIFEST}.`,
      })
      : error
  })
  let manifest: Partial<Manifest>
  try {
    manifest = JSON.parse(text) as Partial<Manifest>
  } catch {
    throw new DomainError('BACKUP_FAILED', { detail: `${join(folder, name, MANIFEST)} is damaged.` })
  }
  if (manifest.format !== FORMAT) {
    throw new DomainError('BACKUP_FAILED', {
      detail: `${join(folder, name)} was made by another version of Perfbook (format ${
        String(manifest.format)
      }). Restore it with that one.`,
    })
  }
  return manifest as Manifest
}

/** Writes and flushes it. */
export async function writeManifest (path: string, manifest: Omit<Manifest, 'format'>): Promise<void> {
  const handle = await open(join(path, MANIFEST), 'wx', 0o600)
  try {
    await handle.writeFile(`${JSON.stringify({ format: FORMAT, ...manifest } satisfies Manifest, null, 2)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** SHA-256 in hex and size in bytes of a file; undefined: there is no file. */
export async function fileFacts (path: string): Promise<{ size: number, sha256: string } | undefined> {
  if (await stat(path).catch(() => undefined) === undefined) return undefined
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    size += chunk.length
  }
  return { size, sha256: hash.digest('hex') }
}
