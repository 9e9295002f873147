// Text in a report: which font has each character, where lines end, and the drawing of one line.
import type PDFDocument from 'pdfkit'
import type { PdfInternals } from './pdf-internals.ts'
import type { ReportFonts, Weight } from './report-fonts.ts'
import { closedLines, isBidirectional, plainText, visualPieces } from './visual-text.ts'

const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u

export interface TextStyle {
  /** Points. */
  size: number
  weight?: Weight
  align?: 'left' | 'right'
}

interface ReportTextOptions {
  fonts: ReportFonts
  /** Called for each character that no font has. */
  onMissing: (character: string) => void
}

export class ReportText {
  readonly #doc: InstanceType<typeof PDFDocument>
  readonly #internals: PdfInternals
  readonly #fonts: Record<Weight, number>
  readonly #fontOf: Record<Weight, Map<number, number>> = { regular: new Map(), bold: new Map() }
  readonly #onMissing: ReportTextOptions['onMissing']

  /** Throws FORMAT_NOT_POSSIBLE if REPORT_FONT cannot be used. */
  constructor (doc: InstanceType<typeof PDFDocument>, { fonts, onMissing }: ReportTextOptions) {
    this.#doc = doc
    this.#internals = doc as unknown as PdfInternals
    this.#fonts = fonts.counts
    this.#onMissing = onMissing
    fonts.addTo(doc)
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

  /** Draws one line in a place of the page, in points from its top left corner. */
  drawLine (
    line: string, { x, y, width, style: { size, weight = 'regular', align = 'left' } }:
    { x: number, y: number, width: number, style: TextStyle }
  ): void {
    const pieces = this.#pieces(line, weight, true)
    const widths = pieces.map(({ text, font }) => this.#doc.font(font).fontSize(size).widthOfString(text))
    const all = widths.reduce((sum, one) => sum + one, 0)
    let at = x + (align === 'right' ? width - all : 0)
    for (const [i, { text, font }] of pieces.entries()) {
      this.#doc.font(font).fontSize(size).fillColor('black').text(text, at, y, { lineBreak: false })
      at += widths[i] ?? 0
    }
  }

  /** Whether the glyphs of a text do not say it. */
  needsText (text: string): boolean {
    if (isBidirectional(text)) return true
    for (const character of plainText(text)) if (this.#fontFor(character, 'regular') === -1) return true
    return false
  }

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
}
