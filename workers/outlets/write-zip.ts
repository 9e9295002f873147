import { rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import yazl from 'yazl'
import { stageStream } from '../../src/files/staged-file.ts'
import { chunks } from './write-text.ts'

interface Entry {
  name: string
  /** Read when the entry before is complete. */
  text: Iterable<string> | AsyncIterable<string>
}

/** Level 1 is twice as fast as 6 and makes files a fifth larger. */
const LEVEL = 1

/** A zip's times have no zone: made of the parts of a local date, they are the same on every machine. */
const ENTRY_TIME = new Date(2026, 0, 1)

/**
 * Writes a zip of texts to a new file that only its owner can read, and flushes it to disk. A few chunks of
 * it are in memory at a time. Returns the size in bytes and the SHA-256 in hex. Throws what the texts, the
 * signal or the file system throw; then no file is left.
 */
export async function writeZip (
  file: string, entries: readonly Entry[], signal?: AbortSignal
): Promise<{ size: number, sha256: string }> {
  const zip = new yazl.ZipFile()
  const output = zip.outputStream as Readable
  for (const { name, text } of entries) {
    const options = { mtime: ENTRY_TIME, forceDosTimestamp: true, compressionLevel: LEVEL }
    zip.addReadStreamLazy(name, options, (ready) => {
      const bytes = Readable.from(chunks(text, signal), { objectMode: false })
      bytes.once('error', (error) => { output.destroy(error) })
      ready(null, bytes)
    })
  }
  zip.end()
  const { path, size, sha256 } = await stageStream(output, dirname(file))
  await rename(path, file)
  return { size, sha256 }
}
