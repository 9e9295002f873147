import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import yazl from 'yazl'
import type { BundleFile } from './bundle-files.ts'

/** Bytes that are handed to zlib at a time: enough to be fast, and short enough for the event loop. */
const CHUNK = 128 * 1024

/** Level 1 is twice as fast as 6 here and makes files a fifth larger. */
const LEVEL = 1

/** A zip's times have no zone: made of the parts of a local date, they are the same on every machine. */
const ENTRY_TIME = new Date(2026, 0, 1)

/**
 * Writes a zip, never more than a few chunks of it in memory. `path` must not exist. Throws what the file
 * system throws.
 */
export async function writeZip (
  path: string,
  files: readonly BundleFile[],
  signal: AbortSignal
): Promise<void> {
  const zip = new yazl.ZipFile()
  const failed = new AbortController()
  for (const { name, text } of files) {
    const options = { mtime: ENTRY_TIME, forceDosTimestamp: true, compressionLevel: LEVEL }
    zip.addReadStreamLazy(name, options, (ready) => {
      const bytes = Readable.from(chunks(text), { objectMode: false })
      bytes.once('error', (error) => failed.abort(error))
      ready(null, bytes)
    })
  }
  zip.end()
  await writeStream(path, zip.outputStream as Readable, AbortSignal.any([signal, failed.signal]))
}

/** Writes text to a file that must not exist yet. */
export async function writeText (path: string, text: Iterable<string>, signal: AbortSignal): Promise<void> {
  await writeStream(path, Readable.from(chunks(text), { objectMode: false }), signal)
}

async function writeStream (path: string, bytes: Readable, signal: AbortSignal): Promise<void> {
  try {
    await pipeline(bytes, createWriteStream(path, { flags: 'wx' }), { signal })
  } catch (error) {
    signal.throwIfAborted() // the reason says more than "aborted"
    throw error
  }
}

/** Joins short pieces of text into buffers. */
function * chunks (text: Iterable<string>): Generator<Buffer, void, void> {
  let chunk = ''
  for (const piece of text) {
    chunk += piece
    if (chunk.length >= CHUNK) {
      yield Buffer.from(chunk)
      chunk = ''
    }
  }
  if (chunk !== '') yield Buffer.from(chunk)
}
