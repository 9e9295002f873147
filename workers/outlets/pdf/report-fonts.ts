// The fonts of reports: REPORT_FONT for the characters that it has, and the built-in one for others.
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import type PDFDocument from 'pdfkit'
import { DomainError } from '../../../src/errors.ts'
import { programFile, REPORT_FONTS } from '../../../src/program-files.ts'
import type { PdfFont, PdfInternals } from './pdf-internals.ts'

/** First bytes of TrueType and OpenType. pdfkit opens more formats, and fails when it embeds them. */
const SIGNATURES = ['\u0000\u0001\u0000\u0000', 'true', 'OTTO']

export type Weight = 'regular' | 'bold'

/** Words that were laid out are kept for this many sections: each name would stay in memory. */
const CACHED_SECTIONS = 32

/** A font file that is open, and the layouts of words in it, which are the same in all documents. */
interface OpenFont { font: PdfFont['font'], words: object }

/**
 * The fonts of all reports of an export. They are opened once: it takes longer than a report does. The
 * constructor throws FORMAT_NOT_POSSIBLE if REPORT_FONT is no font.
 */
export class ReportFonts {
  /** How many fonts there are of each weight. */
  readonly counts: Record<Weight, number>
  readonly #files: Record<Weight, string[]>
  /** By path. */
  readonly #open = new Map<string, OpenFont>()
  #sections = 0

  /** `reportFont`: a path; empty: only the built-in font. */
  constructor (reportFont: string) {
    this.#files = fontFiles(reportFont)
    this.counts = { regular: this.#files.regular.length, bold: this.#files.bold.length }
  }

  /** Registers them in a document: `regular0`, `bold0`, … Throws FORMAT_NOT_POSSIBLE if one is no font. */
  addTo (doc: InstanceType<typeof PDFDocument>): void {
    const internals = doc as unknown as PdfInternals
    try {
      for (const weight of ['regular', 'bold'] as const) {
        for (const [i, file] of this.#files[weight].entries()) {
          const name = `${weight}${i}`
          const open = this.#open.get(file)
          // Parts of letters such as "ž" were added as glyphs that are no characters, when the last document
          // ended. The text of this one would lack its "z".
          if (open !== undefined) open.font._glyphs = {}
          // pdfkit also takes a font that is open.
          doc.registerFont(name, (open?.font ?? file) as string)
          doc.font(name)
          const { _font: font } = internals
          const { words } = open ?? { words: emptyCache() }
          font.layoutCache = words
          this.#open.set(file, { font: font.font, words })
          // pdfkit opens a font again each time, if it already has it under another name.
          internals._fontFamilies[name] = font
        }
      }
    } catch {
      throw unreadableFont()
    }
  }

  /** A section of a document has ended. From time to time, the layouts of words are forgotten. */
  endSection (doc: InstanceType<typeof PDFDocument>): void {
    if (++this.#sections % CACHED_SECTIONS !== 0) return
    const used = Object.values((doc as unknown as PdfInternals)._fontFamilies)
    for (const open of this.#open.values()) {
      open.words = emptyCache()
      for (const font of used) if (font.font === open.font) font.layoutCache = open.words
    }
  }
}

function emptyCache (): object { return Object.create(null) as object }

/** Paths of fonts by weight, the first one first. Throws FORMAT_NOT_POSSIBLE if REPORT_FONT is no font. */
function fontFiles (reportFont: string): Record<Weight, string[]> {
  const [regular, bold] = REPORT_FONTS.map(programFile) as [string, string]
  if (reportFont === '') return { regular: [regular], bold: [bold] }
  if (statSync(reportFont, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new DomainError('FORMAT_NOT_POSSIBLE', { detail: `REPORT_FONT: there is no file ${reportFont}.` })
  }
  if (!SIGNATURES.includes(signatureOf(reportFont))) throw unreadableFont()
  return { regular: [reportFont, regular], bold: [reportFont, bold] }
}

/** The error for a file that is no font, or one that cannot be embedded. */
function unreadableFont (): DomainError {
  return new DomainError('FORMAT_NOT_POSSIBLE', {
    detail: 'REPORT_FONT: this font cannot be used. Use a TrueType or OpenType font (.ttf, .otf).',
  })
}

function signatureOf (file: string): string {
  const bytes = Buffer.alloc(4)
  const handle = openSync(file, 'r')
  try {
    readSync(handle, bytes, 0, bytes.length, 0)
  } finally {
    closeSync(handle)
  }
  return bytes.toString('latin1')
}
