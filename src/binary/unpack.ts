// Unpacks the files of the single binary, once per version and machine: a native addon, worker threads and
// static files need files on a disk.
import { hash, randomBytes } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  constants,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { makeDurableFolder } from '../durable-folder.ts'
import { DomainError, hasCode } from '../errors.ts'

/** The files in the binary with path and SHA-256 (hex), and an id that changes with any of them. */
export interface Manifest {
  id: string
  files: Array<{ path: string, sha256: string }>
}

interface UnpackOptions {
  manifest: Manifest
  /** The bytes of a file. */
  read: (path: string) => Uint8Array
  /** Folders to unpack into, in order of preference. The first usable one is taken. */
  cacheFolders: readonly string[]
  /** The id of the user who runs it; undefined on platforms without user ids. */
  userId: number | undefined
}

const ELSEWHERE = 'Choose another folder with --cache-dir FOLDER or CACHE_DIR.'

/**
 * Returns the folder with the unpacked program, `<cache folder>/<id>`, which only its owner can access.
 * Existing files are checked by their hashes and replaced if they differ. Many processes may start at once.
 * Throws CANNOT_UNPACK.
 */
export function unpack ({ manifest, read, cacheFolders, userId }: UnpackOptions): string {
  const reasons: string[] = []
  for (const cacheFolder of cacheFolders) {
    let folder: string
    try {
      claim(cacheFolder, userId)
      folder = join(cacheFolder, manifest.id)
      if (!isIntact(folder, manifest, userId)) make(folder, manifest, read, userId)
    } catch (error) {
      // It belongs to another user, is read-only, is full, or is not a folder. The next one may work.
      if (!hasCode(error, 'CANNOT_UNPACK') && !(error instanceof Error && 'syscall' in error)) throw error
      reasons.push(error.message)
      continue
    }
    for (const { path } of manifest.files.filter((file) => file.path.endsWith('.node'))) {
      requireExecutable(join(folder, path), cacheFolder)
    }
    return folder
  }
  const lines = ['The program cannot unpack itself:', ...reasons.map((reason) => `  ${reason}`), ELSEWHERE]
  throw new DomainError('CANNOT_UNPACK', { detail: lines.join('\n') })
}

/** No other user may be able to change what runs from here. */
function claim (folder: string, userId: number | undefined): void {
  makeDurableFolder(folder)
  const stats = lstatSync(folder)
  if (!stats.isDirectory()) {
    throw new DomainError('CANNOT_UNPACK', { detail: `${folder} is not a folder (links are not followed).` })
  }
  if (userId !== undefined && (stats.uid !== userId || (stats.mode & 0o022) !== 0)) {
    throw new DomainError('CANNOT_UNPACK', {
      detail: `${folder} belongs to another user, or others may write to it.`,
    })
  }
}

function isIntact (folder: string, { files }: Manifest, userId: number | undefined): boolean {
  try {
    const stats = lstatSync(folder)
    const isPrivate = userId === undefined || (stats.uid === userId && (stats.mode & 0o077) === 0)
    if (!stats.isDirectory() || !isPrivate) return false
    return files.every(({ path, sha256 }) => hash('sha256', readFileSync(join(folder, path))) === sha256)
  } catch (error) {
    if (isOneOf(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
}

/** Completely or not at all: next to its place first, then moved there. */
function make (
  folder: string,
  manifest: Manifest,
  read: UnpackOptions['read'],
  userId: number | undefined
): void {
  const making = `${folder}.${randomBytes(6).toString('hex')}`
  try {
    mkdirSync(making, { mode: 0o700 })
    for (const { path } of manifest.files) {
      const file = join(making, path)
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      writeFileSync(file, read(path), { mode: 0o600, flag: 'wx' })
      if (path.endsWith('.node')) chmodSync(file, 0o700)
    }
    for (;;) {
      try {
        renameSync(making, folder)
        return
      } catch (error) {
        if (!isOneOf(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw error
      }
      // Another process was faster, or the folder is damaged. A damaged one is replaced.
      if (isIntact(folder, manifest, userId)) return
      const damaged = `${making}.old`
      try {
        renameSync(folder, damaged)
      } catch (error) {
        if (!isOneOf(error, 'ENOENT')) throw error
      }
      rmSync(damaged, { recursive: true, force: true })
    }
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
}

function isOneOf (error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

/** Throws if the file system is mounted with `noexec`, which refuses to load a native addon. */
function requireExecutable (file: string, cacheFolder: string): void {
  try {
    accessSync(file, constants.X_OK)
  } catch {
    throw new DomainError('CANNOT_UNPACK', {
      detail: `The file system of ${cacheFolder} is mounted noexec, so nothing in it can run.\n${ELSEWHERE}`,
    })
  }
}
