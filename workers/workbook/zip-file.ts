import { createHash, type Hash } from 'node:crypto'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { crc32, createDeflateRaw } from 'node:zlib'
import { dataDescriptor, directory, localHeader, type ZipEntry } from './zip-format.ts'

/** Of zlib: 6 makes the file 3 % smaller and takes a third longer. */
const LEVEL = 5
/** Bytes that zlib gives out at a time. */
const OUTPUT_CHUNK = 65_536

export interface ZipPart {
  path: string
  /**
   * Called when the parts before it have been written. The bytes of a chunk must stay as they are until the
   * next chunk but one is asked for; then their memory may be written again.
   */
  chunks: () => Iterable<Buffer> | AsyncIterable<Buffer>
}

interface ZipOptions {
  signal?: AbortSignal | undefined
}

/**
 * Writes a zip of some parts to a new file, in their order, and flushes it to disk. Returns the size of the
 * file in bytes and its SHA-256 in hex. Throws what a part, the file system or `signal` throws; then no file
 * is left. Only the file's owner may read it, because it has scores in it.
 */
export async function writeZip (
  file: string,
  parts: ZipPart[],
  { signal }: ZipOptions = {}
): Promise<{ size: number, sha256: string }> {
  signal?.throwIfAborted()
  const handle = await open(file, 'wx', 0o600)
  try {
    const sink = new HashedFile(handle)
    const entries: ZipEntry[] = []
    for (const part of parts) entries.push(await writeEntry(sink, part, signal))
    await sink.write(directory(entries, sink.size))
    await handle.sync()
    await handle.close()
    return { size: sink.size, sha256: sink.sha256() }
  } catch (error) {
    await handle.close()
    await unlink(file)
    throw error
  }
}

class HashedFile {
  size = 0
  readonly #handle: FileHandle
  readonly #hash: Hash = createHash('sha256')
  constructor (handle: FileHandle) {
    this.#handle = handle
  }

  async write (bytes: Buffer): Promise<void> {
    this.#hash.update(bytes)
    this.size += bytes.length
    for (let written = 0; written < bytes.length;) {
      written += (await this.#handle.write(bytes, written)).bytesWritten
    }
  }

  sha256 (): string {
    return this.#hash.digest('hex')
  }
}

async function writeEntry (
  sink: HashedFile,
  { path, chunks }: ZipPart,
  signal: AbortSignal | undefined
): Promise<ZipEntry> {
  const entry: ZipEntry = { path, offset: sink.size, crc: 0, size: 0, compressedSize: 0 }
  await sink.write(localHeader(path))
  const deflate = createDeflateRaw({ level: LEVEL, chunkSize: OUTPUT_CHUNK })
  const compressed = (async () => {
    const start = sink.size
    for await (const bytes of deflate as AsyncIterable<Buffer>) await sink.write(bytes)
    return sink.size - start
  })()
  try {
    // zlib works in its own thread. While it has one chunk, the next one is made here.
    let before: Promise<void> | undefined
    for await (const chunk of chunks()) {
      signal?.throwIfAborted()
      entry.crc = crc32(chunk, entry.crc)
      entry.size += chunk.length
      const taken = new Promise<void>((resolve, reject) => {
        deflate.write(chunk, (error) => {
          if (error) reject(error)
          else resolve()
        })
      })
      taken.catch(() => {}) // the same error comes out of `compressed`
      await Promise.race([before, compressed])
      before = taken
    }
    deflate.end()
    entry.compressedSize = await compressed
  } catch (error) {
    deflate.destroy()
    await compressed.catch(() => {})
    throw error
  }
  await sink.write(dataDescriptor(entry))
  return entry
}
