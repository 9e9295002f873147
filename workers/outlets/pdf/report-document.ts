// A tagged PDF (ISO 32000-1, 14.8) that is written while it is made. pdfkit keeps all pages and elements
// until the end; here, only a few numbers are kept of a section that has ended.
import PDFDocument from 'pdfkit'
import {
  joinPieces, PdfObjects, type PagesNode, type PdfInternals, type Reference,
} from './pdf-internals.ts'
import type { ReportFonts } from './report-fonts.ts'
import { ReportText, type TextStyle } from './report-text.ts'
import { SectionStructure } from './structure.ts'
import { plainText } from './visual-text.ts'

/** Points of an inch. */
const INCH = 72
const MARGIN = 0.75 * INCH
const LINE = 1.25

interface ReportDocumentOptions {
  title: string
  language: string
  paper: 'letter' | 'a4'
  /** Ms since 1970. */
  generatedAt: number
  /** Empty: nobody is named. */
  author: string
  fonts: ReportFonts
  /** Called for each character that no font has. */
  onMissing: (character: string) => void
}

export class ReportDocument {
  readonly width: number
  readonly bottom: number
  y = MARGIN
  readonly #doc: InstanceType<typeof PDFDocument>
  readonly #internals: PdfInternals
  readonly #fonts: ReportFonts
  readonly #text: ReportText
  readonly #objects: PdfObjects
  /** The pages of the document. */
  readonly #pages: PagesNode
  /** The element around all others (14.8.4.2). */
  readonly #root: Reference
  /** The outline, which holds all bookmarks (12.3.3). */
  readonly #outline: Reference
  /** The last bookmark. It is written when it can refer to the next one. */
  #bookmark: Reference | undefined
  #structure = new SectionStructure()
  /** For each section that has ended, the ids of its node of pages, element and leaf of the parent tree. */
  readonly #sections: Record<'pages' | 'elements' | 'leaves', number[]> =
    { pages: [], elements: [], leaves: [] }

  #pageCount = 0
  /** How many pages have content: each has a key in the parent tree. */
  #keys = 0

  constructor (options: ReportDocumentOptions) {
    const { title, language, paper, generatedAt, author, fonts, onMissing } = options
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
    this.#text = new ReportText(this.#doc, { fonts, onMissing })
    this.#fonts = fonts
    this.#objects = new PdfObjects(this.#internals)
    const { StructTreeRoot: tree, Pages: pages } = this.#internals._root.data
    this.#pages = pages
    this.#root = this.#objects.add({ S: 'Document', P: tree })
    tree.data['K'] = [this.#root]
    this.#outline = this.#objects.add({ Type: 'Outlines', Count: 0 })
    this.width = size[0] - 2 * MARGIN
    this.bottom = size[1] - MARGIN
  }

  /** Begins a section on a page of its own, with a bookmark. */
  beginSection (title: string): void {
    const parent = this.#objects.refer(this.#pages.id)
    // pdfkit adds new pages to this node.
    this.#internals._root.data.Pages =
      this.#objects.add({ Type: 'Pages', Parent: parent, Count: 0, Kids: [] }) as PagesNode
    this.#structure = new SectionStructure()
    this.#structure.begin('Sect')
    this.addPage()
    this.#addBookmark(title)
  }

  /** Ends the section, whose pages and elements are no longer kept. */
  endSection (): void {
    const { _root: { data: root } } = this.#internals
    this.#structure.end()
    this.#internals.flushPages()
    const { id, data: { Count: count } } = root.Pages
    root.Pages.end()
    root.Pages = this.#pages
    this.#pageCount += count
    const first = this.#objects.next
    const objects = this.#structure.objects(first, this.#root.id)
    this.#objects.write(objects)
    this.#sections.pages.push(id)
    this.#sections.elements.push(first)
    this.#sections.leaves.push(first + objects.length - 1)
    this.#fonts.endSection(this.#doc)
  }

  addPage (): void {
    this.#doc.addPage()
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
    this.#structure.begin(type, { actual, scope })
    draw()
    this.#structure.end()
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
    const { id, data } = this.#internals.page.dictionary
    data.StructParents ??= this.#keys++
    const { type, mark } = this.#structure.mark(id, data.StructParents)
    this.#internals.addContent(`/${type} <</MCID ${mark}>> BDC`)
    draw()
    this.#internals.addContent('EMC')
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
  async * end (): AsyncGenerator<Buffer> {
    const { pages, elements, leaves } = this.#sections
    const { _root: { data: root } } = this.#internals
    const refer = (id: number) => this.#objects.refer(id)
    if (this.#bookmark !== undefined) {
      this.#bookmark.end()
      this.#outline.data['Last'] = refer(this.#bookmark.id)
      root.Outlines = refer(this.#outline.id)
      root.PageMode = 'UseOutlines'
    }
    this.#outline.end()
    this.#root.data['K'] = elements.map(refer)
    this.#root.end()
    this.#pages.data.Kids.push(...pages.map(refer))
    this.#pages.data.Count += this.#pageCount
    const tree = this.#objects.add(leaves.length === 0 ? { Nums: [] } : { Kids: leaves.map(refer) })
    tree.end()
    Object.assign(root.StructTreeRoot.data, { ParentTree: refer(tree.id), ParentTreeNextKey: this.#keys })
    this.#doc.end()
    await this.#objects.end()
    yield * this.#doc as unknown as AsyncIterable<Buffer>
  }

  #addBookmark (title: string): void {
    const bookmark = this.#objects.add({
      // eslint-disable-next-line no-new-wrappers
      Title: new String(plainText(title)),
      Parent: this.#objects.refer(this.#outline.id),
      Dest: [this.#objects.refer(this.#internals.page.dictionary.id), 'XYZ', null, null, null],
    })
    const { data } = this.#outline
    data['Count'] = Number(data['Count']) + 1
    if (this.#bookmark === undefined) data['First'] = this.#objects.refer(bookmark.id)
    else {
      bookmark.data['Prev'] = this.#objects.refer(this.#bookmark.id)
      this.#bookmark.data['Next'] = this.#objects.refer(bookmark.id)
      this.#bookmark.end()
    }
    this.#bookmark = bookmark
  }
}
