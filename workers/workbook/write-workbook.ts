// The workbook of a course: xlsx-populate makes a package without students, and its parts are copied into the
// file, the rows of students put in on the way. So no workbook is ever in memory, whatever its size. See
// docs/workbook.md.
import type { Book } from '../../src/courses/book.ts'
import { fitColumns } from './column-widths.ts'
import { checkTotals, WrittenTotals } from './control-totals.ts'
import { sheetFormulas } from './formulas.ts'
import { columnHeadings, headingRows } from './heading-rows.ts'
import { FIRST_STUDENT_ROW, planSheets } from './sheet-plan.ts'
import { StringTable } from './string-table.ts'
import { StudentRows, type AveragesAdded } from './student-rows.ts'
import { makePackage } from './workbook-package.ts'
import type { WorkbookFacts, WorkbookRequest } from './workbook-request.ts'
import { writeZip, type ZipPart } from './zip-file.ts'

export type { WorkbookFacts, WorkbookOptions, WorkbookRequest } from './workbook-request.ts'

/**
 * Writes a book's workbook to `request.file` and flushes it to disk. The same book, options and clock give
 * the same bytes. Throws WORKBOOK_TOO_LARGE (before anything is written) and CHECK_FAILED (not the
 * database's totals), the signal's reason, or what the file system throws; then nothing is left of the file. The book's
 * snapshot must stay open meanwhile.
 */
export async function writeWorkbook (book: Book, request: WorkbookRequest): Promise<WorkbookFacts> {
  const { options } = request
  const plan = planSheets(book, options)
  const { columns } = plan
  const headings = columnHeadings(book, columns)
  const { widths, headingHeight } = fitColumns(book, columns, headings)
  const added: AveragesAdded[] = []
  const made = await makePackage(book, plan, request, widths, (sheet) => added[sheet]!)
  const { styles } = made
  const totals = new WrittenTotals()
  const strings = new StringTable(made.sharedStrings.count, `${request.file}.strings`)
  const all = plan.sheets.reduce((sum, sheet) => sum + sheet.students, 0)
  let done = 0

  function * studentSheet (index: number): Generator<Buffer> {
    const { periodId, lastRow } = plan.sheets[index]!
    const { head, tail } = made.sheets[index]!
    const formulas = sheetFormulas(columns, lastRow, options.values)
    yield Buffer.from(head)
    for (
      const row of headingRows({
        book,
        columns,
        formulas,
        styles,
        strings,
        periodId,
        weights: made.summary.weights,
        height: headingHeight,
      })
    ) yield Buffer.from(row, 'latin1')
    totals.tasks.push(columns.tasks)

    const writer = new StudentRows({
      book,
      columns,
      formulas,
      styles,
      strings,
      totals,
      values: options.values,
    })
    const filter = {
      ...(periodId === undefined ? {} : { periodId }),
      ...(options.include_dropped ? {} : { isDropped: false }),
    }
    let rowNumber = FIRST_STUDENT_ROW
    for (const row of book.rows(filter)) {
      writer.write(row, rowNumber++)
      done++
      if (writer.chunks.isFull) {
        yield writer.chunks.take()
        request.onProgress?.(done, all)
      }
    }
    added[index] = writer.added
    yield writer.chunks.take()
    request.onProgress?.(done, all)
    yield Buffer.from(tail)
  }

  function * sharedStrings (): Generator<Buffer> {
    yield Buffer.from(made.sharedStrings.head(strings))
    yield * strings.bytes()
    yield Buffer.from(made.sharedStrings.tail)
  }

  function summary (): Buffer[] {
    checkTotals(book, totals, request.controls, options)
    return [Buffer.from(made.summaryXml())]
  }

  const parts: ZipPart[] = [
    ...Array.from(made.parts, ([path, xml]): ZipPart => ({ path, chunks: () => [Buffer.from(xml)] }))
      // Readers that do not seek want this one first.
      .sort((a, b) => Number(b.path === '[Content_Types].xml') - Number(a.path === '[Content_Types].xml')),
    ...made.sheets.map(({ path }, i): ZipPart => ({ path, chunks: () => studentSheet(i) })),
    { path: 'xl/sharedStrings.xml', chunks: sharedStrings },
    // Last, since it says what was counted in the others.
    { path: made.summaryPath, chunks: summary },
  ]
  try {
    const { size, sha256 } = await writeZip(request.file, parts, { signal: request.signal })
    return { size, sha256, students: totals.students + totals.dropped, scores: totals.scores }
  } finally {
    strings.close()
  }
}
