import { createHash, randomBytes } from 'node:crypto'
import { open, readdir, rm, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { DomainError } from '../errors.ts'

/**
 * A file that waits to be stored, with its size in bytes and its SHA-256 in hex, computed while it was
 * written.
 */
export interface StagedFile {
  path: string
  size: number
  sha256: string
}

/** Begins the name of each file that `stageStream` writes. */
const PREFIX = 'incoming-'

export interface StageOptions {
  /** Most bytes. Default: no limit. */
  maxBytes?: number
  /** Called for each chunk with its size in bytes. Calls `write` to write the chunk, or throws. */
  around?: (bytes: number, write: () => Promise<void>) => Promise<void>
}

/**
 * Writes a stream to a new file in a folder, hashes it on the way, and flushes it to disk. Throws
 * BODY_TOO_LARGE, and errors of the stream and the file system; then no file is left.
 */
export async function stageStream (
  stream: Readable,
  folder: string,
  { maxBytes = Infinity, around = (bytes, write) => write() }: StageOptions = {}
): Promise<StagedFile> {
  const path = join(folder, `${PREFIX}${randomBytes(16).toString('hex')}`)
  // The stream may fail before it is read (the file is missing, the client is gone), and an error without a
  // listener ends the process. The loop that reads the stream later still gets the error.
  stream.on('error', () => {})
  const handle = await open(path, 'wx', 0o600).catch((error: unknown) => {
    stream.destroy()
    throw error
  })
  try {
    const facts = await write(stream, handle, { maxBytes, around })
    await handle.sync()
    await handle.close()
    return { path, ...facts }
  } catch (error) {
    stream.destroy()
    await handle.close().catch(() => {})
    await unlink(path)
    throw error
  }
}

/**
 * Removes the files of streams that a dead process was writing to a folder. Only the process that holds the
 * data folder may call this, before it writes any. Throws errors of the file system.
 */
export async function removeUnfinished (folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(PREFIX)) await rm(join(folder, name), { force: true })
  }
}

async function write (
  stream: Readable,
  handle: FileHandle,
  { maxBytes, around }: Required<StageOptions>
): Promise<{ size: number, sha256: string }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw fileTooLarge(maxBytes)
    hash.update(chunk)
    await around(chunk.length, async () => {
      for (let written = 0; written < chunk.length;) {
        const { bytesWritten } = await handle.write(chunk, written)
        written += bytesWritten
      }
    })
  }
  return { size, sha256: hash.digest('hex') }
}

/** The error for a file that has more bytes than are allowed. */
export function fileTooLarge (maxBytes: number): DomainError {
  return new DomainError('BODY_TOO_LARGE', {
    detail: `The file is larger than ${new Intl.NumberFormat('en').format(maxBytes)} bytes.`,
  })
}
