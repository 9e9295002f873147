// What pdfkit's types leave out, and what is done with it: larger pieces, references that take little memory,
// and bookmarks. The version of pdfkit is fixed because of this file.

/** Bytes. */
const PIECE = 65_536

/** An object of the file, which others refer to by its number. */
export interface Reference { id: number, data: Record<string, unknown>, end: () => void }
export interface PdfInternals {
  _root: {
    data: {
      Pages: Reference & { data: { Kids: unknown[] } },
      StructTreeRoot: Reference,
      Outlines?: unknown,
      PageMode?: string,
    },
  }
  _offsets: unknown[]
  push: (chunk: Uint8Array | null) => boolean
  _fontFamilies: Record<string, PdfInternals['_font']>
  _font: { layoutCache?: object, font: { hasGlyphForCodePoint: (codePoint: number) => boolean } }
  ref: (data: unknown) => Reference
  page: { dictionary: Reference & { data: { StructParents?: number } }, height: number }
  flushPages: () => void
  getStructParentTree: () => { _items: Record<number, unknown> }
}

export type LightReference = new (id: number) => object

/** `page`: the number of its object. */
export interface Bookmark { title: string, page: number }

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

/** A class of references that hold nothing but a number. pdfkit writes them like its own. */
export function lightReferences ({ _root: root }: PdfInternals): LightReference {
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

/** The outline (12.3.3), one item after the other: each knows the next one's number. */
export function writeBookmarks (
  internals: PdfInternals, bookmarks: readonly Bookmark[], Light: LightReference
): void {
  const { _root: root, _offsets: offsets } = internals
  const count = bookmarks.length
  if (count === 0) return
  const outline = internals.ref({ Type: 'Outlines', Count: count })
  const first = offsets.length + 1
  const light = (id: number) => new Light(id)
  for (const [i, { title, page }] of bookmarks.entries()) {
    internals.ref({
      // eslint-disable-next-line no-new-wrappers
      Title: new String(title),
      Parent: light(outline.id),
      Dest: [light(page), 'XYZ', null, null, null],
      ...(i > 0 ? { Prev: light(first + i - 1) } : {}),
      ...(i < count - 1 ? { Next: light(first + i + 1) } : {}),
    }).end()
  }
  outline.data['First'] = light(first)
  outline.data['Last'] = light(first + count - 1)
  outline.end()
  root.data.Outlines = light(outline.id)
  root.data.PageMode = 'UseOutlines'
}
