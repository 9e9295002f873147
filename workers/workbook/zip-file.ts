import { createHash } from 'node:crypto'
import { open, unlink } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'

/** Of zlib: 6 makes the file 3 % smaller and takes a third longer. */
const LEVEL = 5

export interface ZipPart {
  path: string
  /** Called when the parts before are through. */
  chunks: () => Iterable<Buffer>
}

/**
 * Writes a zip of some parts to a new file, in their order, and flushes it to disk. Whatever goes wrong in a part, in the
 * file system or by `signal` is thrown, and no file is left.
 */
export async function writeZip (file: string, parts: ZipPart[], signal?: AbortSignal): Promise<{ size: number, sha256: string }> {
  signal?.throwIfAborted()
  const handle = await open(file, 'wx', 0o600)
  const zip = new ZipFile()
  const output = zip.outputStream as Readable
  const streams: Readable[] = []
  // A zip's clock is that of the machine's zone; this is the first time that it can say, the same in every zone.
  const entry = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, mode: 0o100644, compressionLevel: LEVEL }
  try {
    for (const { path, chunks } of parts) {
      zip.addReadStreamLazy(path, entry, (begin) => {
        const stream = Readable.from(abortable(chunks, signal), { objectMode: false })
        stream.on('error', (error) => { output.destroy(error) })
        streams.push(stream)
        begin(null, stream)
      })
    }
    zip.end()
    const hash = createHash('sha256')
    let size = 0
    for await (const chunk of output as AsyncIterable<Buffer>) {
      hash.update(chunk)
      size += chunk.length
      for (let written = 0; written < chunk.length;) {
        written += (await handle.write(chunk, written)).bytesWritten
      }
    }
    await handle.sync()
    await handle.close()
    return { size, sha256: hash.digest('hex') }
  } catch (error) {
    for (const stream of streams) stream.destroy()
    output.destroy()
    await handle.close()
    await unlink(file)
    throw error
  }
}

// Calls `chunks` itself, so that what that throws becomes the stream's error.
function * abortable (chunks: () => Iterable<Buffer>, signal: AbortSignal | undefined): Generator<Buffer> {
  for (const chunk of chunks()) {
    signal?.throwIfAborted()
    yield chunk
  }
}
