import { CHUNKS_IN_USE } from './zip-file.ts'

/** Bytes of XML that go to the compressor at a time. */
const CHUNK = 131_072

/**
 * XML in ASCII, written row by row into chunks. For the short pieces of a cell, setting bytes one by one is
 * faster than any call. Nothing is checked while a row is written: it must fit into the requested room.
 */
export class ByteChunks {
  readonly #size: number
  readonly #spares: Buffer[]
  buffer: Buffer
  length = 0

  /** `room`: the most bytes that one row takes. */
  constructor (room: number) {
    this.#size = CHUNK + room
    this.buffer = Buffer.allocUnsafeSlow(this.#size)
    this.#spares = []
  }

  bytes (piece: Uint8Array): void {
    const { buffer } = this
    let at = this.length
    for (let i = 0; i < piece.length; i++) buffer[at++] = piece[i]!
    this.length = at
  }

  ascii (text: string): void {
    const { buffer } = this
    let at = this.length
    for (let i = 0; i < text.length; i++) buffer[at++] = text.charCodeAt(i)
    this.length = at
  }

  get isFull (): boolean {
    return this.length >= CHUNK
  }

  /** What was written since the last call. Its memory is used again after CHUNKS_IN_USE more calls. */
  take (): Buffer {
    if (this.length > this.#size) {
      throw new Error('A row of the workbook is longer than its room.')
    }
    const chunk = this.buffer.subarray(0, this.length)
    this.#spares.push(this.buffer)
    this.buffer = this.#spares.length < CHUNKS_IN_USE
      ? Buffer.allocUnsafeSlow(this.#size)
      : this.#spares.shift() ?? this.buffer
    this.length = 0
    return chunk
  }
}
