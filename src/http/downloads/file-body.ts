import { open } from 'node:fs/promises'
import { Readable, type Writable } from 'node:stream'

const LARGE_BYTES = 512 * 1024
const SMALL_BYTES = 64 * 1024
/** So many downloads at once have large buffers; more, which are slow anyway, make do with small ones. */
const MOST_LARGE = 16

export interface FilePart {
  path: string
  /** First byte. */
  start: number
  /** Bytes. */
  length: number
}

/**
 * A part of a file as the body of an answer. A read stream makes a new buffer for each piece, and the
 * collector, whose work grows with the whole heap, then costs more than all reading and sending. Here two
 * buffers take turns: one is filled while the other is on its way. So a buffer must have left before it is
 * filled again, which only `pipe` can see to.
 */
export class FileBody extends Readable {
  readonly #part: FilePart
  constructor (part: FilePart) {
    super()
    this.#part = part
  }

  override _read (): void {
    this.destroy(new Error('a FileBody can only be piped'))
  }

  override pipe<T extends NodeJS.WritableStream> (destination: T): T {
    send(this.#part, destination as unknown as Writable).then(() => {
      destination.end()
      this.push(null)
      this.resume()
    }, (error: Error) => {
      this.destroy(error)
    })
    return destination
  }
}

async function send ({ path, start, length }: FilePart, destination: Writable): Promise<void> {
  const handle = await open(path)
  const buffers = lend(length)
  try {
    let flushed = Promise.resolve()
    for (let sent = 0, turn = 0; sent < length; turn = 1 - turn) {
      const buffer = buffers.pair[turn]!
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, length - sent), start + sent)
      if (bytesRead === 0) throw new Error(`the file ended after ${start + sent} bytes`)
      await flushed
      flushed = write(destination, buffer.subarray(0, bytesRead))
      // Thrown at the next turn; until then nobody looks.
      flushed.catch(() => {})
      sent += bytesRead
    }
    await flushed
    buffers.giveBack(true)
  } catch (error) {
    buffers.giveBack(false)
    throw error
  } finally {
    await handle.close()
  }
}

/** Resolves when the bytes have left the process, or fails when they never will. */
function write (destination: Writable, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = (): void => {
      reject(new Error('the client has gone'))
    }
    destination.once('close', gone)
    destination.write(chunk, (error) => {
      destination.off('close', gone)
      if (error === null || error === undefined) resolve()
      else reject(error)
    })
  })
}

const idle: Buffer[][] = []
let large = 0

/**
 * Two buffers; large ones are used again by the next download, unless one of them may still be on its way.
 */
function lend (length: number): { pair: Buffer[], giveBack: (isFree: boolean) => void } {
  if (large >= MOST_LARGE) {
    const size = Math.min(SMALL_BYTES, length)
    return { pair: [Buffer.allocUnsafeSlow(size), Buffer.allocUnsafeSlow(size)], giveBack () {} }
  }
  large++
  const pair = idle.pop() ?? [Buffer.allocUnsafeSlow(LARGE_BYTES), Buffer.allocUnsafeSlow(LARGE_BYTES)]
  return {
    pair,
    giveBack (isFree) {
      large--
      if (isFree) idle.push(pair)
    },
  }
}
