// The single binary's files, once a version and a machine: a native addon, threads and static files have to
// lie on a disk.
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
import { DomainError, hasCode } from '../errors.ts'

/** What the binary carries: each file's path and SHA-256 (hex), and a name that changes with any of them. */
export interface Manifest {
  id: string
  files: Array<{ path: string, sha256: string }>
}

export interface UnpackOptions {
  manifest: Manifest
  /** The bytes of a file. */
  read: (path: string) => Uint8Array
  /** Folders that may hold it, the first that can be used is taken. */
  cacheFolders: readonly string[]
  /** The number of the user who runs it; undefined where the platform has none. */
  userId: number | undefined
}

const ELSEWHERE = 'Choose another folder with --cache-dir FOLDER or CACHE_DIR.'

/**
 * Returns the folder with the unpacked program, `<cache folder>/<id>`, for its owner only. What is there is
 * checked by its hashes and made anew where it is not as it was; starts at the same time do not disturb each
 * other. Throws CANNOT_UNPACK.
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
      // Of another user, read-only, full, under a file: perhaps the next one will do.
      if (!(hasCode(error, 'CANNOT_UNPACK')) && !(error instanceof Error && 'syscall' in error)) throw error
      reasons.push(error.message)
      continue
    }
    for (const { path } of manifest.files.filter((file) => file.path.endsWith('.node'))) {
      mayRun(join(folder, path), cacheFolder)
    }
    return folder
  }
  throw new DomainError('CANNOT_UNPACK', {
    detail: ['The program cannot unpack itself:', ...reasons.map((reason) => `  ${reason}`), ELSEWHERE].join('\n'),
  })
}

/** What is run from here must be nobody else's to change. */
function claim (folder: string, userId: number | undefined): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid, mode } = lstatSync(folder)
  if (!lstatSync(folder).isDirectory()) {
    throw new DomainError('CANNOT_UNPACK', { detail: `${folder} is no folder (a link is not followed).` })
  }
  if (userId !== undefined && (uid !== userId || (mode & 0o022) !== 0)) {
    throw new DomainError('CANNOT_UNPACK', {
      detail: `${folder} belongs to another user, or others may write to it.`,
    })
  }
}

function isIntact (folder: string, { files }: Manifest, userId: number | undefined): boolean {
  try {
    const { uid, mode } = lstatSync(folder)
    if (
      !lstatSync(folder).isDirectory() || (userId !== undefined && (uid !== userId || (mode & 0o077) !== 0))
    ) return false
    return files.every(({ path, sha256 }) => hash('sha256', readFileSync(join(folder, path))) === sha256)
  } catch (error) {
    if (
      (error as NodeJS.ErrnoException).code === 'ENOENT' ||
      (error as NodeJS.ErrnoException).code === 'ENOTDIR'
    ) return false
    throw error
  }
}

/** Whole or not at all: beside it first, then moved there. */
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
        if (!['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) {
          throw error
        }
      }
      // Another start was quicker, or what is there was damaged: then it gives way.
      if (isIntact(folder, manifest, userId)) return
      const damaged = `${making}.old`
      try {
        renameSync(folder, damaged)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      }
      rmSync(damaged, { recursive: true, force: true })
    }
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
}

/** A native addon is mapped to be executed, which a file system mounted with `noexec` refuses. */
function mayRun (file: string, cacheFolder: string): void {
  try {
    accessSync(file, constants.X_OK)
  } catch {
    throw new DomainError('CANNOT_UNPACK', {
      detail: `Nothing in ${cacheFolder} may be executed: its file system is mounted noexec.\n${ELSEWHERE}`,
    })
  }
}
