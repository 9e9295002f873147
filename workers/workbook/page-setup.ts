// How worksheets print: few pages, and text that can still be read.
import { isoTime } from '../../src/iso-time.ts'
import { wallClock } from '../../src/courses/course-time.ts'
import { cutText, escapeXml, footerText } from './excel-text.ts'
import type { Paper } from './paper.ts'
import { HEADING_ROWS } from './sheet-plan.ts'
import type { WorkbookWords } from './words/workbook-words.ts'

/** `code`: ECMA-376 part 1, 18.3.1.63. In inches. */
const PAPERS = {
  letter: { code: 1, long: 11, short: 8.5 },
  a4: { code: 9, long: 11.69, short: 8.27 },
}
/** In inches. */
const SIDE = 0.4
const TOP = 0.5
const BOTTOM = 0.65
const MARGINS = `<pageMargins left="${SIDE}" right="${SIDE}" top="${TOP}" bottom="${BOTTOM}" header="0.3" ` +
  'footer="0.3"/>'
/** Below this scale, text is too small to read. */
const LEAST_SCALE = 0.6
/**
 * Width of a character in inches: 7/96 in Excel, 8.4/96 in LibreOffice on a machine without Calibri.
 */
const CHARACTER = 8.4 / 96
/** Of a row, in inches: 15 points, and a little more on a Mac. */
const ROW = 16 / 72
/** Columns with the names, which each page repeats. */
const REPEATED = 2
/** Up to this many pages from top to bottom, the scale fits them. */
const MOST_FITTED = 20
/** Excel's limit for a footer, codes included, in UTF-16 units. */
const MOST_FOOTER = 255
const MOST_TERM = 60

export interface PageSetup {
  /** `<pageSetUpPr …/>` for the sheet's properties. */
  properties: string
  /** What comes after the data: margins, paper and footer. */
  xml: string
}

interface StudentPages {
  paper: Paper
  /** Of each column, in characters. */
  widths: number[]
  /** Of row 8, in points. */
  headingHeight: number
  students: number
  footer: string
}

/**
 * A student sheet, landscape. It is as few pages wide as its columns need at the least scale. The program
 * that prints finds the largest scale at which they fit, because it knows how wide its characters are.
 */
export function studentPages (
  { paper, widths, headingHeight, students, footer }: StudentPages
): PageSetup {
  const { long, short } = PAPERS[paper]
  const across = pagesAcross(widths, (long - 2 * SIDE) / LEAST_SCALE / CHARACTER)
  const headings = HEADING_ROWS * ROW + headingHeight / 72
  const rows = Math.max(1, Math.floor(((short - TOP - BOTTOM) / LEAST_SCALE - headings) / ROW))
  const down = Math.max(1, Math.ceil(students / rows))
  const isFitted = across > 1 && down <= MOST_FITTED
  return pageSetup({ paper, orientation: 'landscape', across, down: isFitted ? down : 0, footer })
}

/** Pages of `room` characters, each of which begins with the repeated columns. */
function pagesAcross (widths: number[], room: number): number {
  const repeated = widths.slice(0, REPEATED).reduce((sum, width) => sum + width, 0)
  let pages = 1
  let used = 0
  for (const width of widths) {
    if (used + width > room && used > repeated) {
      pages++
      used = repeated
    }
    used += width
  }
  return pages
}

interface SummaryPages {
  paper: Paper
  /** Of each column, in characters. */
  widths: number[]
  /** All rows together, in points. */
  height: number
  footer: string
}

/** Summary: one page if it can be read there, else one page wide. Portrait if that is large enough. */
export function summaryPages ({ paper, widths, height, footer }: SummaryPages): PageSetup {
  const { long, short } = PAPERS[paper]
  const width = widths.reduce((sum, each) => sum + each, 0) * CHARACTER
  const isPortrait = width <= (short - 2 * SIDE) / LEAST_SCALE
  const orientation = isPortrait ? 'portrait' : 'landscape'
  const room = ((isPortrait ? long : short) - TOP - BOTTOM) / LEAST_SCALE
  return pageSetup({ paper, orientation, across: 1, down: height / 72 <= room ? 1 : 0, footer })
}

/** `down`: 0 is as many pages as needed. */
function pageSetup (
  { paper, orientation, across, down, footer }:
  { paper: Paper, orientation: string, across: number, down: number, footer: string }
): PageSetup {
  return {
    properties: '<pageSetUpPr fitToPage="1"/>',
    xml: `${MARGINS}<pageSetup paperSize="${PAPERS[paper].code}" fitToWidth="${across}" ` +
      `fitToHeight="${down}"${across > 1 ? ' pageOrder="overThenDown"' : ''} orientation="${orientation}"/>` +
      `<headerFooter><oddFooter>${escapeXml(footer)}</oddFooter></headerFooter>`,
  }
}

interface FooterTexts {
  course: string
  term: string | null
  /** Ms since 1970. */
  generatedAt: number
  timeZone: string
  words: WorkbookWords
}

/**
 * The footer of every sheet: course, term and sheet, the day of the export, and the page. It is at most 255
 * UTF-16 units, so a long name is cut.
 */
export function pageFooter ({ course, term, generatedAt, timeZone, words }: FooterTexts): string {
  const day = isoTime(wallClock(generatedAt, timeZone)).slice(0, 10)
  const rest = `&A&C${afterCode(day)}&R${words.page('&P', '&N')}`
  const withName = (most: number): string => {
    const names = [cutText(oneLine(course), most), cutText(oneLine(term ?? ''), MOST_TERM)]
    const written = names.filter((name) => name !== '').map((name) => `${footerText(name)} · `).join('')
    return `&L${afterCode(written)}${rest}`
  }
  // An `&` takes two units, so the length that fits has to be searched for.
  let most = MOST_FOOTER
  while (withName(most).length > MOST_FOOTER) most--
  return withName(most)
}

/** A digit right after a code would be read as a part of it. */
function afterCode (text: string): string {
  return /^\d/.test(text) ? ` ${text}` : text
}

function oneLine (text: string): string {
  return text.toWellFormed().replace(/[\s\p{Cc}\ufffe\uffff]+/gu, ' ').trim()
}
