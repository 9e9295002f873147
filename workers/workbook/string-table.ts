// The shared strings of a workbook, as XML. Names, ids and addresses are as many as the students and mostly
// unique, so they are not kept: they go out as bytes at once, into memory first and into a file of no name
// when there are many of them.
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { cellText, escapeXml, isPlainText } from './excel-text.ts'

const CHUNK = 131_072
/** Bytes kept in memory before they are put into a file. */
const IN_MEMORY = 1 << 20
/**
 * Texts that `intern` remembers, and their greatest length: what repeats (first names, statuses) shows up
 * early.
 */
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

  /** `first` is the index of the first text added here, `file` a path that is free for a moment. */
  constructor (first: number, file: string) {
    this.#next = first
    this.#file = file
  }

  /** Adds a text and gives its index; one that came before may get its old one. */
  intern (text: string): number {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const index = this.add(text)
    if (this.#known.size < REMEMBERED && text.length <= REMEMBERED_LENGTH) this.#known.set(text, index)
    return index
  }

  /**
   * Adds a text that is not expected again and gives its index. Throws what the file system throws (a full
   * disk).
   */
  add (text: string): number {
    if (isPlainText(text)) {
      this.#write(`<si><t>${text}</t></si>`)
    } else {
      this.#write(`<si><t xml:space="preserve">${escapeXml(cellText(text))}</t></si>`)
    }
    return this.#next++
  }

  /** Texts so far, with those before the first that was added here. */
  get texts (): number {
    return this.#next
  }

  /** All that was added, as XML in chunks. Nothing may be added afterwards. */
  * bytes (): Generator<Buffer> {
    for (let position = 0; position < this.#spooled;) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK, this.#spooled - position))
      const length = readSync(this.#descriptor!, chunk, 0, chunk.length, position)
      if (length === 0) throw new Error('The table of strings is shorter than what was written to it.')
      position += length
      yield chunk.subarray(0, length)
    }
    yield * this.#chunks
    if (this.#used > 0) yield this.#chunk.subarray(0, this.#used)
  }

  /** Lets go of the file, if there is one. */
  close (): void {
    if (this.#descriptor === undefined) return
    closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  #write (xml: string): void {
    // At most three bytes a UTF-16 unit.
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
      // Without a name nothing stays behind, whatever ends this thread.
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
