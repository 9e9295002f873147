/** Bytes of XML that go to the compressor at a time. */
const CHUNK = 131_072

/**
 * XML in ASCII, written row by row into chunks. The bytes are set one by one, which for the short pieces of a
 * cell is faster than any call. A row must fit into the room that was asked for: nothing is checked while it
 * is written.
 */
export class ByteChunks {
  readonly #size: number
  #spare: Buffer
  buffer: Buffer
  length = 0

  /** `room`: the most bytes that one row takes. */
  constructor (room: number) {
    this.#size = CHUNK + room
    this.buffer = Buffer.allocUnsafeSlow(this.#size)
    this.#spare = Buffer.allocUnsafeSlow(this.#size)
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

  /** What was written since the last time; its memory is written again after the next call. */
  take (): Buffer {
    if (this.length > this.#size) {
      throw new Error('A row of the workbook is longer than the room that was made for it.')
    }
    const chunk = this.buffer.subarray(0, this.length)
    ;[this.buffer, this.#spare] = [this.#spare, this.buffer]
    this.length = 0
    return chunk
  }
}
