// Office documents are zip archives; an entry inside names the kind of document.
import yauzl, { type Entry, type ZipFile } from 'yauzl'

const CONTENT_TYPES = '[Content_Types].xml'
/** Large slide decks have a few hundred kilobytes. */
const CONTENT_TYPES_MAX_BYTES = 1_048_576
/** Entries that are read; large documents have a few thousand. */
const ENTRIES_MAX = 5000
/** Offsets in a local file header (APPNOTE.TXT, 4.3.7): its fields, and its name. */
const HEADER = { method: 8, size: 18, nameLength: 26, extraLength: 28, name: 30 }

/**
 * The text of `[Content_Types].xml` of an Office Open XML document (ECMA-376 part 2, 10.1.2.2). Undefined if
 * the file is not a zip archive, has no such entry, or has one that is too large. Reads at most ENTRIES_MAX
 * entries and a megabyte. Never throws because of the content.
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
    // A damaged archive is not a document.
    return undefined
  } finally {
    zip.close()
  }
}

async function readEntry (zip: ZipFile, entry: Entry): Promise<string | undefined> {
  if (entry.uncompressedSize > CONTENT_TYPES_MAX_BYTES || entry.isEncrypted()) return undefined
  const chunks: Buffer[] = []
  // yauzl ends a stream that has more bytes than its header says.
  for await (const chunk of await zip.openReadStreamPromise(entry) as AsyncIterable<Buffer>) {
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/**
 * Whether a zip archive, by its first bytes, is an OpenDocument of a type: its first entry is `mimetype`
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
