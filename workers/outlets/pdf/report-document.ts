// A tagged PDF (ISO 32000-1, 14.8) that is written while it is made. pdfkit keeps all pages and elements
// until the end; what is finished is replaced here by a few bytes.
import PDFDocument from 'pdfkit'
import { fontFiles, unreadableFont, type Weight } from './report-fonts.ts'
import { closedLines, isBidirectional, plainText, visualPieces } from './visual-text.ts'

/** Points of an inch. */
const INCH = 72
export const MARGIN = 0.75 * INCH
const LINE = 1.25
/** Words that were laid out are kept for this many sections. */
const CACHED_SECTIONS = 32
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u

export interface TextStyle {
  size: number
  weight?: Weight
  align?: 'left' | 'right'
}

type Doc = InstanceType<typeof PDFDocument>
/** What pdfkit's types leave out. */
interface Reference { id: number, data: Record<string, unknown>, end: () => void }
interface Internals {
  _root: {
    data: {
      Pages: Reference & { data: { Kids: unknown[] } },
      StructTreeRoot: Reference,
      Outlines?: unknown,
      PageMode?: string,
    },
  }
  _offsets: unknown[]
  _fontFamilies: Record<string, Internals['_font']>
  _font: { layoutCache?: object, font: { hasGlyphForCodePoint: (codePoint: number) => boolean } }
  ref: (data: unknown) => Reference
  page: { dictionary: Reference & { data: { StructParents?: number } }, height: number }
  flushPages: () => void
  getStructParentTree: () => { _items: Record<number, unknown> }
}

type Parent = Reference & { data: { K: unknown[] } }
/** An element of pdfkit. */
interface Child { dictionary: Reference, setParent: (parent: Reference) => void, setAttached: () => void }

/** `page`: the number of its object. */
interface Bookmark { title: string, page: number }

export interface ReportDocumentOptions {
  title: string
  language: string
  paper: 'letter' | 'a4'
  /** Ms since 1970. */
  generatedAt: number
  /** Empty: nobody is named. */
  author: string
  reportFont: string
  /** Called for each character that no font has. */
  onMissing: (character: string) => void
}

export class ReportDocument {
  readonly width: number
  readonly bottom: number
  y = MARGIN
  readonly #doc: Doc
  readonly #internals: Internals
  readonly #fonts: Record<Weight, number>
  readonly #fontOf: Record<Weight, Map<number, number>> = { regular: new Map(), bold: new Map() }
  readonly #onMissing: ReportDocumentOptions['onMissing']
  readonly #bookmarks: Bookmark[] = []
  readonly #Light: new (id: number) => object
  /** The element around all others (14.8.4.2). */
  readonly #root: Parent
  /** Elements that are open, the outermost first. */
  readonly #open: PDFKit.PDFStructureElement[] = []
  /** Pages of the section that are not yet light. */
  #pages: Array<Internals['page']['dictionary']> = []

  constructor (options: ReportDocumentOptions) {
    const { title, language, paper, generatedAt, author, reportFont, onMissing } = options
    const files = fontFiles(reportFont)
    const size: [number, number] = paper === 'letter' ? [8.5 * INCH, 11 * INCH] : [595.28, 841.89]
    this.#doc = new PDFDocument({
      size,
      margin: 0,
      autoFirstPage: false,
      tagged: true,
      pdfVersion: '1.7',
      lang: language,
      displayTitle: true,
      font: '',
      info: {
        Title: plainText(title),
        Producer: 'Perfbook',
        Creator: 'Perfbook',
        CreationDate: new Date(generatedAt),
        ...(author === '' ? {} : { Author: plainText(author) }),
      },
    } as PDFKit.PDFDocumentOptions)
    this.#internals = this.#doc as unknown as Internals
    this.#fonts = { regular: files.regular.length, bold: files.bold.length }
    for (const weight of ['regular', 'bold'] as const) {
      try {
        for (const [i, file] of files[weight].entries()) {
          this.#doc.registerFont(`${weight}${i}`, file)
          this.#doc.font(`${weight}${i}`)
          // pdfkit opens a font that it already has under another name each time anew.
          this.#internals._fontFamilies[`${weight}${i}`] = this.#internals._font
        }
      } catch {
        throw unreadableFont()
      }
    }
    this.#onMissing = onMissing
    const { StructTreeRoot: tree } = this.#internals._root.data
    this.#root = this.#internals.ref({ S: 'Document', P: tree, K: [] }) as Parent
    tree.data['K'] = [this.#root]
    this.width = size[0] - 2 * MARGIN
    this.bottom = size[1] - MARGIN
    this.#Light = lightReferences(this.#internals)
  }

  /** Begins a section on a page of its own, with a bookmark. */
  beginSection (title: string): void {
    this.#begin('Sect')
    this.addPage()
    const page = this.#internals.page.dictionary
    this.#bookmarks.push({ title: plainText(title), page: page.id })
  }

  /** Ends the section, whose pages and elements are no longer kept. */
  endSection (): void {
    this.#end()
    const { _root: { data: root } } = this.#internals
    this.#internals.flushPages()
    const parents = this.#internals.getStructParentTree()._items
    for (const page of this.#pages) {
      const key = page.data.StructParents
      if (key === undefined) continue
      const list = this.#internals.ref(parents[key])
      list.end()
      parents[key] = new this.#Light(list.id)
    }
    this.#pages = []
    this.#lighten(root.Pages.data.Kids)
    this.#lighten(this.#root.data.K)
    // Each name would stay in it.
    for (const font of Object.values(this.#internals._fontFamilies)) {
      if (this.#bookmarks.length % CACHED_SECTIONS === 0) font.layoutCache = Object.create(null) as object
    }
  }

  addPage (): void {
    this.#doc.addPage()
    this.#pages.push(this.#internals.page.dictionary)
    this.y = MARGIN
  }

  /** Begins a new page if there is no room for this height. Returns whether it did. */
  ensure (height: number): boolean {
    if (this.y + height <= this.bottom) return false
    this.addPage()
    return true
  }

  /** An element around what `draw` draws. `scope`: what a header of a table is about. */
  element (
    type: string, draw: () => void, { text, scope }: { text?: string, scope?: 'Column' | 'Row' } = {}
  ): void {
    // Glyphs are in the order in which they are drawn, and may be no characters at all.
    const actual = text !== undefined && this.#needsText(text) ? plainText(text) : undefined
    this.#begin(type, {
      ...(actual === undefined ? {} : { actual }), ...(scope === undefined ? {} : { scope }),
    })
    draw()
    this.#end()
  }

  /** What `draw` draws is no content: it was there before. */
  repeated (draw: () => void): void {
    this.#doc.markContent('Artifact', { type: 'Pagination' })
    draw()
    this.#doc.endMarkedContent()
  }

  /** An element with text below each other, from the left margin. */
  paragraph (type: string, text: string, style: TextStyle): void {
    this.element(type, () => {
      const lines = this.wrap(text, this.width, style)
      this.ensure(style.size * LINE)
      for (const line of lines) {
        this.ensure(style.size * LINE)
        this.leaf(() => { this.drawLine(line, { x: 0, y: this.y, width: this.width, style }) })
        this.y += style.size * LINE
      }
    }, { text })
  }

  /** Content of the element that is open. */
  leaf (draw: () => void): void {
    const element = this.#open.at(-1)
    if (element === undefined) throw new Error('content is outside of all elements')
    element.add(draw)
  }

  /** A line that is no content, below `y`. */
  rule (): void {
    this.#doc.markContent('Artifact', { type: 'Layout' })
    this.#doc.moveTo(MARGIN, this.y).lineTo(MARGIN + this.width, this.y).lineWidth(0.5).stroke('#999999')
    this.#doc.endMarkedContent()
    this.y += 4
  }

  /** Lines of a text that fit a width. A word that does not fit is broken. */
  wrap (text: string, width: number, { size, weight = 'regular' }: TextStyle): string[] {
    const lines: string[] = []
    let line = ''
    const take = (word: string) => {
      const longer = line === '' ? word : `${line} ${word}`
      if (this.#widthOf(longer, size, weight) <= width) line = longer
      else if (line !== '') {
        lines.push(line)
        line = ''
        take(word)
      } else {
        let fitting = ''
        for (const character of word) {
          if (fitting !== '' && this.#widthOf(fitting + character, size, weight) > width) {
            lines.push(fitting)
            fitting = ''
          }
          fitting += character
        }
        line = fitting
      }
    }
    for (const word of plainText(text).split(' ').filter((one) => one !== '')) take(word)
    return closedLines(line === '' ? lines : [...lines, line])
  }

  lineHeight ({ size }: TextStyle): number { return size * LINE }

  /** Draws one line. `x` from the left margin. */
  drawLine (
    line: string, { x, y, width, style: { size, weight = 'regular', align = 'left' } }:
    { x: number, y: number, width: number, style: TextStyle }
  ): void {
    const pieces = this.#pieces(line, weight, true)
    const widths = pieces.map(({ text, font }) => this.#doc.font(font).fontSize(size).widthOfString(text))
    const all = widths.reduce((sum, one) => sum + one, 0)
    let at = MARGIN + x + (align === 'right' ? width - all : 0)
    for (const [i, { text, font }] of pieces.entries()) {
      this.#doc.font(font).fontSize(size).fillColor('black').text(text, at, y, { lineBreak: false })
      at += widths[i] ?? 0
    }
  }

  /** What has been made and not yet read. */
  read (): Buffer | null { return this.#doc.read() as Buffer | null }

  /** Ends the document. Returns the rest of its bytes. */
  end (): AsyncIterable<Buffer> {
    this.#writeBookmarks()
    this.#root.end()
    this.#doc.end()
    return this.#doc as unknown as AsyncIterable<Buffer>
  }

  #begin (type: string, options: PDFKit.Mixins.StructureElementOptions = {}): void {
    const element = this.#doc.struct(type, options)
    const parent = this.#open.at(-1)
    if (parent === undefined) {
      const child = element as unknown as Child
      child.setParent(this.#root)
      child.setAttached()
      this.#root.data.K.push(child.dictionary)
    } else parent.add(element)
    this.#open.push(element)
  }

  #end (): void { this.#open.pop()?.end() }

  #widthOf (text: string, size: number, weight: Weight): number {
    return this.#pieces(text, weight, false)
      .reduce((sum, piece) => sum + this.#doc.font(piece.font).fontSize(size).widthOfString(piece.text), 0)
  }

  /** A line in pieces of one font each, from left to right. */
  #pieces (line: string, weight: Weight, isDrawn: boolean): Array<{ text: string, font: string }> {
    return visualPieces(line).flatMap((word) => {
      const pieces: Array<{ text: string, font: string }> = []
      for (const character of word) {
        const found = this.#fontFor(character, weight)
        // Joiners and selectors say how others look.
        if (found === -1 && INVISIBLE.test(character)) continue
        if (found === -1 && isDrawn) this.#onMissing(character)
        const font = `${weight}${Math.max(0, found)}`
        const last = pieces.at(-1)
        if (last?.font === font) last.text += character
        else pieces.push({ text: character, font })
      }
      return pieces
    })
  }

  /** Whether the glyphs of a text do not say it. */
  #needsText (text: string): boolean {
    if (isBidirectional(text)) return true
    for (const character of plainText(text)) if (this.#fontFor(character, 'regular') === -1) return true
    return false
  }

  /** The number of the first font that has a character; -1: none has. */
  #fontFor (character: string, weight: Weight): number {
    const codePoint = character.codePointAt(0) ?? 0
    const known = this.#fontOf[weight].get(codePoint)
    if (known !== undefined) return known
    let found = -1
    for (let i = 0; i < this.#fonts[weight] && found === -1; i++) {
      this.#doc.font(`${weight}${i}`)
      if (this.#internals._font.font.hasGlyphForCodePoint(codePoint)) found = i
    }
    this.#fontOf[weight].set(codePoint, found)
    return found
  }

  #lighten (references: unknown[]): void {
    for (let i = references.length - 1; i >= 0; i--) {
      if (references[i] instanceof this.#Light) return
      references[i] = new this.#Light((references[i] as Reference).id)
    }
  }

  /** The outline (12.3.3), one item after the other: each knows the next one's number. */
  #writeBookmarks (): void {
    const { _root: root, _offsets: offsets } = this.#internals
    const count = this.#bookmarks.length
    if (count === 0) return
    const outline = this.#internals.ref({ Type: 'Outlines', Count: count })
    const first = offsets.length + 1
    const light = (id: number) => new this.#Light(id)
    for (const [i, { title, page }] of this.#bookmarks.entries()) {
      this.#internals.ref({
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
}

/** A class of references that hold nothing but a number. pdfkit writes them like its own. */
function lightReferences ({ _root: root }: Internals): new (id: number) => object {
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
