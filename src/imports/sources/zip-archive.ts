// Zip archives are read entry by entry and never unpacked to disk. An entry whose name points outside of the
// archive is refused all the same.
import { open } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import yauzl from 'yauzl'
import { NAME_MAX, shorten, shortenName } from '../../short-text.ts'
import { Refusal } from '../problems.ts'
import { ENTRIES_MAX, isLitter, type ByteBudget, type Source, type SourceFile } from './source-files.ts'

/** A header of the central directory of a zip archive begins with this (APPNOTE.TXT, 4.3.12). */
const DIRECTORY_HEADER = Buffer.from('PK\u0001\u0002', 'latin1')
/** An archive begins with one of these: a file, an empty archive, a part of a split archive. */
const BEGINNINGS = ['PK\u0003', 'PK\u0005', 'PK\u0007'].map((text) => Buffer.from(text, 'latin1'))

/** Whether the content of a file is that of a zip archive. */
export async function isZipArchive (path: string): Promise<boolean> {
  const bytes = await bytesAt(path, { length: 4, position: 0 })
  return bytes.length === 4 && BEGINNINGS.some((one) => one.equals(bytes.subarray(0, one.length)))
}

/** Opens an archive. If all data is in one folder, its files are those of that folder. Throws Refusal. */
export async function openZipArchive (path: string, name: string, budget: ByteBudget): Promise<Source> {
  const damaged = (error: unknown) => {
    const why = shorten((error as Error).message, 200)
    return new Refusal({ file: name }, `is not a complete zip archive: ${why}`)
  }
  let archive: yauzl.ZipFile
  try {
    archive = await yauzl.openPromise(path, { lazyEntries: true, autoClose: false, strictFileNames: false })
  } catch (error) {
    throw damaged(error)
  }
  try {
    const entries = await entriesOf(archive, path, name)
    const opened = { archive, entries, name, budget }
    return {
      name,
      isFile: false,
      files: filesOf(opened),
      found: entries.map(({ fileName }) => fileName),
      properties: propertiesOf(opened),
      close: () => { archive.close() },
    }
  } catch (error) {
    archive.close()
    throw error instanceof Refusal ? error : damaged(error)
  }
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
    throw new Refusal(place, `has ${archive.entryCount} entries; at most ${ENTRIES_MAX} are read`)
  }
  const entries: yauzl.Entry[] = []
  for await (const entry of archive.eachEntry()) {
    if (entry.fileName.length > NAME_MAX) {
      throw new Refusal(place, `has an entry whose name is longer than ${NAME_MAX} characters`)
    }
    if (!entry.fileName.endsWith('/') && !entry.fileName.split('/').some(isLitter)) entries.push(entry)
  }
  // Where the next entry would start. It is a number, although the type declaration says otherwise.
  const position = archive.readEntryCursor as unknown as number
  const next = await bytesAt(path, { length: DIRECTORY_HEADER.length, position })
  if (DIRECTORY_HEADER.equals(next)) {
    throw new Refusal(
      place,
      `has more entries than the ${archive.entryCount} that it declares; create the archive again`
    )
  }
  return entries
}

function filesOf ({ archive, entries, name, budget }: OpenedArchive): SourceFile[] {
  const place = { file: name }
  const folder = dataFolder(entries.map(({ fileName }) => fileName))
  const files = new Map<string, SourceFile>()
  for (const entry of entries) {
    const inner = entry.fileName.slice(folder.length)
    if (!entry.fileName.startsWith(folder) || inner.includes('/')) continue
    const shown = shortenName(inner)
    const base = inner.toLowerCase()
    if (files.has(base)) throw new Refusal(place, `has two files named ${shown}`)
    if (entry.isEncrypted()) throw new Refusal(place, `${shown} is encrypted; export it without a password`)
    const read = () => readEntry(shown, entry, archive, budget)
    files.set(base, { name: shown, base, size: entry.uncompressedSize, read })
  }
  const unpacked = Array.from(files.values(), ({ size }) => size).reduce((sum, size) => sum + size, 0)
  if (unpacked > budget.most) throw new Refusal(place, `unpacks to ${unpacked} bytes; ${budget.message}`)
  return [...files.values()]
}

/** The only folder that has data, with a slash at its end; empty if there are several. */
function dataFolder (names: string[]): string {
  const data = names.filter((name) => /\.(csv|json)$/i.test(name))
  const [folder = '', ...others] = new Set(data.map((name) => name.slice(0, name.lastIndexOf('/') + 1)))
  return others.length === 0 ? folder : ''
}

function propertiesOf ({ archive, entries, name, budget }: OpenedArchive): SourceFile | undefined {
  const core = entries.find(({ fileName }) => fileName === 'docProps/core.xml')
  if (core === undefined) return undefined
  const read = () => readEntry(name, core, archive, budget)
  return { name: core.fileName, base: 'core.xml', size: core.uncompressedSize, read }
}

async function * readEntry (
  name: string, entry: yauzl.Entry, archive: yauzl.ZipFile, budget: ByteBudget
): AsyncGenerator<Buffer, void, void> {
  const damaged = (why: string) => new Refusal({ file: name }, `is damaged in its archive: ${why}`)
  let checksum = 0
  try {
    for await (const chunk of await archive.openReadStreamPromise(entry) as AsyncIterable<Buffer>) {
      budget.spend(name, chunk.length)
      checksum = crc32(chunk, checksum)
      yield chunk
    }
  } catch (error) {
    throw error instanceof Refusal ? error : damaged(shorten((error as Error).message, 200))
  }
  if (checksum !== entry.crc32) throw damaged('the checksum is wrong')
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
