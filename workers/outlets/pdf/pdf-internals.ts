// The parts of pdfkit that its types leave out. They are used to write larger pieces, and to forget objects
// once they are written. The version of pdfkit is pinned because of this file.
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { createDeflate } from 'node:zlib'
import { ENTRY, ObjectTable, WIDTHS } from './object-table.ts'

/** Bytes. */
const PIECE = 65_536
/** Most objects of an object stream: to read one of them, a reader unpacks them all. */
const TOGETHER = 500

/** An object of the file, which others refer to by its number. */
export interface Reference {
  id: number
  data: Record<string, unknown>
  offset?: number
  end: (bytes?: Uint8Array) => void
}

export interface PagesNode extends Reference { data: { Kids: unknown[], Count: number } }

export interface PdfFont {
  /** The layouts of words, by word. */
  layoutCache?: object
  /** The open file. `_glyphs`: those that were used. */
  font: { hasGlyphForCodePoint: (codePoint: number) => boolean, _glyphs: object }
}

export interface PdfInternals {
  _root: Reference & {
    data: { Pages: PagesNode, StructTreeRoot: Reference, Outlines?: unknown, PageMode?: string },
  }
  _offsets: unknown[]
  _offset: number
  _waiting: number
  _ended: boolean
  _info: Reference
  _id: Uint8Array
  _write: (data: Uint8Array | string) => void
  _refEnd: (reference: Reference) => void
  _finalize: () => void
  push: (chunk: Uint8Array | null) => boolean
  _fontFamilies: Record<string, PdfFont>
  _font: PdfFont
  ref: (data: unknown) => Reference
  addContent: (operators: string) => void
  page: { dictionary: Reference & { data: { StructParents?: number } }, height: number }
  flushPages: () => void
}

/** Joins what pdfkit writes, some 30 bytes at a time: writing each to a file takes longer than making it. */
export function joinPieces (internals: PdfInternals): void {
  const push = internals.push.bind(internals)
  let piece = Buffer.allocUnsafe(PIECE)
  let used = 0
  const flush = () => {
    if (used === 0) return
    push(piece.subarray(0, used))
    piece = Buffer.allocUnsafe(PIECE)
    used = 0
  }
  internals.push = (chunk) => {
    if (chunk === null || chunk.length > PIECE - used) flush()
    if (chunk === null || chunk.length > PIECE) return push(chunk)
    piece.set(chunk, used)
    used += chunk.length
    return true
  }
}

/** The objects of a document, and where each is in the file, instead of pdfkit's own table of them. */
export class PdfObjects {
  readonly #internals: PdfInternals
  readonly #table = new ObjectTable()
  readonly #Light: new (id: number) => object
  #isComplete = false

  /** For a new document, of which nothing is written yet. */
  constructor (internals: PdfInternals) {
    const table = this.#table
    const { _root: root } = internals
    const { constructor: Own } = root as unknown as {
      constructor: new (document: PdfInternals, id: number, data: unknown) => Reference,
    }
    this.#internals = internals
    this.#Light = lightReferences(root)
    for (const place of internals._offsets) {
      if (place !== null) throw new Error('the document already has objects')
      table.reserve()
    }
    internals.ref = (data) => {
      internals._waiting++
      return new Own(internals, table.reserve(), data)
    }
    internals._refEnd = ({ id, offset = NaN }) => {
      table.placeAt(id, offset)
      if (--internals._waiting === 0 && internals._ended) internals._finalize()
    }
    internals._finalize = () => { this.#isComplete = true }
  }

  /** The id that the next object gets. */
  get next (): number { return this.#table.next }

  /** A new object, which is written when it ends. */
  add (data: unknown): Reference { return this.#internals.ref(data) }

  /** A reference that holds nothing but an id. pdfkit writes it like its own. */
  refer (id: number): object { return new this.#Light(id) }

  /** Writes objects, given as texts, compressed in object streams (7.5.7). Their ids begin with `next`. */
  write (objects: readonly string[]): void {
    const parts: Array<{ first: number, texts: readonly string[] }> = []
    for (let i = 0; i < objects.length; i += TOGETHER) {
      const texts = objects.slice(i, i + TOGETHER)
      parts.push({ first: this.#table.reserve(texts.length), texts })
    }
    for (const { first, texts } of parts) {
      let at = 0
      const head: number[] = []
      for (const [i, text] of texts.entries()) {
        head.push(first + i, at)
        at += text.length + 1
      }
      const index = `${head.join(' ')}\n`
      const stream = this.add({ Type: 'ObjStm', N: texts.length, First: index.length })
      stream.end(Buffer.from(`${index}${texts.join('\n')}\n`, 'latin1'))
      this.#table.placeIn(first, stream.id)
    }
  }

  /** Writes the table of all objects as the last object. Call after pdfkit has ended the document. */
  async end (): Promise<void> {
    const { _root: root, _info: info, _id: id } = this.#internals
    if (!this.#isComplete) throw new Error('the document has objects that did not end')
    const offset = this.#internals._offset
    const own = this.#table.reserve()
    this.#table.placeAt(own, offset)
    const compressed: Buffer[] = []
    await pipeline(Readable.from(this.#table.entries()), createDeflate(), async (bytes) => {
      for await (const some of bytes) compressed.push(some as Buffer)
    })
    const length = compressed.reduce((sum, some) => sum + some.length, 0)
    const file = Buffer.from(id).toString('hex')
    this.#internals._write([
      `${own} 0 obj`,
      `<</Type/XRef/Size ${own + 1}/W[${WIDTHS.join(' ')}]/Root ${root.id} 0 R/Info ${info.id} 0 R`,
      `/ID[<${file}><${file}>]/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns ${ENTRY}>>`,
      `/Length ${length}>>`,
      'stream',
    ].join('\n'))
    for (const some of compressed) this.#internals._write(some)
    this.#internals._write(`\nendstream\nendobj\nstartxref\n${offset}\n%%EOF`)
    this.#internals.push(null)
  }
}

function lightReferences (root: Reference): new (id: number) => object {
  const own = Object.getPrototypeOf(root) as object
  const { constructor: Abstract } = Object.getPrototypeOf(own) as { constructor: new () => object }
  return class extends Abstract {
    readonly id: number
    constructor (id: number) {
      super()
      this.id = id
    }

    override toString (): string { return `${this.id} 0 R` }
  }
}
