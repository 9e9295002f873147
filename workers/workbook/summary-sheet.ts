// The cells of Summary. The values of its formulas are asked for last, when all rows have been written.
import type { Style } from 'xlsx-populate'
import type { Book } from '../../src/courses/book.ts'
import { NO_SPREAD } from '../../src/courses/tally.ts'
import { excelDate } from './excel-date.ts'
import { sheetSums } from './formulas.ts'
import { quotedSheetName } from './sheet-names.ts'
import { columnName, PERFORMANCE, summaryWidth, type SheetPlan } from './sheet-plan.ts'
import { legendLines } from './summary-legend.ts'
import type { WorkbookRequest } from './workbook-request.ts'
import type { WorkbookStyles } from './workbook-styles.ts'
import { wordsOf } from './words/words.ts'

export interface SummaryCell {
  row: number
  column: number
  style: Style
  /** Text as it came in, or a number; a cell with a formula has none. */
  value?: string | number
  formula?: string
  /** The formula's value, null for the empty text. Known when all rows have been written. */
  result?: () => number | null
}

export interface Summary {
  cells: SummaryCell[]
  /** The cell of a category's weight, by the category's index in the book: `Summary!$B$15`. */
  weightCell: (category: number) => string
  /** Characters, from column A on. */
  widths: number[]
  /** In points, of rows that do not have the usual height. */
  heights: Map<number, number>
}

/** Column of the first sum in the block of periods. */
const FIRST_SUM = 4

/** Lays out Summary. */
export function summarySheet (
  book: Book,
  { columns, sheets }: SheetPlan,
  request: WorkbookRequest,
  styles: WorkbookStyles
): Summary {
  const words = wordsOf(request.options.language)
  const cells: SummaryCell[] = []
  const heights = new Map([[1, 21]])
  let row = 0
  const put = (
    column: number,
    style: Style,
    content: { value: string | number | null } | { formula: string, result: () => number | null }
  ): void => {
    if (!('value' in content)) cells.push({ row, column, style, ...content })
    else if (content.value !== null && content.value !== '') {
      cells.push({ row, column, style, value: content.value })
    }
  }
  const line = (label: string, value: string | number | null, style = styles.summaryValue): void => {
    row++
    put(1, styles.label, { value: label })
    put(2, style, { value })
  }
  const heading = (...names: string[]): void => {
    row += 2
    for (const [i, value] of names.entries()) put(i + 1, styles.heading, { value })
  }

  const isByPeriod = request.options.sheets === 'period'
  const averages = book.averages()
  const scores = request.options.include_dropped ? averages.scores : averages.activeScores
  line(words.course, book.course.name, styles.title)
  if (book.period !== undefined) put(3, styles.plain, { value: `${words.period}: ${book.period.name}` })
  line(words.school, book.course.school)
  line(words.term, book.course.term)
  line(words.teachers, request.teachers.join(', '))
  line(words.generatedAt, excelDate(request.generatedAt, book.course.timeZone), styles.summaryDateTime)
  put(3, styles.plain, { value: book.course.timeZone })
  line(words.generatedBy, request.generatedBy)
  line(words.students, averages.students)
  line(words.droppedStudents, averages.dropped)
  line(words.tasks, book.tasks.length)
  line(words.scores, scores)
  line(words.courseAverage, null)
  const courseAverageRow = row

  heading(words.category, words.weight, words.classAverage)
  const firstCategoryRow = row + 1
  for (const category of book.categories) {
    row++
    put(1, styles.plain, { value: category.name })
    put(2, styles.input, { value: category.weight })
  }

  const averageFormula = isByPeriod ? overPeriods(putPeriods()) : fromTheSheet
  putAverage(courseAverageRow, 2, 0, averages.course.average)
  for (const [i, { index }] of columns.categories.entries()) {
    putAverage(firstCategoryRow + index, 3, i + 1, (averages.categories[index] ?? NO_SPREAD).average)
  }

  heading(words.mark, words.meaning)
  const hasDropped = request.options.include_dropped && averages.dropped > 0
  for (const { style, mark, meaning } of legendLines(book, request.options, styles, { hasDropped })) {
    row++
    put(1, style, { value: mark })
    put(2, styles.plain, { value: meaning })
  }
  row++
  line(words.check, words.agrees)
  const students = sheets.reduce((sum, sheet) => sum + sheet.students, 0)
  put(3, styles.plain, {
    value: words.checked({ students, tasks: book.tasks.length, scores }),
  })
  const labels = cells.flatMap(({ column, value }) =>
    column === 1 && typeof value === 'string' ? [value.length] : []
  )
  return {
    cells,
    weightCell: (category) => `Summary!$B$${firstCategoryRow + category}`,
    heights,
    widths: [
      Math.min(40, Math.max(18, ...labels) + 2),
      24,
      ...Array.from({ length: (isByPeriod ? summaryWidth(columns) : 3) - 2 }, () => 17),
    ],
  }

  /** One row for each sheet: students, course average, then the sum and the count of each average. */
  function putPeriods (): { first: number, last: number } {
    const names = [words.courseAverage, ...columns.categories.map(({ name }) => words.averageOf(name))]
    heading(words.period, words.students)
    heights.set(row, 48)
    const sumsAndCounts = names.flatMap((name) => [words.sumOf(name), words.studentsOf(name)])
    const titles = [words.courseAverage, ...sumsAndCounts]
    for (const [i, value] of titles.entries()) put(3 + i, styles.taskHeading, { value })
    const first = row + 1
    for (const { name, periodId, lastRow, sums } of sheets) {
      row++
      const sheet = quotedSheetName(name)
      const formulas = sheetSums(sheet, columns, lastRow, words.active)
      const period = book.periods.find(({ id }) => id === periodId)
      put(1, styles.plain, { value: period === undefined ? words.noPeriod : period.name || name })
      put(2, styles.summaryValue, {
        formula: formulas.students,
        result: () => book.averages(periodId).students,
      })
      put(3, styles.average, {
        formula: `${sheet}!$${columnName(columns.courseAverage)}$5`,
        result: () => book.averages(periodId).course.average,
      })
      for (const [i, average] of sums.entries()) {
        const column = columns.courseAverage + i
        put(FIRST_SUM + 2 * i, styles.summarySum, {
          formula: formulas.sum(column),
          result: () => average.sum,
        })
        put(FIRST_SUM + 2 * i + 1, styles.centered, {
          formula: formulas.count(column),
          result: () => average.count,
        })
      }
    }
    return { first, last: row }
  }

  /** `average`: 0 is the course average, then the categories with a column. */
  function putAverage (atRow: number, column: number, average: number, value: number | null): void {
    cells.push({
      row: atRow,
      column,
      style: styles.summaryPercent,
      formula: averageFormula(average),
      result: () => value,
    })
  }

  /** A live average over the whole course, from the sums and counts of the periods. */
  function overPeriods ({ first, last }: { first: number, last: number }): (average: number) => string {
    const range = (column: number): string => `${columnName(column)}${first}:${columnName(column)}${last}`
    return (average) => {
      const [sums, counts] = [range(FIRST_SUM + 2 * average), range(FIRST_SUM + 2 * average + 1)]
      return `IF(SUM(${counts})=0,"",SUM(${sums})/SUM(${counts}))`
    }
  }

  /** The same from row 5 of the one worksheet. */
  function fromTheSheet (average: number): string {
    return `${quotedSheetName(PERFORMANCE)}!$${columnName(columns.courseAverage + average)}$5`
  }
}
