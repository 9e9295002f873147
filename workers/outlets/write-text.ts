import { rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { stageStream } from '../../src/files/staged-file.ts'

/** Characters that are collected before they are written. */
const CHUNK = 65_536

/**
 * Writes pieces of text as UTF-8 to a new file that only its owner can read, and flushes it to disk. Returns
 * the size in bytes and the SHA-256 in hex. Throws what the pieces, the signal or the file system throw; then
 * no file is left.
 */
export async function writeText (
  file: string,
  pieces: Iterable<string> | AsyncIterable<string>,
  signal?: AbortSignal
): Promise<{ size: number, sha256: string }> {
  const { path, size, sha256 } = await stageStream(Readable.from(chunks(pieces, signal)), dirname(file))
  await rename(path, file)
  return { size, sha256 }
}

/** Joins short pieces of text into buffers. Throws what the pieces throw, or the signal's reason. */
export async function * chunks (
  pieces: Iterable<string> | AsyncIterable<string>, signal: AbortSignal | undefined
): AsyncGenerator<Buffer> {
  let text = ''
  for await (const piece of pieces) {
    text += piece
    if (text.length < CHUNK) continue
    signal?.throwIfAborted()
    yield Buffer.from(text)
    text = ''
  }
  signal?.throwIfAborted()
  yield Buffer.from(text)
}
