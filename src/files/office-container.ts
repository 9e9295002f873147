// Office documents are zips; what kind of document is said inside.
import yauzl, { type Entry, type ZipFile } from 'yauzl'

const CONTENT_TYPES = '[Content_Types].xml'
/** Large slide decks have some hundred kilobytes. */
const CONTENT_TYPES_MAX_BYTES = 1_048_576
/** Entries that are looked at; large documents have some thousand. */
const ENTRIES_MAX = 5000
/** Of a local file header (APPNOTE.TXT, 4.3.7): where its fields are, and where its name begins. */
const HEADER = { method: 8, size: 18, nameLength: 26, extraLength: 28, name: 30 }

/**
 * The text of `[Content_Types].xml` of an Office Open XML document (ECMA-376 part 2, 10.1.2.2); undefined
 * where the file is no zip, or has none, or an unreasonable one. Reads at most ENTRIES_MAX entries and a
 * megabyte. Throws nothing about the content.
 */
export async function officeContentTypes (path: string): Promise<string | undefined> {
  let zip: ZipFile
  try {
    zip = await yauzl.openPromise(path, { lazyEntries: true, autoClose: false })
  } catch {
    return undefined
  }
  try {
    let left = ENTRIES_MAX
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName === CONTENT_TYPES) return await readEntry(zip, entry)
      if (--left === 0) return undefined
    }
    return undefined
  } catch {
    // Damaged: no document of any kind.
    return undefined
  } finally {
    zip.close()
  }
}

async function readEntry (zip: ZipFile, entry: Entry): Promise<string | undefined> {
  if (entry.uncompressedSize > CONTENT_TYPES_MAX_BYTES || entry.isEncrypted()) return undefined
  const chunks: Buffer[] = []
  // yauzl ends a stream that has more bytes than were announced.
  for await (const chunk of await zip.openReadStreamPromise(entry) as AsyncIterable<Buffer>) {
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/**
 * Whether a zip, by its first bytes, is an OpenDocument of a type: its first entry is `mimetype` and says so
 * (part 2, 3.3).
 */
export function isOpenDocument (head: Buffer, type: string): boolean {
  if (head.length < HEADER.name + 'mimetype'.length || head.readUInt16LE(HEADER.method) !== 0) return false
  const nameEnd = HEADER.name + head.readUInt16LE(HEADER.nameLength)
  const start = nameEnd + head.readUInt16LE(HEADER.extraLength)
  const size = head.readUInt32LE(HEADER.size)
  return head.toString('latin1', HEADER.name, nameEnd) === 'mimetype' && size === type.length &&
    head.toString('latin1', start, start + size) === type
}
