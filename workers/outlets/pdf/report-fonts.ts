// The fonts of reports: REPORT_FONT for the characters that it has, and the built-in one for others.
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { DomainError } from '../../../src/errors.ts'
import { programFile, REPORT_FONTS } from '../../../src/program-files.ts'

/** First bytes of TrueType and OpenType. pdfkit opens more formats, and fails when it embeds them. */
const SIGNATURES = ['\u0000\u0001\u0000\u0000', 'true', 'OTTO']

export type Weight = 'regular' | 'bold'

/** Paths of fonts by weight, the first one first. Throws FORMAT_NOT_POSSIBLE if REPORT_FONT is no font. */
export function fontFiles (reportFont: string): Record<Weight, string[]> {
  const [regular, bold] = REPORT_FONTS.map(programFile) as [string, string]
  if (reportFont === '') return { regular: [regular], bold: [bold] }
  if (statSync(reportFont, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new DomainError('FORMAT_NOT_POSSIBLE', { detail: `REPORT_FONT: there is no file ${reportFont}.` })
  }
  if (!SIGNATURES.includes(signatureOf(reportFont))) throw unreadableFont()
  return { regular: [reportFont, regular], bold: [reportFont, bold] }
}

/** The error for a file that is no font, or one that cannot be embedded. */
export function unreadableFont (): DomainError {
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
