/** Slots of the table, a power of two. */
const SLOTS = 4096
/** Bytes of the longest number, `-1.2345678901234567e-308`, rounded up. */
const WIDTH = 32

/**
 * Numbers as ASCII: the shortest text that reads back to the same number. Converting a number is the most
 * expensive step of writing a cell, and scores repeat (7 of 9, 8 of 9, …), so a table keeps the latest texts.
 */
export class NumberBytes {
  readonly #keys = new Float64Array(SLOTS).fill(NaN)
  readonly #lengths = new Uint8Array(SLOTS)
  readonly #texts = new Uint8Array(SLOTS * WIDTH)
  readonly #number = new Float64Array(1)
  readonly #halves = new Uint32Array(this.#number.buffer)

  /**
   * Writes a finite number at `at`, where the buffer has room for 32 bytes. Returns the position after it.
   */
  write (value: number, buffer: Uint8Array, at: number): number {
    this.#number[0] = value
    const slot = Math.imul(this.#halves[0]! ^ this.#halves[1]!, 0x9e3779b1) >>> 20
    const texts = this.#texts
    const first = slot * WIDTH
    if (this.#keys[slot] !== value) {
      const text = String(value)
      for (let i = 0; i < text.length; i++) texts[first + i] = text.charCodeAt(i)
      this.#lengths[slot] = text.length
      this.#keys[slot] = value
    }
    const end = first + this.#lengths[slot]!
    for (let i = first; i < end; i++) buffer[at++] = texts[i]!
    return at
  }
}
