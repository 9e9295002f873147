// The workbook without its rows, made by xlsx-populate.
import JSZip from 'jszip'
import XlsxPopulate, { type Workbook } from 'xlsx-populate'
import { fromBufferPromise } from 'yauzl'
import type { Book } from '../../src/courses/book.ts'
import { changesNames, shapeChanges } from './changes-sheet.ts'
import type { ColumnWidths, FittedColumns } from './column-widths.ts'
import { cellText, propertyText } from './excel-text.ts'
import {
  appPart,
  contentTypesPart,
  corePart,
  sheetPart,
  stylesPart,
  summaryPart,
  withResults,
  workbookPart,
} from './package-parts.ts'
import { pageFooter } from './page-setup.ts'
import { paperOf, type Paper } from './paper.ts'
import {
  averageColumns,
  CHANGES,
  HEADING_ROWS,
  SUMMARY,
  type SheetPlan,
  type StudentSheet,
} from './sheet-plan.ts'
import { chartParts } from './summary-chart.ts'
import { summarySheet, type Summary } from './summary-sheet.ts'
import type { WorkbookRequest } from './workbook-request.ts'
import { standardPart } from './template-parts.ts'
import { createStyles, type WorkbookStyles } from './workbook-styles.ts'
import { wordsOf } from './words/words.ts'
import { cut, elements } from './xml-splice.ts'

const SUMMARY_PATH = 'xl/worksheets/sheet1.xml'
// xlsx-populate zips with JSZip, and its package is read again at once: compressing it would take a third of
// the CPU time of a small workbook.
JSZip.defaults.compression = 'STORE'

/** Usual height of a row, in points. */
const LINE = 15

interface WorkbookPackage {
  /** Finished parts, by path. */
  parts: Map<string, string>
  sheets: SheetFrame[]
  /** The sheet Changes without rows. */
  changes?: { path: string, xml: string, paper: Paper, footer: string }
  /** What goes before and after the texts of the student sheets. The first `count` indexes are Summary's. */
  sharedStrings: { head: (all: StringCounts) => string, tail: string, count: number }
  summaryPath: string
  /** Summary's XML, its formulas with their values. */
  summaryXml: () => string
  styles: WorkbookStyles
  summary: Summary
}

interface StringCounts {
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
  { widths, headingHeight }: FittedColumns
): Promise<WorkbookPackage> {
  const workbook = await XlsxPopulate.fromBlankAsync()
  const styles = createStyles(workbook, {
    values: request.options.values,
    hasDropped: request.options.include_dropped && book.averages().dropped > 0,
    hasZeroed: book.course.missingCounts === 'zero',
  })
  const words = wordsOf(request.options.language)
  const summary = summarySheet(book, plan, request, styles)
  fillSummary(workbook, summary)
  for (const sheet of plan.sheets) shapeSheet(workbook, sheet, plan, styles, widths, book, request)
  const names = [SUMMARY, ...plan.sheets.map(({ name }) => name)]
  const hasChanges = request.changes !== undefined
  if (hasChanges) {
    shapeChanges(workbook, styles)
    names.push(CHANGES)
  }
  workbook.property({ title: propertyText(book.course.name), author: 'Perfbook' })

  const parts = await readParts(await workbook.outputAsync())
  const take = (path: string): string => {
    const part = parts.get(path)
    if (part === undefined) throw new Error(`The workbook's package has no ${path}.`)
    parts.delete(path)
    return part
  }
  parts.set('[Content_Types].xml', contentTypesPart(take('[Content_Types].xml'), names.length - 1))
  for (const [path, xml] of chartParts(SUMMARY_PATH, SUMMARY, summary.chart)) parts.set(path, xml)
  parts.set('docProps/core.xml', corePart(take('docProps/core.xml'), {
    generatedAt: request.generatedAt,
    language: words.tag,
  }))
  take('docProps/app.xml')
  parts.set('docProps/app.xml', appPart(names))
  parts.set('xl/workbook.xml', workbookPart(
    take('xl/workbook.xml'), plan, summary, hasChanges ? changesNames(names.length - 1) : []
  ))
  parts.set('xl/styles.xml', stylesPart(take('xl/styles.xml')))
  const [stringsHead, stringsTail] = cut(take('xl/sharedStrings.xml'), '</sst>')
  const [stringsStart, summaryStrings] = cut(stringsHead, '<sst ')
  const { name: course, term, timeZone } = book.course
  const paper = request.paper === undefined || request.paper === 'auto' ? paperOf(timeZone) : request.paper
  const footer = pageFooter({ course, term, timeZone, generatedAt: request.generatedAt, words })
  const summaryXml = summaryPart(
    take(SUMMARY_PATH),
    summary,
    { paper, footer, height: summaryHeight(summary) }
  )
  const frameOfChanges = () => {
    const path = `xl/worksheets/sheet${names.length}.xml`
    return { path, xml: take(path), paper, footer }
  }
  const { values } = request.options
  return {
    parts,
    sheets: plan.sheets.map((sheet, i) => {
      const path = `xl/worksheets/sheet${i + 2}.xml`
      return {
        sheet,
        path,
        ...sheetPart(take(path), sheet, plan, { paper, headingHeight, footer, words, values }),
      }
    }),
    ...(hasChanges ? { changes: frameOfChanges() } : {}),
    sharedStrings: {
      head: ({ texts, cells }) => {
        const ofSummary = summary.cells.filter(({ value }) => typeof value === 'string').length
        return `${stringsStart}<sst count="${cells + ofSummary}" uniqueCount="${texts}" ${summaryStrings}`
      },
      tail: `</sst>${stringsTail}`,
      count: elements(stringsHead, 'si'),
    },
    summaryPath: SUMMARY_PATH,
    summaryXml: () => withResults(summaryXml, summary.cells),
    styles,
    summary,
  }
}

/** The height of all rows, in points. */
function summaryHeight ({ cells, heights }: Summary): number {
  const rows = Math.max(...cells.map(({ row }) => row))
  return heights.values().reduce((sum, height) => sum + height - LINE, rows * LINE)
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
  for (const [i, column] of averageColumns(columns).entries()) {
    sheet.column(column).width(widths.averages[i] ?? widths.grade).style(styles.average)
  }
  if (columns.grade !== undefined) sheet.column(columns.grade).width(widths.grade).style(styles.grade)
  widths.tasks.forEach((width, j) => {
    const hasPoints = request.options.values === 'points' && (book.tasks[j]?.pointsPossible ?? 0) > 0
    sheet.column(columns.firstTask + j).width(width).style((hasPoints ? styles.points : styles.scores)[0])
  })
}

async function readParts (zip: Buffer): Promise<Map<string, string>> {
  const parts = new Map<string, string>()
  const file = await fromBufferPromise(zip)
  for await (const entry of file.eachEntry()) {
    if (entry.fileName.endsWith('/')) continue
    const chunks: Buffer[] = []
    for await (const chunk of await file.openReadStreamPromise(entry)) chunks.push(chunk)
    parts.set(entry.fileName, standardPart(Buffer.concat(chunks).toString()))
  }
  return parts
}
