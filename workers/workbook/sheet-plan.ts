// Which worksheets of students a workbook has, and which columns: the same on all of them.
import { BANDS } from '../../src/courses/bands.ts'
import type { Book } from '../../src/courses/book.ts'
import type { BookCategory } from '../../src/courses/book-columns.ts'
import { DomainError } from '../../src/errors.ts'
import { periodColumns } from './period-columns.ts'
import { sheetNames } from './sheet-names.ts'
import { groupDigits } from './words/group-digits.ts'
import type { WorkbookOptions } from './workbook-request.ts'

export const SUMMARY = 'Summary'
export const PERFORMANCE = 'Performance'
const NO_PERIOD = 'No period'
export const CHANGES = 'Changes'
/** Excel keeps this name for itself. */
const HISTORY = 'History'

/** Rows above the students, of which the last has the headings. */
export const HEADING_ROWS = 8
export const FIRST_STUDENT_ROW = HEADING_ROWS + 1
/** Excel's limits. ECMA-376 has none. */
const MOST_ROWS = 1_048_576
export const MOST_COLUMNS = 16_384

/** Columns by number, 1 is A. The first four (last name, first name, student ID, email) are always there. */
export interface SheetColumns {
  /** Undefined where there is none. */
  period: number | undefined
  status: number
  courseAverage: number
  /** Undefined without a grading scale. */
  grade: number | undefined
  categories: SheetCategory[]
  firstCategory: number
  firstTask: number
  tasks: number
  last: number
}

/** A category with a column of averages. */
export interface SheetCategory extends BookCategory {
  /** Its index in the book. */
  index: number
}

/** Adds up averages of students who are not dropped. */
export interface AverageSum {
  sum: number
  count: number
}

export interface StudentSheet {
  name: string
  /** What it shows; undefined: the whole course, null: students without a period. */
  periodId: number | null | undefined
  students: number
  /** The last row of formulas: the last student's, or the first student row if there is no student. */
  lastRow: number
  /** The course average, then each category with a column. Complete when the sheet's rows are written. */
  sums: AverageSum[]
}

export interface SheetPlan {
  columns: SheetColumns
  sheets: StudentSheet[]
}

/** The columns of a sheet of students. */
export function planColumns (
  book: Book, options: Pick<WorkbookOptions, 'sheets' | 'include_dropped'>
): SheetColumns {
  const categories = categoriesWithScores(book, options)
  const hasPeriods = options.sheets === 'course' && book.periods.length > 1
  const status = hasPeriods ? 6 : 5
  const grade = book.course.gradingScale.length === 0 ? undefined : status + 2
  const firstCategory = (grade ?? status + 1) + 1
  const firstTask = firstCategory + categories.length
  const tasks = book.tasks.length
  return {
    period: hasPeriods ? 5 : undefined,
    status,
    courseAverage: status + 1,
    grade,
    categories,
    firstCategory,
    firstTask,
    tasks,
    last: firstTask + tasks - 1,
  }
}

/** Throws WORKBOOK_TOO_LARGE if Excel's limits are exceeded. */
export function planSheets (book: Book, options: WorkbookOptions): SheetPlan {
  const columns = planColumns(book, options)
  const { categories } = columns
  const sheets = listSheets(book, options).map(({ name, periodId }): StudentSheet => {
    const { students, dropped } = book.averages(periodId)
    const rows = students + (options.include_dropped ? dropped : 0)
    const sums = Array.from({ length: 1 + categories.length }, () => ({ sum: 0, count: 0 }))
    return { name, periodId, students: rows, lastRow: HEADING_ROWS + Math.max(1, rows), sums }
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
  const hasRest = book.period === undefined &&
    (book.periods.length === 0 || students + (options.include_dropped ? dropped : 0) > 0)
  const wanted: Array<{ id: number | null, name: string }> =
    book.period === undefined ? [...book.periods] : [book.period]
  if (hasRest) wanted.push({ id: null, name: NO_PERIOD })
  const names = sheetNames(wanted.map(({ name }) => name), [SUMMARY, CHANGES, HISTORY])
  return wanted.map(({ id, name }, i) => ({ name: names[i] ?? name, periodId: id }))
}

/**
 * A category has a column if anyone in the workbook has an average in it. Dropped students count in no
 * average.
 */
function categoriesWithScores (
  book: Book, options: Pick<WorkbookOptions, 'include_dropped'>
): SheetCategory[] {
  const { categories, isScored } = book.averages()
  return book.categories.map((category, index) => ({ ...category, index }))
    .filter(({ index }) => options.include_dropped ? isScored[index] : categories[index]?.average !== null)
}

function refuseTooLarge (
  book: Book,
  columns: SheetColumns,
  sheets: StudentSheet[],
  options: WorkbookOptions
): void {
  const summaryColumns = options.sheets === 'period'
    ? periodColumns(columns.categories.length, BANDS).last
    : 0
  if (columns.last > MOST_COLUMNS || summaryColumns > MOST_COLUMNS) {
    throw new DomainError('WORKBOOK_TOO_LARGE', {
      detail: `The course has ${withCommas(book.tasks.length)} tasks in ` +
        `${withCommas(book.categories.length)} categories. An Excel worksheet has room for ` +
        `${withCommas(MOST_COLUMNS)} columns. ` +
        'Withdraw tasks that are no longer needed, or split the course.',
    })
  }
  const largest = Math.max(...sheets.map((sheet) => sheet.lastRow))
  if (largest <= MOST_ROWS) return
  const advice = options.sheets === 'course' && book.periods.length > 1
    ? 'Export it with one sheet for each period.'
    : 'Split the course.'
  throw new DomainError('WORKBOOK_TOO_LARGE', {
    detail: `One worksheet would have ${withCommas(largest - HEADING_ROWS)} students. ` +
      `Excel has room for ${withCommas(MOST_ROWS - HEADING_ROWS)}. ${advice}`,
  })
}

/** The columns with averages: of the course, then of each category with a column. */
export function averageColumns ({ courseAverage, firstCategory, categories }: SheetColumns): number[] {
  return [courseAverage, ...categories.map((_, i) => firstCategory + i)]
}

/** `A`, `Z`, `AA`, … for 1, 26, 27, … */
export function columnName (column: number): string {
  let name = ''
  for (let n = column; n > 0; n = Math.floor((n - 1) / 26)) {
    name = String.fromCharCode(65 + (n - 1) % 26) + name
  }
  return name
}

function withCommas (n: number): string {
  return groupDigits(n, ',')
}
