import { createHash, type Hash } from 'node:crypto'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { crc32, createDeflateRaw, deflateRawSync, type DeflateRaw } from 'node:zlib'
import { dataDescriptor, directory, localHeader, type ZipEntry } from './zip-format.ts'

/** Of zlib: 6 makes the file 3 % smaller and takes half as long again. */
const LEVEL = 5
/** Bytes that zlib gives out at a time, and that are written at a time. */
const OUTPUT_CHUNK = 65_536
/**
 * A part of at most this many bytes is compressed at once. A workbook has some fifteen of them, and a stream
 * with its own state and trips to zlib's thread for each takes longer than all the rest of a small workbook.
 */
const SMALL_PART = 65_536
/** A chunk may be overwritten when this many more were asked for. */
export const CHUNKS_IN_USE = 4

export interface ZipPart {
  path: string
  /**
   * Called when the parts before it have been written. The bytes of a chunk must stay as they are until
   * CHUNKS_IN_USE more chunks have been asked for; then their memory may be written again.
   */
  chunks: () => Iterable<Buffer> | AsyncIterable<Buffer>
  /** zlib looks for repetitions in the last 2^windowBits bytes: 9 to 15, which is the default. */
  windowBits?: number
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
    await sink.flush()
    await handle.sync()
    await handle.close()
    return { size: sink.size, sha256: sink.sha256() }
  } catch (error) {
    await handle.close()
    await unlink(file)
    throw error
  }
}

/** A file that is written in larger pieces than it is given, and the SHA-256 of its bytes. */
class HashedFile {
  /** Bytes so far. */
  size = 0
  readonly #handle: FileHandle
  readonly #hash: Hash = createHash('sha256')
  readonly #waiting = Buffer.allocUnsafeSlow(OUTPUT_CHUNK)
  #used = 0
  constructor (handle: FileHandle) {
    this.#handle = handle
  }

  async write (bytes: Buffer): Promise<void> {
    this.size += bytes.length
    if (this.#used + bytes.length > OUTPUT_CHUNK) await this.flush()
    if (bytes.length >= OUTPUT_CHUNK) await this.#writeNow(bytes)
    else this.#used += bytes.copy(this.#waiting, this.#used)
  }

  async flush (): Promise<void> {
    await this.#writeNow(this.#waiting.subarray(0, this.#used))
    this.#used = 0
  }

  async #writeNow (bytes: Buffer): Promise<void> {
    this.#hash.update(bytes)
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
  { path, chunks, windowBits = 15 }: ZipPart,
  signal: AbortSignal | undefined
): Promise<ZipEntry> {
  const entry: ZipEntry = { path, offset: sink.size, crc: 0, size: 0, compressedSize: 0 }
  await sink.write(localHeader(path))
  const dataStart = sink.size
  const small: Buffer[] = []
  let stream: CompressedStream | undefined
  try {
    for await (const chunk of chunks()) {
      signal?.throwIfAborted()
      entry.crc = crc32(chunk, entry.crc)
      entry.size += chunk.length
      if (entry.size <= SMALL_PART) {
        small.push(Buffer.from(chunk)) // a copy, because the chunk may be written again
        continue
      }
      if (stream === undefined) {
        stream = new CompressedStream(sink, windowBits)
        await stream.write(Buffer.concat(small))
      }
      await stream.write(chunk)
    }
    if (stream === undefined) await sink.write(deflateRawSync(Buffer.concat(small), { level: LEVEL }))
    else await stream.end()
  } catch (error) {
    await stream?.destroy()
    throw error
  }
  entry.compressedSize = sink.size - dataStart
  await sink.write(dataDescriptor(entry))
  return entry
}

/** Compresses chunks in zlib's own thread. While it has some, the next ones are made here. */
class CompressedStream {
  readonly #deflate: DeflateRaw
  readonly #written: Promise<void>
  readonly #taken: Array<Promise<void>> = []
  constructor (sink: HashedFile, windowBits: number) {
    const deflate = createDeflateRaw({ level: LEVEL, windowBits, chunkSize: OUTPUT_CHUNK })
    this.#deflate = deflate
    this.#written = (async () => {
      for await (const bytes of deflate as AsyncIterable<Buffer>) await sink.write(bytes)
    })()
    this.#written.catch(() => {}) // `write`, `end` and `destroy` wait for it
  }

  /** Waits until the memory of the next chunk is free. */
  async write (chunk: Buffer): Promise<void> {
    const taken = new Promise<void>((resolve, reject) => {
      this.#deflate.write(chunk, (error) => {
        if (error) reject(error)
        else resolve()
      })
    })
    taken.catch(() => {}) // the same error comes out of `#written`
    this.#taken.push(taken)
    if (this.#taken.length === CHUNKS_IN_USE) await Promise.race([this.#taken.shift(), this.#written])
  }

  async end (): Promise<void> {
    this.#deflate.end()
    await this.#written
  }

  async destroy (): Promise<void> {
    this.#deflate.destroy()
    await this.#written.catch(() => {})
  }
}
