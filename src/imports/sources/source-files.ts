// Opens what the user named: folders, zip archives, single files. Nothing is ever unpacked to disk, so a name
// inside an archive can point nowhere; it is refused all the same.
import { createReadStream, type Dirent } from 'node:fs'
import { open, opendir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { crc32 } from 'node:zlib'
import yauzl from 'yauzl'
import { NAME_MAX, shorten, shortenName } from '../../short-text.ts'
import { Refusal } from '../problems.ts'

export interface SourceFile {
  /** As errors name it. */
  name: string
  /** Lower-case name without folders. */
  base: string
  /** Bytes, unpacked. */
  size: number
  /**
   * The bytes from the beginning. Throws Refusal where an archive is damaged, or the import becomes too
   * large.
   */
  read: () => AsyncGenerator<Buffer, void, void>
}

/** Bytes that may still be read, of all files of an import together. */
export interface ByteBudget {
  most: number
  left: number
}

/** One PATH of the import. */
export interface Source {
  name: string
  isFile: boolean
  files: SourceFile[]
  /** Names of all files that were found, at any depth of an archive, for an error that says what is there. */
  found: string[]
  /** Of an Office document: its part `docProps/core.xml`. */
  properties?: SourceFile | undefined
  close: () => void
}

/** Most entries of an archive or a folder; no school's bundle has that many. */
const MAX_ENTRIES = 1000
/** A header of the central directory of a zip archive begins with this (APPNOTE.TXT, 4.3.12). */
const DIRECTORY_HEADER = Buffer.from('PK\u0001\u0002', 'latin1')

/** Opens one path. `prefix` goes before the names of its files in errors. Throws Refusal. */
export async function openSource (path: string, prefix: string, budget: ByteBudget): Promise<Source> {
  const name = shortenName(basename(path))
  let isFolder, size
  try {
    const stats = await stat(path)
    isFolder = stats.isDirectory()
    size = stats.size
    if (!isFolder && !stats.isFile()) throw new Refusal({ file: name }, 'is neither a file nor a folder')
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal(
      { file: name },
      isMissing(error)
        ? 'there is no such file or folder'
        : `cannot be opened: ${shorten((error as Error).message, 200)}`
    )
  }
  if (isFolder) return await openFolder(path, name, prefix, budget)
  if (await isArchive(path)) return await openArchive(path, name, prefix, budget)
  if (/\.zip$/i.test(path)) {
    throw new Refusal({ file: name }, 'is not a zip archive; export or download it again')
  }
  const file = { name, base: name.toLowerCase(), size, read: () => readFrom(name, path, budget) }
  return { name, isFile: true, files: [file], found: [name], close: () => {} }
}

async function openFolder (path: string, name: string, prefix: string, budget: ByteBudget): Promise<Source> {
  const list = async (folder: string) => {
    const entries: Dirent[] = []
    let count = 0
    // One by one: it may be the wrong folder, with a million files.
    for await (const entry of await opendir(folder)) {
      if (!isLitter(entry.name)) entries.push(entry)
      if (++count > MAX_ENTRIES) {
        throw new Refusal(
          { file: name },
          `has more than ${MAX_ENTRIES} entries; choose the folder that holds only the bundle`
        )
      }
    }
    return entries
  }
  let folder = path
  let entries = await list(folder)
  if (entries.length === 1 && entries[0]!.isDirectory()) {
    folder = join(folder, entries[0]!.name)
    entries = await list(folder)
  }
  const files: SourceFile[] = []
  for (const { name: entry } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const file = join(folder, entry)
    const stats = await stat(file).catch(() => undefined)
    if (stats?.isFile() !== true) continue
    const shown = prefix + shortenName(entry)
    files.push({
      name: shown,
      base: entry.toLowerCase(),
      size: stats.size,
      read: () => readFrom(shown, file, budget),
    })
  }
  return {
    name,
    isFile: false,
    files,
    found: files.map((file) => file.name.slice(prefix.length)),
    close: () => {},
  }
}

async function openArchive (path: string, name: string, prefix: string, budget: ByteBudget): Promise<Source> {
  const place = { file: name }
  const damaged = (error: Error) =>
    new Refusal(
      place,
      `is not a whole zip archive: ${shorten(error.message, 200)}`
    )
  let archive: yauzl.ZipFile
  try {
    archive = await yauzl.openPromise(path, { lazyEntries: true, autoClose: false, strictFileNames: false })
  } catch (error) {
    throw damaged(error as Error)
  }
  const close = () => {
    archive.close()
  }
  try {
    if (archive.entryCount > MAX_ENTRIES) {
      throw new Refusal(place, `has ${archive.entryCount} entries; at most ${MAX_ENTRIES} are read`)
    }
    const entries: yauzl.Entry[] = []
    for await (const entry of archive.eachEntry()) {
      if (entry.fileName.length > NAME_MAX) {
        throw new Refusal(place, `has an entry whose name is longer than ${NAME_MAX} characters`)
      }
      if (!entry.fileName.endsWith('/') && !entry.fileName.split('/').some(isLitter)) entries.push(entry)
    }
    // Where the next entry would start. It is a number, although the type declaration says otherwise.
    if (await beginsWith(path, DIRECTORY_HEADER, archive.readEntryCursor as unknown as number)) {
      throw new Refusal(
        place,
        `has more entries than the ${archive.entryCount} that it announces; create the archive again`
      )
    }
    // Whatever else lies around, the data is in one folder.
    const folders = new Set(
      entries.filter((entry) => /\.(csv|json)$/i.test(entry.fileName)).map((entry) =>
        entry.fileName.slice(0, entry.fileName.lastIndexOf('/') + 1)
      )
    )
    const folder = folders.size === 1 ? [...folders][0]! : ''
    const files: SourceFile[] = []
    const bases = new Set<string>()
    for (const entry of entries) {
      const inner = entry.fileName.slice(folder.length)
      if (!entry.fileName.startsWith(folder) || inner.includes('/')) continue
      const base = inner.toLowerCase()
      if (bases.has(base)) throw new Refusal(place, `has two files named ${shortenName(inner)}`)
      bases.add(base)
      if (entry.isEncrypted()) {
        throw new Refusal(place, `${shortenName(inner)} is encrypted; export it without a password`)
      }
      const shown = prefix + shortenName(inner)
      files.push({
        name: shown,
        base,
        size: entry.uncompressedSize,
        read: () => readEntry(shown, archive, entry, budget),
      })
    }
    const unpacked = files.reduce((sum, file) => sum + file.size, 0)
    if (unpacked > budget.most) throw new Refusal(place, `unpacks to ${unpacked} bytes; ${tooLarge(budget)}`)
    const core = entries.find(({ fileName }) => fileName === 'docProps/core.xml')
    const properties = core === undefined
      ? undefined
      : {
          name: prefix + core.fileName,
          base: 'core.xml',
          size: core.uncompressedSize,
          read: () => readEntry(name, archive, core, budget),
        }
    return { name, isFile: false, files, found: entries.map(({ fileName }) => fileName), properties, close }
  } catch (error) {
    close()
    throw error instanceof Refusal ? error : damaged(error as Error)
  }
}

async function * readFrom (
  name: string,
  path: string,
  budget: ByteBudget
): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
    spend(name, chunk.length, budget)
    yield chunk
  }
}

async function * readEntry (
  name: string,
  archive: yauzl.ZipFile,
  entry: yauzl.Entry,
  budget: ByteBudget
): AsyncGenerator<Buffer, void, void> {
  let checksum = 0
  try {
    for await (const chunk of await archive.openReadStreamPromise(entry) as AsyncIterable<Buffer>) {
      spend(name, chunk.length, budget)
      checksum = crc32(chunk, checksum)
      yield chunk
    }
  } catch (error) {
    throw error instanceof Refusal
      ? error
      : new Refusal({ file: name }, `is damaged in its archive: ${shorten((error as Error).message, 200)}`)
  }
  if (checksum !== entry.crc32) {
    throw new Refusal({ file: name }, 'is damaged in its archive: the checksum is wrong')
  }
}

function spend (name: string, bytes: number, budget: ByteBudget): void {
  budget.left -= bytes
  if (budget.left < 0) throw new Refusal({ file: name }, tooLarge(budget))
}

function tooLarge (budget: ByteBudget): string {
  return `an import may have at most ${budget.most} bytes (IMPORT_MAX_BYTES)`
}

async function isArchive (path: string): Promise<boolean> {
  const bytes = await bytesAt(path, 4, 0)
  return bytes.length === 4 && bytes[0] === 0x50 && bytes[1] === 0x4b &&
    (bytes[2] === 3 || bytes[2] === 5 || bytes[2] === 7)
}

async function beginsWith (path: string, beginning: Buffer, position: number): Promise<boolean> {
  return beginning.equals(await bytesAt(path, beginning.length, position))
}

async function bytesAt (path: string, length: number, position: number): Promise<Buffer> {
  const handle = await open(path, 'r')
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, position)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** What archivers and desktops leave behind. */
function isLitter (name: string): boolean {
  return name === '__MACOSX' || name.startsWith('.') || name.toLowerCase() === 'thumbs.db' ||
    name.toLowerCase() === 'desktop.ini'
}

function isMissing (error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
