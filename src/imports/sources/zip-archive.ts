// Zip archives are read entry by entry and never unpacked to disk, except for an archive in an archive. An
// entry whose name points outside of the archive is refused all the same.
import { randomBytes } from 'node:crypto'
import { createWriteStream, rmSync } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'
import yauzl from 'yauzl'
import { listNames, NAME_MAX, shorten, shortenName } from '../../short-text.ts'
import { Refusal, type Place, type Problems } from '../problems.ts'
import { isOfficePackage, type OfficePackage } from '../spreadsheet/office-package.ts'
import { openWorkbook } from '../spreadsheet/open-workbook.ts'
import { bundleFolder } from './bundle-folder.ts'
import { ByteBudget, ENTRIES_MAX, isLitter, type Source, type SourceFile } from './source-files.ts'
import { importError, type ImportErrorText } from '../error-messages.ts'

/** A header of the central directory of a zip archive begins with this (APPNOTE.TXT, 4.3.12). */
const DIRECTORY_HEADER = Buffer.from('PK\u0001\u0002', 'latin1')
/** Of the header of an entry, without its name (APPNOTE.TXT, 4.3.7). */
const LOCAL_HEADER_BYTES = 30
/** An archive begins with one of these: a file, an empty archive, a part of a split archive. */
const BEGINNINGS = ['PK\u0003', 'PK\u0005', 'PK\u0007'].map((text) => Buffer.from(text, 'latin1'))

/** Whether the content of a file is that of a zip archive. */
export async function isZipArchive (path: string): Promise<boolean> {
  const bytes = await bytesAt(path, { length: 4, position: 0 })
  return bytes.length === 4 && BEGINNINGS.some((one) => one.equals(bytes.subarray(0, one.length)))
}

interface OpenZipOptions {
  name: string
  budget: ByteBudget
  /** A folder for an archive that is in the archive. It is removed when the source is closed. */
  scratchFolder: string
  /** The sheet of a workbook that is read. Default: the first one. */
  sheet?: string | undefined
  problems: Problems
  signal?: AbortSignal | undefined
  /** How many archives contain this one. Default: 0. */
  depth?: number
}

/** The deepest archive that is read. Some programs zip a zip archive again. */
const DEPTH_MAX = 3

/**
 * Opens an archive. Its files are those of its bundle's folder. If it has only another zip archive, they are
 * the files of that one. An Excel workbook is such an archive too: its file is a sheet. Throws Refusal.
 */
export async function openZipArchive (path: string, options: OpenZipOptions): Promise<Source> {
  const { name, budget, scratchFolder, depth = 0 } = options
  const damaged = (error: unknown) => new Refusal({ file: name }, archiveFault(error))
  let archive: yauzl.ZipFile
  try {
    archive = await yauzl.openPromise(path, { lazyEntries: true, autoClose: false, strictFileNames: false })
  } catch (error) {
    throw damaged(error)
  }
  try {
    const entries = await entriesOf(archive, path, name)
    const opened = { archive, entries, name, budget }
    const office = officePackage(opened)
    if (isOfficePackage(office.paths)) {
      return await openWorkbook(office, { ...options, close: () => { archive.close() } })
    }
    const inner = innerArchive(entries, name)
    if (inner !== undefined) {
      if (depth === DEPTH_MAX) throw new Refusal({ file: name }, importError('nested_archives'))
      const copy = await unpackArchive(inner, { ...opened, scratchFolder })
      try {
        if (!await isZipArchive(copy)) {
          const file = shortenName(inner.fileName)
          throw new Refusal({ file: name }, importError('inner_not_zip', { file }))
        }
        const source = await openZipArchive(copy, { ...options, depth: depth + 1 })
        archive.close()
        return {
          ...source,
          close () {
            source.close()
            rmSync(copy, { force: true })
          },
        }
      } catch (error) {
        rmSync(copy, { force: true })
        throw error
      }
    }
    return {
      name,
      isFile: false,
      files: filesOf(opened),
      found: entries.map(({ fileName }) => fileName),
      close: () => { archive.close() },
    }
  } catch (error) {
    archive.close()
    throw error instanceof Refusal ? error : damaged(error)
  }
}

/** What yauzl says about the name of an entry. */
const OUTSIDE = /^(invalid relative path|absolute path|invalid characters in fileName)/

/** What is wrong, without the words of a library. Errors of the file system keep their own. */
function archiveFault (error: unknown): ImportErrorText {
  const { message, errno } = error as NodeJS.ErrnoException & { errno?: unknown }
  if (OUTSIDE.test(message)) return importError('path_outside')
  const isOfDisk = typeof errno === 'number' && 'syscall' in (error as object)
  return isOfDisk
    ? importError('unreadable', { reason: shorten(message, 200) })
    : importError('incomplete_zip')
}

interface OpenedArchive {
  archive: yauzl.ZipFile
  entries: yauzl.Entry[]
  name: string
  budget: ByteBudget
}

async function entriesOf (archive: yauzl.ZipFile, path: string, name: string): Promise<yauzl.Entry[]> {
  const place = { file: name }
  if (archive.entryCount > ENTRIES_MAX) {
    const found = { count: archive.entryCount, most: ENTRIES_MAX }
    throw new Refusal(place, importError('many_entries', found))
  }
  const entries: yauzl.Entry[] = []
  const places: Array<{ start: number, end: number }> = []
  for await (const entry of archive.eachEntry()) {
    const { relativeOffsetOfLocalHeader: start, compressedSize, fileNameLength } = entry
    places.push({ start, end: start + LOCAL_HEADER_BYTES + fileNameLength + compressedSize })
    if (entry.fileName.length > NAME_MAX) {
      throw new Refusal(place, importError('long_entry_name', { most: NAME_MAX }))
    }
    if (!entry.fileName.endsWith('/') && !entry.fileName.split('/').some(isLitter)) entries.push(entry)
  }
  // Where the next entry would start. It is a number, although the type declaration says otherwise.
  const position = archive.readEntryCursor as unknown as number
  const next = await bytesAt(path, { length: DIRECTORY_HEADER.length, position })
  if (DIRECTORY_HEADER.equals(next)) {
    throw new Refusal(place, importError('hidden_entries', { count: archive.entryCount }))
  }
  places.sort((a, b) => a.start - b.start)
  if (places.some(({ end }, i) => end > (places[i + 1]?.start ?? Infinity))) {
    throw new Refusal(place, importError('overlapping_entries'))
  }
  return entries
}

/** The archive or workbook in an archive without data files of its own. Throws Refusal if there are two. */
function innerArchive (entries: yauzl.Entry[], name: string): yauzl.Entry | undefined {
  if (entries.some(({ fileName }) => /\.(csv|json|xml)$/i.test(fileName))) return undefined
  const [first, ...others] = entries.filter(({ fileName }) => /\.(zip|xls[xm])$/i.test(fileName))
  if (first !== undefined && others.length > 0) {
    const names = [first, ...others].map(({ fileName }) => shortenName(fileName))
    const isZips = names.every((one) => /zip$/i.test(one))
    const found = { count: names.length, names: listNames(names, 5) }
    throw new Refusal({ file: name }, importError(isZips ? 'several_zips' : 'several_archives', found))
  }
  return first
}

/** Copies an archive out of an archive. Returns the path of the copy. */
async function unpackArchive (
  entry: yauzl.Entry, { archive, name, budget, scratchFolder }: OpenedArchive & { scratchFolder: string }
): Promise<string> {
  assertReadable(entry, { shown: shortenName(entry.fileName), place: { file: name } })
  await mkdir(scratchFolder, { recursive: true })
  const copy = join(scratchFolder, `import-${randomBytes(8).toString('hex')}.zip`)
  // The copy is not what is imported, so its bytes are counted separately.
  const own = new ByteBudget(budget.most)
  try {
    await pipeline(readEntry(shortenName(entry.fileName), entry, archive, own), createWriteStream(copy))
  } catch (error) {
    rmSync(copy, { force: true })
    throw error
  }
  return copy
}

/** Methods that are not supported (APPNOTE.TXT, 4.4.5). Windows uses Deflate64 for large files. */
const METHODS: Readonly<Record<number, string>> = {
  9: 'Deflate64', 12: 'bzip2', 14: 'LZMA', 93: 'Zstandard', 95: 'XZ', 98: 'PPMd',
}

/** Throws Refusal if an entry is encrypted or compressed by another method. */
function assertReadable (entry: yauzl.Entry, { shown, place }: { shown: string, place: Place }): void {
  if (entry.isEncrypted()) throw new Refusal(place, importError('encrypted', { file: shown }))
  const { compressionMethod: method } = entry
  if (method === 0 || method === 8) return
  const found = { file: shown, method: METHODS[method] ?? `method ${method}` }
  throw new Refusal(place, importError('other_compression', found))
}

function filesOf ({ archive, entries, name, budget }: OpenedArchive): SourceFile[] {
  const place = { file: name }
  const folder = bundleFolder(entries.map(({ fileName }) => fileName), name)
  const files = new Map<string, SourceFile>()
  for (const entry of entries) {
    const inner = entry.fileName.slice(folder.length)
    if (!entry.fileName.startsWith(folder) || inner.includes('/')) continue
    const shown = shortenName(inner)
    const base = inner.toLowerCase()
    if (files.has(base)) throw new Refusal(place, importError('same_names', { file: shown }))
    if (base.endsWith('.csv') || base.endsWith('.json')) assertReadable(entry, { shown, place })
    const read: SourceFile['read'] = (options) => readEntry(shown, entry, archive, budget, options)
    files.set(base, { name: shown, base, size: entry.uncompressedSize, read })
  }
  const unpacked = Array.from(files.values(), ({ size }) => size).reduce((sum, size) => sum + size, 0)
  if (unpacked > budget.most) {
    throw new Refusal(place, importError('many_unpacked_bytes', { bytes: unpacked, most: budget.most }))
  }
  return [...files.values()]
}

/** The archive as an office document, if it is one. */
function officePackage ({ archive, entries, name, budget }: OpenedArchive): OfficePackage {
  const byPath = new Map(entries.map((entry) => [entry.fileName.toLowerCase(), entry]))
  return {
    name,
    paths: entries.map(({ fileName }) => fileName),
    part (path) {
      const entry = byPath.get(path.toLowerCase())
      if (entry === undefined) return undefined
      const shown = shortenName(path)
      assertReadable(entry, { shown, place: { file: name } })
      const read: SourceFile['read'] = (options) => readEntry(name, entry, archive, budget, options)
      return { name: shown, base: path.toLowerCase(), size: entry.uncompressedSize, read }
    },
  }
}

async function * readEntry (
  name: string,
  entry: yauzl.Entry,
  archive: yauzl.ZipFile,
  budget: ByteBudget,
  { isAgain = false }: { isAgain?: boolean } = {}
): AsyncGenerator<Buffer, void, void> {
  const damaged = () => {
    return new Refusal({ file: name }, importError('damaged_entry'))
  }
  let checksum = 0
  try {
    for await (const chunk of await archive.openReadStreamPromise(entry) as AsyncIterable<Buffer>) {
      if (!isAgain) budget.spend(name, chunk.length)
      checksum = crc32(chunk, checksum)
      yield chunk
    }
  } catch (error) {
    throw error instanceof Refusal ? error : damaged()
  }
  if (checksum !== entry.crc32) throw damaged()
}

async function bytesAt (
  path: string, { length, position }: { length: number, position: number }
): Promise<Buffer> {
  const handle = await open(path, 'r')
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, position)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
