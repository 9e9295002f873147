// The last sheet, if the export is compared with an earlier one: one row for each change since then.
import type { Style, Workbook } from 'xlsx-populate'
import type { Book } from '../../src/courses/book.ts'
import { isoTime } from '../../src/iso-time.ts'
import { wallClock } from '../../src/courses/course-time.ts'
import { changeTexts, changeValue, type ShownValue } from './change-texts.ts'
import { excelDate } from './excel-date.ts'
import { summaryPages } from './page-setup.ts'
import type { Paper } from './paper.ts'
import { hasHundredths } from './points.ts'
import { CHANGES, columnName } from './sheet-plan.ts'
import type { StringTable } from './string-table.ts'
import type { WorkbookChanges, WorkbookOptions } from './workbook-request.ts'
import type { WorkbookStyles } from './workbook-styles.ts'
import type { WorkbookWords } from './words/workbook-words.ts'
import { cut, splice } from './xml-splice.ts'

/** The row of the headings. Row 1 says when the earlier export was made. */
const HEADINGS = 2
/** The most changes that are listed. Others are only counted. */
const MOST_ROWS = 100_000
/** What, last name, first name, student ID, task or setting, before, after, note; in characters. */
const WIDTHS = [26, 18, 16, 14, 32, 18, 18, 40]
const LAST = columnName(WIDTHS.length)
const CHUNK = 65_536

/** Adds the sheet to the workbook, without rows: `changesSheet` writes them. */
export function shapeChanges (workbook: Workbook, styles: WorkbookStyles): void {
  const sheet = workbook.addSheet(CHANGES).freezePanes(0, HEADINGS)
  const looks = [...new Array<Style>(5).fill(styles.text), styles.number, styles.number, styles.remark]
  looks.forEach((style, i) => sheet.column(i + 1).width(WIDTHS[i] ?? 0).style(style))
}

/** Names of the workbook that belong to the sheet with this index. */
export function changesNames (index: number): string[] {
  const name = (name: string, refersTo: string) =>
    `<definedName name="${name}" localSheetId="${index}">${CHANGES}!${refersTo}</definedName>`
  return [name('_xlnm.Print_Titles', `$${HEADINGS}:$${HEADINGS}`), name('Title', `$A$${HEADINGS}`)]
}

interface ChangesOptions {
  book: Book
  changes: WorkbookChanges
  options: WorkbookOptions
  styles: WorkbookStyles
  strings: StringTable
  words: WorkbookWords
  paper: Paper
  footer: string
}

/** The whole sheet, from its XML without rows, in chunks. */
export async function * changesSheet (
  xml: string,
  { book, changes, options, styles, strings, words, paper, footer }: ChangesOptions
): AsyncGenerator<Buffer, void, void> {
  const { timeZone } = book.course
  const texts = words.changes
  const pages = summaryPages({ paper, widths: WIDTHS, height: Infinity, footer })
  const [head, tail] = cut(splice(
    splice(xml, '<sheetPr/>', () => `<sheetPr>${pages.properties}</sheetPr>`),
    '</sheetViews>',
    (found) => `${found}<sheetFormatPr defaultRowHeight="15"/>`
  ), '<sheetData/>')
  let rows = 0
  let out = `${head}<sheetData>`

  const text = (column: number, style: Style, value: string): string => {
    if (value === '') return ''
    strings.cells++
    return `<c r="${columnName(column)}${rows}" s="${style.id()}" t="s"><v>${strings.intern(value)}</v></c>`
  }
  const value = (column: number, shown: ShownValue): string => {
    const content = shown.kind === 'date' ? excelDate(shown.value, timeZone) : shown.value
    const style = styleOf(shown, styles)
    // A worksheet can hold only finite numbers.
    return typeof content === 'number' && Number.isFinite(content)
      ? `<c r="${columnName(column)}${rows}" s="${style.id()}"><v>${content}</v></c>`
      : text(column, style, String(content ?? ''))
  }
  const row = (cells: () => string, attributes = ''): void => {
    rows++
    out += `<row r="${rows}"${attributes}>${cells()}</row>`
  }
  const headings: Array<[Style, string]> = [
    ...[texts.what, words.lastName, words.firstName, words.studentId, texts.subject]
      .map((heading): [Style, string] => [styles.heading, heading]),
    [styles.numberHeading, texts.before],
    [styles.numberHeading, texts.after],
    [styles.remarkHeading, texts.note],
  ]
  const day = changes.since === null
    ? ''
    : isoTime(wallClock(changes.since, timeZone)).slice(0, 16).replace('T', ' ')

  let count = 0
  for await (const batch of changes.since === null ? [] : changes.batches()) {
    for (const change of batch) {
      if (count++ >= MOST_ROWS) continue
      if (rows === 0) {
        row(() => text(1, styles.title, texts.since(day)), ' ht="21" customHeight="1"')
        row(() => headings.map(([style, heading], i) => text(i + 1, style, heading)).join(''))
      }
      const { what, subject, note } = changeTexts(change, words, options.values)
      row(() =>
        text(1, styles.text, what) +
        text(2, styles.text, change.student?.last_name ?? '') +
        text(3, styles.text, change.student?.first_name ?? '') +
        text(4, styles.text, change.student?.student_identifier ?? '') +
        text(5, styles.text, subject) +
        value(6, changeValue(change, 'before', words, options.values)) +
        value(7, changeValue(change, 'after', words, options.values)) +
        text(8, styles.remark, note)
      )
    }
    if (out.length < CHUNK) continue
    yield Buffer.from(out, 'latin1')
    out = ''
  }
  const last = rows
  if (count === 0) {
    row(() => text(1, styles.label, changes.since === null ? texts.noEarlier : texts.none(day)))
  }
  if (count > MOST_ROWS) row(() => text(1, styles.label, texts.more(words.number(count - MOST_ROWS))))
  const filter = count === 0 ? '' : `<autoFilter ref="A${HEADINGS}:${LAST}${last}"/>`
  // The library wrote the tail, so it may have any character.
  yield Buffer.from(out, 'latin1')
  yield Buffer.from(`</sheetData>${filter}${pages.xml}${tail.replace(/<pageMargins [^>]*\/>/, '')}`)
}

/** All cells of a column are aligned to the same side. */
function styleOf ({ kind, value, look = 0 }: ShownValue, styles: WorkbookStyles): Style {
  switch (kind) {
    case 'score':
      return styles.scores[look] ?? styles.scores[0]
    case 'points': {
      const points = typeof value === 'number' && hasHundredths(value) ? styles.points : styles.finePoints
      // If no student's cell has points, there is only one style.
      return points[look] ?? (points === styles.points ? styles.number : styles.fineNumber)
    }
    case 'average':
      return styles.average
    case 'date':
      return styles.due
    case 'text':
      return styles.number
  }
}
