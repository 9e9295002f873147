// The zip archive of a workbook: its parts, and a copy of it in which some parts are replaced or left out.
import { rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import yazl from 'yazl'
import { hasCode } from '../../src/errors.ts'
import { stageStream } from '../../src/files/staged-file.ts'
import type { OfficePackage } from '../../src/imports/spreadsheet/office-package.ts'
import { shortenName } from '../../src/short-text.ts'
import { FILL_IN_MESSAGES } from '../../src/fill-in/fill-in-messages.ts'
import { fillInFailure } from './fill-in-failure.ts'

const ENTRIES_MAX = 5000
const STORED = 0
const DEFLATED = 8
/** Of an entry: the permissions are in the upper half. */
const MODE_SHIFT = 16
const DEFAULT_MODE = 0o100664

export interface OfficeFile extends OfficePackage {
  /** A part by its path, in any case. */
  bytesOf: (path: string) => AsyncGenerator<Buffer, void, void>
  /**
   * Writes a copy. `replaced`: parts by their paths as the archive has them; null: it is left out. All others
   * keep their bytes.
   */
  copyTo: (
    path: string, replaced: ReadonlyMap<string, (() => AsyncIterable<Buffer>) | null>
  ) => Promise<{ size: number, sha256: string }>
  close: () => void
}

/**
 * Opens an archive. Throws FILL_IN_FAILED if it is damaged, encrypted, or larger than `maxBytes` unpacked.
 */
export async function openOfficeFile (path: string, maxBytes: number): Promise<OfficeFile> {
  let archive: ZipFile
  try {
    archive = await yauzl.openPromise(path, { lazyEntries: true, autoClose: false })
  } catch (error) {
    throw damaged(error)
  }
  try {
    return officeFile(archive, await entriesOf(archive, maxBytes))
  } catch (error) {
    archive.close()
    throw hasCode(error, 'FILL_IN_FAILED') ? error : damaged(error)
  }
}

async function entriesOf (archive: ZipFile, maxBytes: number): Promise<Entry[]> {
  if (archive.entryCount > ENTRIES_MAX) throw fillInFailure('The workbook has too many parts.')
  const entries: Entry[] = []
  const names = new Set<string>()
  let unpacked = 0
  for await (const entry of archive.eachEntry()) {
    const name = entry.fileName
    if (names.has(name.toLowerCase())) {
      throw fillInFailure(`The workbook is damaged: it has the part ${shortenName(name)} twice.`)
    }
    names.add(name.toLowerCase())
    if (entry.isEncrypted()) {
      throw fillInFailure(FILL_IN_MESSAGES.encrypted)
    }
    if (entry.compressionMethod !== STORED && entry.compressionMethod !== DEFLATED) {
      throw fillInFailure('The workbook is compressed in a way that is not supported. Save it again.')
    }
    unpacked += entry.uncompressedSize
    entries.push(entry)
  }
  if (unpacked > maxBytes) {
    throw fillInFailure(
      `The workbook unpacks to ${unpacked} bytes; at most ${maxBytes} are allowed (FILL_IN_MAX_BYTES).`
    )
  }
  return entries
}

function officeFile (archive: ZipFile, entries: readonly Entry[]): OfficeFile {
  const byPath = new Map(entries.map((entry) => [entry.fileName.toLowerCase(), entry]))
  return {
    name: 'the workbook',
    paths: entries.map(({ fileName }) => fileName),
    part (path) {
      const entry = byPath.get(path.toLowerCase())
      if (entry === undefined) return undefined
      return {
        name: shortenName(path),
        base: path.toLowerCase(),
        size: entry.uncompressedSize,
        read: () => readEntry(archive, entry),
      }
    },
    bytesOf (path) {
      const entry = byPath.get(path.toLowerCase())
      if (entry === undefined) throw new Error(`there is no part ${path}`)
      return readEntry(archive, entry)
    },
    async copyTo (path, replaced) {
      const zip = new yazl.ZipFile()
      const failed = new Promise<never>((_resolve, reject) => { zip.on('error', reject) })
      for (const entry of entries) addEntry(zip, archive, entry, replaced.get(entry.fileName))
      zip.end({ forceZip64Format: false, comment: '' })
      const output = Readable.from(zip.outputStream as unknown as AsyncIterable<Buffer>)
      try {
        const { path: staged, ...facts } = await Promise.race([stageStream(output, dirname(path)), failed])
        await rename(staged, path)
        return facts
      } catch (error) {
        output.destroy()
        throw error
      }
    },
    close: () => { archive.close() },
  }
}

function addEntry (
  zip: yazl.ZipFile, archive: ZipFile, entry: Entry, other: (() => AsyncIterable<Buffer>) | null | undefined
): void {
  if (other === null) return
  const mtime = entry.getLastModDate({ timezone: 'local' })
  const mode = entry.externalFileAttributes >>> MODE_SHIFT || DEFAULT_MODE
  if (entry.fileName.endsWith('/')) return zip.addEmptyDirectory(entry.fileName, { mtime })
  const options = { mtime, mode, compress: entry.compressionMethod === DEFLATED }
  zip.addReadStreamLazy(entry.fileName, options, (onStream) => {
    const stream = Readable.from(other === undefined ? readEntry(archive, entry) : other())
    // Its errors do not reach the archive by themselves.
    stream.on('error', (error) => { zip.emit('error', error) })
    onStream(null, stream)
  })
}

async function * readEntry (archive: ZipFile, entry: Entry): AsyncGenerator<Buffer, void, void> {
  let checksum = 0
  try {
    for await (const chunk of await archive.openReadStreamPromise(entry) as AsyncIterable<Buffer>) {
      checksum = crc32(chunk, checksum)
      yield chunk
    }
  } catch (error) {
    throw damaged(error)
  }
  if (checksum !== entry.crc32) throw damaged(new Error('a checksum is wrong'))
}

/** Without the words of a library. Errors of the file system are thrown on. */
function damaged (error: unknown): unknown {
  const isOfDisk = error instanceof Error && 'syscall' in error
  return isOfDisk ? error : fillInFailure(FILL_IN_MESSAGES.damaged)
}
