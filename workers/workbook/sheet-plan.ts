// Which worksheets a workbook has, and which columns each of them has: the same on all of them.
import type { Book } from '../../src/courses/book.ts'
import { sheetNames } from './sheet-names.ts'
import { DomainError } from '../../src/errors.ts'
import type { WorkbookOptions } from './workbook-request.ts'

export const SUMMARY = 'Summary'
export const PERFORMANCE = 'Performance'
export const NO_PERIOD = 'No period'
/** Excel keeps this name for itself. */
const HISTORY = 'History'

/** Rows above the students, of which the last has the headings. */
export const HEADING_ROWS = 8
export const FIRST_STUDENT_ROW = HEADING_ROWS + 1
/** ECMA-376 sets none, Excel does: its specifications and limits. */
const MOST_ROWS = 1_048_576
const MOST_COLUMNS = 16_384

/** Columns by number, 1 is A. The first four (last name, first name, student id, e-mail) are always there. */
export interface SheetColumns {
  /** Undefined where there is none. */
  period: number | undefined
  status: number
  courseAverage: number
  /** Indexes into the book's categories; the first stands at `firstCategory`. */
  categories: number[]
  firstCategory: number
  firstTask: number
  tasks: number
  last: number
}

export interface StudentSheet {
  name: string
  /** What it shows; undefined: the whole course, null: students without a period. */
  periodId: number | null | undefined
  students: number
  /** The last row that formulas take in: the last student's, the first student row where there is none. */
  lastRow: number
}

export interface SheetPlan {
  columns: SheetColumns
  sheets: StudentSheet[]
}

/** Plans the worksheets. Throws WORKBOOK_TOO_LARGE where Excel's limits are exceeded. */
export function planSheets (book: Book, options: WorkbookOptions): SheetPlan {
  const categories = categoriesWithScores(book, options.include_dropped)
  const hasPeriods = options.sheets === 'course' && book.periods.length > 1
  const status = hasPeriods ? 6 : 5
  const firstCategory = status + 2
  const firstTask = firstCategory + categories.length
  const tasks = book.tasks.length
  const columns: SheetColumns = {
    period: hasPeriods ? 5 : undefined,
    status,
    courseAverage: status + 1,
    categories,
    firstCategory,
    firstTask,
    tasks,
    last: firstTask + tasks - 1,
  }
  const sheets = listSheets(book, options).map(({ name, periodId }): StudentSheet => {
    const { students, dropped } = book.averages(periodId)
    const rows = students + (options.include_dropped ? dropped : 0)
    return { name, periodId, students: rows, lastRow: HEADING_ROWS + Math.max(1, rows) }
  })
  refuseTooLarge(book, columns, sheets, options)
  return { columns, sheets }
}

function listSheets (
  book: Book,
  options: WorkbookOptions
): Array<{ name: string, periodId: number | null | undefined }> {
  if (options.sheets === 'course') return [{ name: PERFORMANCE, periodId: undefined }]
  const { students, dropped } = book.averages(null)
  const hasRest = book.periods.length === 0 || students + (options.include_dropped ? dropped : 0) > 0
  const ids: Array<number | null> = book.periods.map((period) => period.id)
  const wanted = book.periods.map((period) => period.name)
  if (hasRest) {
    ids.push(null)
    wanted.push(NO_PERIOD)
  }
  return sheetNames(wanted, [SUMMARY, HISTORY]).map((name, i) => ({ name, periodId: ids[i]! }))
}

/**
 * A category average is shown where somebody in the workbook has one; dropped students count in no average of
 * the book's.
 */
function categoriesWithScores (book: Book, includeDropped: boolean): number[] {
  const { categories, dropped } = book.averages()
  const has = categories.map((category) => category.average !== null)
  if (includeDropped && dropped > 0 && has.includes(false)) {
    for (const row of book.rows({ isDropped: true })) {
      row.categoryAverages.forEach((average, c) => {
        if (!Number.isNaN(average)) has[c] = true
      })
    }
  }
  return Array.from(has.keys()).filter((c) => has[c])
}

function refuseTooLarge (
  book: Book,
  columns: SheetColumns,
  sheets: StudentSheet[],
  options: WorkbookOptions
): void {
  const summaryColumns = options.sheets === 'period' ? summaryWidth(columns) : 3
  if (columns.last > MOST_COLUMNS || summaryColumns > MOST_COLUMNS) {
    throw new DomainError('WORKBOOK_TOO_LARGE', {
      detail: `The course has ${withCommas(book.tasks.length)} tasks in ${
        withCommas(book.categories.length)
      } categories; ` +
        `an Excel worksheet has room for ${
          withCommas(MOST_COLUMNS)
        } columns. Withdraw tasks that are no longer needed, or split the course.`,
    })
  }
  const largest = Math.max(...sheets.map((sheet) => sheet.lastRow))
  if (largest <= MOST_ROWS) return
  const advice = options.sheets === 'course' && book.periods.length > 1
    ? 'Export it with one sheet a period.'
    : 'Split the course.'
  throw new DomainError('WORKBOOK_TOO_LARGE', {
    detail: `${withCommas(largest - HEADING_ROWS)} students would stand on one worksheet; ` +
      `Excel has room for ${withCommas(MOST_ROWS - HEADING_ROWS)}. ${advice}`,
  })
}

/**
 * Columns of Summary's block of periods: name, students, course average, then a sum and a count for each
 * average.
 */
export function summaryWidth (columns: SheetColumns): number {
  return 5 + 2 * columns.categories.length
}

/** `A`, `Z`, `AA`, … for 1, 26, 27, … */
export function columnName (column: number): string {
  let name = ''
  for (let n = column; n > 0; n = Math.floor((n - 1) / 26)) {
    name = String.fromCharCode(65 + (n - 1) % 26) + name
  }
  return name
}

/** `1,048,576`; a formatter of the platform takes 20 ms to load, a third of a small workbook. */
export function withCommas (n: number): string {
  // eslint-disable-next-line regexp/no-super-linear-move -- a number has at most 25 characters
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',')
}
