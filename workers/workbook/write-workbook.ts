// The workbook of a course. xlsx-populate makes a package without students. Its parts are copied into the
// file, and the rows of students are added on the way. So no workbook is ever in memory, whatever its size.
// See docs/workbook.md.
import type { Book } from '../../src/courses/book.ts'
import { changesSheet } from './changes-sheet.ts'
import { fitColumns } from './column-widths.ts'
import { checkTotals, WrittenTotals } from './control-totals.ts'
import { sheetFormulas } from './formulas.ts'
import { columnHeadings, headingRows } from './heading-rows.ts'
import { FIRST_STUDENT_ROW, planSheets } from './sheet-plan.ts'
import { StringTable } from './string-table.ts'
import { StudentRows } from './student-rows.ts'
import { makePackage, type SheetFrame } from './workbook-package.ts'
import type { WorkbookFacts, WorkbookRequest } from './workbook-request.ts'
import { wordsOf } from './words/words.ts'
import { writeZip, type ZipPart } from './zip-file.ts'

/**
 * Writes a book's workbook to `request.file` and flushes it to disk. The same book, options and clock give
 * the same bytes. The book's snapshot must stay open meanwhile. Throws WORKBOOK_TOO_LARGE (before anything is
 * written), CHECK_FAILED, the signal's reason, or what the file system throws; then no file is left.
 */
export async function writeWorkbook (book: Book, request: WorkbookRequest): Promise<WorkbookFacts> {
  const { options } = request
  const words = wordsOf(options.language)
  const { columns, sheets } = planSheets(book, options)
  const headings = columnHeadings(book, columns, words)
  const fitted = await fitColumns(book, columns, headings, words)
  const made = await makePackage(book, { columns, sheets }, request, fitted)
  const { styles } = made
  const { weightCell } = made.summary
  const totals = new WrittenTotals()
  const strings = new StringTable(made.sharedStrings.count, `${request.file}.strings`)
  const all = sheets.reduce((sum, sheet) => sum + sheet.students, 0)
  let done = 0

  async function * studentSheet ({ sheet, head, tail }: SheetFrame): AsyncGenerator<Buffer, void, void> {
    const { periodId, lastRow, sums } = sheet
    const formulas = sheetFormulas(columns, lastRow, {
      values: options.values,
      active: words.active,
      scale: made.summary.scale,
    })
    const common = { book, columns, formulas, styles, strings, words }
    yield Buffer.from(head)
    for (const row of headingRows({ ...common, headings, periodId, weightCell, ...fitted })) {
      yield Buffer.from(row, 'latin1')
    }
    totals.tasks.push(columns.tasks)

    const writer = new StudentRows({ ...common, totals, sums, values: options.values })
    const filter = { periodId, isDropped: options.include_dropped ? undefined : false }
    let rowNumber = FIRST_STUDENT_ROW
    for await (const batch of book.batches(filter)) {
      for (const row of batch) {
        writer.write(row, rowNumber++)
        done++
        if (writer.chunks.isFull) {
          yield writer.chunks.take()
          request.onProgress?.(done, all)
        }
      }
    }
    yield writer.chunks.take()
    request.onProgress?.(done, all)
    yield Buffer.from(tail)
  }

  function changes (): ZipPart[] {
    const { changes: frame } = made
    if (frame === undefined || request.changes === undefined) return []
    const given = { ...frame, book, changes: request.changes, options, styles, strings, words }
    return [{ path: frame.path, chunks: () => changesSheet(frame.xml, given) }]
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
      // Readers that do not seek expect this part first.
      .sort((a, b) => Number(b.path === '[Content_Types].xml') - Number(a.path === '[Content_Types].xml')),
    ...made.sheets.map((frame): ZipPart => ({
      path: frame.path,
      chunks: () => studentSheet(frame),
      windowBits: windowBits(columns.last),
    })),
    ...changes(),
    { path: 'xl/sharedStrings.xml', chunks: sharedStrings },
    // Last, because it says what was counted in the others.
    { path: made.summaryPath, chunks: summary },
  ]
  try {
    const { size, sha256 } = await writeZip(request.file, parts, { signal: request.signal })
    return { size, sha256, students: totals.students + totals.dropped, scores: totals.scores }
  } finally {
    strings.close()
  }
}

/** Bytes of a score's cell, about. */
const CELL_BYTES = 44

/**
 * How far back zlib should look in the rows of a sheet: a row is like the one before it. 16 KB take a fifth
 * less of zlib's time than 32 KB, and at 200 columns the file is 0.2 % larger. Only if a row fits into 32 KB
 * and not into 16 would the file be 5 % larger.
 */
function windowBits (columns: number): number {
  const row = columns * CELL_BYTES
  return row > 2 ** 14 && row <= 2 ** 15 ? 15 : 14
}
