// The fonts of reports: REPORT_FONT for the characters that it has, and the built-in one for others.
import { statSync } from 'node:fs'
import { DomainError } from '../../../src/errors.ts'
import { programFile, REPORT_FONTS } from '../../../src/program-files.ts'

export type Weight = 'regular' | 'bold'

/** Paths of fonts by weight, the first one first. Throws FORMAT_NOT_POSSIBLE if REPORT_FONT is not there. */
export function fontFiles (reportFont: string): Record<Weight, string[]> {
  const [regular, bold] = REPORT_FONTS.map(programFile) as [string, string]
  if (reportFont === '') return { regular: [regular], bold: [bold] }
  if (statSync(reportFont, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new DomainError('FORMAT_NOT_POSSIBLE', { detail: `REPORT_FONT: there is no file ${reportFont}.` })
  }
  return { regular: [reportFont, regular], bold: [reportFont, bold] }
}
