// The shared strings of a workbook, as XML. Names, ids and addresses are as many as the students and mostly
// unique, so they are not kept as strings. They become bytes at once, in memory, and in a file without a name
// if there are many of them.
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { cellText, escapeXml, isPlainText } from './excel-text.ts'

const CHUNK = 131_072
/** Bytes kept in memory before they are written to a file. */
const IN_MEMORY = 1 << 20
/** Number and greatest length of the texts that `intern` knows. Texts that repeat (statuses) come early. */
const REMEMBERED = 4096
const REMEMBERED_LENGTH = 64

export class StringTable {
  readonly #file: string
  readonly #known = new Map<string, number>()
  /** Cells that show a text of the table, counted by the writers of these cells. */
  cells = 0
  #next: number
  #chunks: Buffer[] = []
  #buffered = 0
  #chunk = Buffer.allocUnsafe(CHUNK)
  #used = 0
  #descriptor: number | undefined
  #spooled = 0

  /** `first` is the index of the first text added here. `file` is a path that is free for a moment. */
  constructor (first: number, file: string) {
    this.#next = first
    this.#file = file
  }

  /** Adds a text and returns its index. A text that was added before may keep its index. */
  intern (text: string): number {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const index = this.add(text)
    if (this.#known.size < REMEMBERED && text.length <= REMEMBERED_LENGTH) this.#known.set(text, index)
    return index
  }

  /** Adds a text that is not expected again and returns its index. Throws what the file system throws. */
  add (text: string): number {
    if (isPlainText(text)) {
      this.#write(`<si><t>${text}</t></si>`)
    } else {
      this.#write(`<si><t xml:space="preserve">${escapeXml(cellText(text))}</t></si>`)
    }
    return this.#next++
  }

  /** Number of texts so far, including those before `first`. */
  get texts (): number {
    return this.#next
  }

  /** All that was added, as XML in chunks. Nothing may be added afterwards. */
  * bytes (): Generator<Buffer> {
    const descriptor = this.#descriptor
    for (let position = 0; descriptor !== undefined && position < this.#spooled;) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK, this.#spooled - position))
      const length = readSync(descriptor, chunk, 0, chunk.length, position)
      if (length === 0) throw new Error('The table of strings is shorter than what was written to it.')
      position += length
      yield chunk.subarray(0, length)
    }
    yield * this.#chunks
    if (this.#used > 0) yield this.#chunk.subarray(0, this.#used)
  }

  /** Closes the file, if there is one. */
  close (): void {
    if (this.#descriptor === undefined) return
    closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  #write (xml: string): void {
    // A UTF-16 unit has at most three bytes.
    if (this.#used + 3 * xml.length > this.#chunk.length) this.#nextChunk(3 * xml.length)
    this.#used += this.#chunk.write(xml, this.#used)
  }

  #nextChunk (room: number): void {
    if (this.#used > 0) {
      this.#chunks.push(this.#chunk.subarray(0, this.#used))
      this.#buffered += this.#used
    }
    this.#chunk = Buffer.allocUnsafe(Math.max(CHUNK, room))
    this.#used = 0
    if (this.#buffered >= IN_MEMORY) this.#spool()
  }

  #spool (): void {
    if (this.#descriptor === undefined) {
      this.#descriptor = openSync(this.#file, 'wx+', 0o600)
      // Without a name, the file disappears whatever ends this thread.
      unlinkSync(this.#file)
    }
    for (const chunk of this.#chunks) {
      for (let written = 0; written < chunk.length;) {
        written += writeSync(
          this.#descriptor,
          chunk,
          written,
          chunk.length - written,
          this.#spooled + written
        )
      }
      this.#spooled += chunk.length
    }
    this.#chunks = []
    this.#buffered = 0
  }
}
