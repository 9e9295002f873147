// The workbook without its rows, made by xlsx-populate. What that library has no call for or writes wrong is
// spliced into its XML here. See docs/workbook.md.
import XlsxPopulate, { type Workbook } from 'xlsx-populate'
import { fromBufferPromise } from 'yauzl'
import type { Book } from '../../src/courses/book.ts'
import { isoTime } from '../../src/iso-time.ts'
import type { ColumnWidths } from './column-widths.ts'
import { cellText, escapeXml, propertyText } from './excel-text.ts'
import { quotedSheetName } from './sheet-names.ts'
import { columnName, HEADING_ROWS, SUMMARY, type SheetPlan, type StudentSheet } from './sheet-plan.ts'
import { summarySheet, type Summary, type SummaryCell } from './summary-sheet.ts'
import type { WorkbookRequest } from './workbook-request.ts'
import { createStyles, type WorkbookStyles } from './workbook-styles.ts'

/** Up to so many tasks, a printed page shows the whole width. */
const MOST_TASKS_ON_A_PAGE = 15
const MARGINS = '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
const FOOTER = '<headerFooter><oddFooter>&amp;L&amp;A&amp;RPage &amp;P of &amp;N</oddFooter></headerFooter>'

export interface WorkbookPackage {
  /** Finished parts, by path. */
  parts: Map<string, string>
  sheets: SheetFrame[]
  /** What goes before and after the texts of the student sheets. The first `count` indexes are Summary's. */
  sharedStrings: { head: (all: StringCounts) => string, tail: string, count: number }
  summaryPath: string
  /** Summary's XML, its formulas with their values. */
  summaryXml: () => string
  styles: WorkbookStyles
  summary: Summary
}

export interface StringCounts {
  /** In the whole table. */
  texts: number
  /** Of the student sheets: those that show a text. */
  cells: number
}

/** What goes before and after the rows of a student sheet. */
export interface SheetFrame {
  sheet: StudentSheet
  path: string
  head: string
  tail: string
}

/** Makes all parts of the workbook except the rows of students and the texts in them. */
export async function makePackage (
  book: Book,
  plan: SheetPlan,
  request: WorkbookRequest,
  widths: ColumnWidths
): Promise<WorkbookPackage> {
  const workbook = await XlsxPopulate.fromBlankAsync()
  const styles = createStyles(workbook)
  const summary = summarySheet(book, plan, request, styles)
  fillSummary(workbook, summary)
  for (const sheet of plan.sheets) shapeSheet(workbook, sheet, plan, styles, widths, book, request)
  workbook.property({ title: propertyText(book.course.name), author: 'Perfbook' })

  const parts = await readParts(await workbook.outputAsync())
  const take = (path: string): string => {
    const part = parts.get(path)
    if (part === undefined) throw new Error(`The workbook's package has no ${path}.`)
    parts.delete(path)
    return part
  }
  parts.set('[Content_Types].xml', withSheetTypes(take('[Content_Types].xml'), plan.sheets.length))
  parts.set(
    'docProps/core.xml',
    splice(take('docProps/core.xml'), '</cp:coreProperties>', (end) =>
      w3cDate('created', request.generatedAt) + w3cDate('modified', request.generatedAt) + end)
  )
  take('docProps/app.xml')
  parts.set('docProps/app.xml', APP_PROPERTIES)
  parts.set('xl/workbook.xml', workbookPart(take('xl/workbook.xml'), plan))
  parts.set('xl/styles.xml', withCounts(stylesPart(take('xl/styles.xml'))))
  const [stringsHead, stringsTail] = cut(take('xl/sharedStrings.xml'), '</sst>')
  const [stringsStart, summaryStrings] = cut(stringsHead, '<sst ')
  const summaryPath = 'xl/worksheets/sheet1.xml'
  const summaryPart = summaryPageSetup(take(summaryPath), request.options.sheets === 'period')
  return {
    parts,
    sheets: plan.sheets.map((sheet, i) => {
      const path = `xl/worksheets/sheet${i + 2}.xml`
      return { sheet, path, ...sheetXml(take(path), sheet, plan) }
    }),
    sharedStrings: {
      head: ({ texts, cells }) => {
        const ofSummary = summary.cells.filter(({ value }) => typeof value === 'string').length
        return `${stringsStart}<sst count="${cells + ofSummary}" uniqueCount="${texts}" ${summaryStrings}`
      },
      tail: `</sst>${stringsTail}`,
      count: elements(stringsHead, 'si'),
    },
    summaryPath,
    summaryXml: () => withResults(summaryPart, summary.cells),
    styles,
    summary,
  }
}

function fillSummary (workbook: Workbook, summary: Summary): void {
  const sheet = workbook.sheet(0).name(SUMMARY)
  summary.widths.forEach((width, i) => sheet.column(i + 1).width(width))
  for (const [row, height] of summary.heights) sheet.row(row).height(height)
  for (const { row, column, style, value, formula } of summary.cells) {
    const cell = sheet.cell(row, column)
    if (formula !== undefined) cell.formula(formula)
    else if (value !== undefined) cell.value(typeof value === 'string' ? cellText(value) : value)
    cell.style(style)
  }
}

/** Columns get the look of their cells too, so that what a teacher adds looks and counts like the rest. */
function shapeSheet (
  workbook: Workbook,
  { name }: StudentSheet,
  { columns }: SheetPlan,
  styles: WorkbookStyles,
  widths: ColumnWidths,
  book: Book,
  request: WorkbookRequest
): void {
  const sheet = workbook.addSheet(name).freezePanes(3, HEADING_ROWS)
  const texts = columns.period === undefined ? widths.texts.slice(0, 4) : widths.texts
  texts.forEach((width, i) => sheet.column(i + 1).width(width).style(styles.text))
  sheet.column(columns.status).width(11).style(styles.text)
  widths.averages.forEach((width, i) =>
    sheet.column(columns.courseAverage + i).width(width).style(styles.average)
  )
  widths.tasks.forEach((width, j) => {
    const hasPoints = request.options.values === 'points' && (book.tasks[j]?.pointsPossible ?? 0) > 0
    sheet.column(columns.firstTask + j).width(width).style((hasPoints ? styles.points : styles.scores)[0])
  })
}

function sheetXml (
  xml: string,
  sheet: StudentSheet,
  { columns }: SheetPlan
): { head: string, tail: string } {
  const fits = columns.tasks <= MOST_TASKS_ON_A_PAGE
  const last = columnName(columns.last)
  const [head, tail] = cut(xml, '<sheetData/>')
  const dimension = `<dimension ref="A1:${last}${HEADING_ROWS + sheet.students}"/>`
  return {
    head: splice(
      splice(
        head,
        '<sheetPr/>',
        (found) => (fits ? '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>' : found) + dimension
      ),
      '</sheetViews>',
      (found) => `${found}<sheetFormatPr defaultRowHeight="15"/>`
    ) + '<sheetData>',
    tail: `</sheetData><autoFilter ref="A${HEADING_ROWS}:${last}${sheet.lastRow}"/>${MARGINS}` +
      `<pageSetup ${fits ? '' : 'pageOrder="overThenDown" '}orientation="landscape"${
        fits ? ' fitToHeight="0"' : ''
      }/>${FOOTER}${tail}`,
  }
}

function summaryPageSetup (xml: string, isWide: boolean): string {
  const [head, tail] = cut(xml, '</sheetData>')
  return splice(head, '<sheetPr/>', () => '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>') +
    `</sheetData>${MARGINS}<pageSetup orientation="${
      isWide ? 'landscape' : 'portrait'
    }" fitToHeight="0"/>${FOOTER}` +
    tail.replace(/<pageMargins [^>]*\/>/, '')
}

/** Formulas come out of the library without a value. */
function withResults (xml: string, cells: SummaryCell[]): string {
  const results = new Map(
    cells.filter((cell) => cell.result !== undefined).map((
      cell
    ) => [`${columnName(cell.column)}${cell.row}`, cell.result!])
  )
  return xml.replace(
    /<c r="([A-Z]+\d+)"([^>]*)>(<f>[^<]*<\/f>)<\/c>/g,
    (_, ref: string, attributes: string, formula: string) => {
      const value = results.get(ref)!()
      return value === null
        ? `<c r="${ref}"${attributes} t="str">${formula}<v></v></c>`
        : `<c r="${ref}"${attributes}>${formula}<v>${value}</v></c>`
    }
  )
}

/**
 * Names for what is filtered and printed; no path of the template's author; no reason for Excel to ask about
 * saving.
 */
function workbookPart (xml: string, { columns, sheets }: SheetPlan): string {
  const last = columnName(columns.last)
  const names = [
    ...sheets.map((sheet, i) =>
      `<definedName name="_xlnm._FilterDatabase" localSheetId="${i + 1}" hidden="1">` +
      `${escapeXml(quotedSheetName(sheet.name))}!$A$${HEADING_ROWS}:$${last}$${sheet.lastRow}</definedName>`
    ),
    ...sheets.map((sheet, i) => {
      const name = escapeXml(quotedSheetName(sheet.name))
      return `<definedName name="_xlnm.Print_Titles" localSheetId="${
        i + 1
      }">${name}!$A:$B,${name}!$1:$${HEADING_ROWS}</definedName>`
    }),
  ]
  const calculation = /<calcPr [^>]*\/>/.exec(xml)?.[0] ?? ''
  return splice(
    xml.replace(/<mc:AlternateContent[\s\S]*?<\/mc:AlternateContent>/, ''),
    calculation,
    () => `<definedNames>${names.join('')}</definedNames><calcPr calcId="191029"/>`
  )
}

/** What styles.xml lists, and the element that each item of a list is. */
const STYLE_LISTS = {
  numFmts: 'numFmt',
  fonts: 'font',
  fills: 'fill',
  borders: 'border',
  cellStyleXfs: 'xf',
  cellXfs: 'xf',
  cellStyles: 'cellStyle',
  dxfs: 'dxf',
}

/** Calligra and R's openxlsx refuse a workbook where a list does not say how many items it has. */
function withCounts (styles: string): string {
  return Object.entries(STYLE_LISTS).reduce((xml, [list, item]) => {
    const [before, rest] = cut(xml, `<${list}`)
    const [attributes, items] = cut(rest, '>')
    const count = attributes.endsWith('/') ? 0 : elements(cut(items, `</${list}>`)[0], item)
    return `${before}<${list} count="${count}"${attributes.replace(/ count="[^"]*"/, '')}>${items}`
  }, styles)
}

function elements (xml: string, name: string): number {
  return xml.split(new RegExp(`<${name}[ />]`)).length - 1
}

/** Formats say which of their settings hold, as some readers want it. */
function stylesPart (xml: string): string {
  const [head, rest] = cut(xml, '<cellXfs>')
  const [formats, tail] = cut(rest, '</cellXfs>')
  const said = formats.replace(
    /<xf ([^>]*applyFont[^>]*?)(\/?>)(?=(<alignment )?)/g,
    (_, attributes: string, end: string, alignment: string | undefined) =>
      `<xf ${
        attributes.includes('numFmtId') ? `${attributes} applyNumberFormat="1"` : `numFmtId="0" ${attributes}`
      } xfId="0"${alignment === undefined ? '' : ' applyAlignment="1"'}${end}`
  )
  return `${head}<cellXfs>${said}</cellXfs>${tail}`
}

function withSheetTypes (xml: string, sheets: number): string {
  const overrides = Array.from(
    { length: sheets },
    (_, i) =>
      `<Override PartName="/xl/worksheets/sheet${
        i + 2
      }.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`
  )
  return splice(xml, '</Types>', (end) => overrides.join('') + end)
}

function w3cDate (name: string, ms: number): string {
  return `<dcterms:${name} xsi:type="dcterms:W3CDTF">${
    isoTime(ms).replace(/\.\d+/, '')
  }</dcterms:${name}>`
}

// LibreOffice trusts the values beside formulas only of a program that it knows by this name; else a large
// book opens slowly.
const APP_PROPERTIES = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' +
  '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">' +
  '<Application>Microsoft Excel</Application><AppVersion>16.0300</AppVersion></Properties>'

/**
 * Replaces the one place where a text stands; throws where it does not, since the library then writes
 * something else.
 */
function splice (xml: string, found: string, replacement: (found: string) => string): string {
  const [before, after] = cut(xml, found)
  return before + replacement(found) + after
}

function cut (xml: string, at: string): [string, string] {
  const index = at === '' ? -1 : xml.indexOf(at)
  if (index < 0) throw new Error(`xlsx-populate wrote a part without ${at || 'a place that is needed'}.`)
  return [xml.slice(0, index), xml.slice(index + at.length)]
}

async function readParts (zip: Buffer): Promise<Map<string, string>> {
  const parts = new Map<string, string>()
  const file = await fromBufferPromise(zip)
  for await (const entry of file.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue
    const chunks: Buffer[] = []
    for await (const chunk of await file.openReadStreamPromise(entry)) chunks.push(chunk)
    parts.set(entry.fileName, Buffer.concat(chunks).toString())
  }
  return parts
}
