// The fonts of reports: REPORT_FONT for the characters that it has, and the built-in one for others.
import { statSync } from 'node:fs'
import { DomainError } from '../../../src/errors.ts'
import { programFile } from '../../../src/program-files.ts'

const FOLDER = 'node_modules/dejavu-fonts-ttf/ttf'
/** Licensed under the Bitstream Vera and Arev licenses. They have Latin, Greek, Cyrillic, Hebrew and Arabic. */
export const BUILT_IN_FONTS = [`${FOLDER}/DejaVuSans.ttf`, `${FOLDER}/DejaVuSans-Bold.ttf`] as const

export type Weight = 'regular' | 'bold'

/** Paths of fonts by weight, the first one first. Throws FORMAT_NOT_POSSIBLE if REPORT_FONT cannot be used. */
export function fontFiles (reportFont: string): Record<Weight, string[]> {
  const [regular, bold] = BUILT_IN_FONTS.map(programFile) as [string, string]
  if (reportFont === '') return { regular: [regular], bold: [bold] }
  if (statSync(reportFont, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new DomainError('FORMAT_NOT_POSSIBLE', { detail: `REPORT_FONT: there is no file ${reportFont}.` })
  }
  return { regular: [reportFont, regular], bold: [reportFont, bold] }
}
