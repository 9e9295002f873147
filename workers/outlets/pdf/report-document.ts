// A tagged PDF (ISO 32000-1, 14.8) that is written while it is made. pdfkit keeps all pages and elements
// until the end; what is finished is replaced here by a few bytes.
import PDFDocument from 'pdfkit'
import {
  joinPieces, lightReferences, writeBookmarks, type Bookmark, type LightReference, type PdfInternals,
  type Reference,
} from './pdf-internals.ts'
import { ReportText, type TextStyle } from './report-text.ts'
import { plainText } from './visual-text.ts'

/** Points of an inch. */
const INCH = 72
const MARGIN = 0.75 * INCH
const LINE = 1.25
/** Words that were laid out are kept for this many sections. */
const CACHED_SECTIONS = 32

type Parent = Reference & { data: { K: unknown[] } }
/** An element of pdfkit. */
interface Child { dictionary: Reference, setParent: (parent: Reference) => void, setAttached: () => void }

interface ReportDocumentOptions {
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
  readonly #doc: InstanceType<typeof PDFDocument>
  readonly #internals: PdfInternals
  readonly #text: ReportText
  readonly #bookmarks: Bookmark[] = []
  readonly #Light: LightReference
  /** The element around all others (14.8.4.2). */
  readonly #root: Parent
  /** Elements that are open, the outermost first. */
  readonly #open: PDFKit.PDFStructureElement[] = []
  /** Pages of the section that are not yet light. */
  #pages: Array<PdfInternals['page']['dictionary']> = []

  constructor (options: ReportDocumentOptions) {
    const { title, language, paper, generatedAt, author, reportFont, onMissing } = options
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
    this.#internals = this.#doc as unknown as PdfInternals
    joinPieces(this.#internals)
    this.#text = new ReportText(this.#doc, { reportFont, onMissing })
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
    if (this.#bookmarks.length % CACHED_SECTIONS === 0) this.#text.forgetWords()
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
    const actual = text !== undefined && this.#text.needsText(text) ? plainText(text) : undefined
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

  /** Lines of a text that fit a width in points. */
  wrap (text: string, width: number, style: TextStyle): string[] {
    return this.#text.wrap(text, width, style)
  }

  /** Draws one line. `x` from the left margin. */
  drawLine (line: string, { x, ...place }: { x: number, y: number, width: number, style: TextStyle }): void {
    this.#text.drawLine(line, { x: MARGIN + x, ...place })
  }

  lineHeight ({ size }: TextStyle): number { return size * LINE }

  /** What has been made and not yet read. */
  read (): Buffer | null { return this.#doc.read() as Buffer | null }

  /** Ends the document. Returns the rest of its bytes. */
  end (): AsyncIterable<Buffer> {
    writeBookmarks(this.#internals, this.#bookmarks, this.#Light)
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

  #lighten (references: unknown[]): void {
    for (let i = references.length - 1; i >= 0; i--) {
      if (references[i] instanceof this.#Light) return
      references[i] = new this.#Light((references[i] as Reference).id)
    }
  }
}
