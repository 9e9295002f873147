// The cells of Summary. The values of its formulas are asked for last, when all rows have been written.
import { BANDS } from '../../src/courses/bands.ts'
import type { Book } from '../../src/courses/book.ts'
import { NO_SPREAD } from '../../src/courses/tally.ts'
import { linesOf } from './column-widths.ts'
import { excelDate } from './excel-date.ts'
import type { ScaleCells } from './formulas.ts'
import { periodColumns } from './period-columns.ts'
import type { Validation } from './sheet-elements.ts'
import { SUMMARY, type SheetPlan } from './sheet-plan.ts'
import { SummaryCells, type SummaryCell } from './summary-cells.ts'
import type { Chart } from './summary-chart.ts'
import { legendLines } from './summary-legend.ts'
import { bandName, fromOneSheet, fromPeriods, type WholeCourse } from './summary-periods.ts'
import type { WorkbookRequest } from './workbook-request.ts'
import type { WorkbookStyles } from './workbook-styles.ts'
import type { WorkbookWords } from './words/workbook-words.ts'
import { wordsOf } from './words/words.ts'

export interface Summary {
  cells: SummaryCell[]
  /** The cell of a category's weight, by the category's index in the book: `Summary!$B$15`. */
  weightCell: (category: number) => string
  scale: ScaleCells | undefined
  /** The cell with the limit for highlighting. */
  highlightCell: string
  /** Cells that a teacher may change. */
  validations: Validation[]
  chart: Chart
  /** Columns that are grouped and hidden, from the first to the last. */
  helpers: { first: number, last: number } | undefined
  /** Characters, from column A on. */
  widths: number[]
  /** In points, of rows that need more than the usual height, until a program fits them. */
  heights: Map<number, number>
}

/** The limit for highlighting until a teacher changes it. */
const HIGHLIGHT_BELOW = 0.6
/** Widths in characters: of labels, of values, and of the columns beside them. */
const LABEL = { least: 20, most: 40 }
const VALUE = 18
const OTHER = 13
/** Columns that the chart and the texts of the legend cover, A to H. */
const COLUMNS = 8
/** In points. */
const TITLE_HEIGHT = 19
const LINE = 15
const MOST_LINES = 5

/** Lays out Summary. */
export function summarySheet (
  book: Book,
  plan: SheetPlan,
  request: WorkbookRequest,
  styles: WorkbookStyles
): Summary {
  const { columns, sheets } = plan
  const { options } = request
  const words = wordsOf(options.language)
  const averages = book.averages()
  const cells = new SummaryCells(styles)
  const heights = new Map([[1, TITLE_HEIGHT]])
  const validations: Validation[] = []

  const scores = options.include_dropped ? averages.scores : averages.activeScores
  cells.line(words.course, book.course.name, styles.title)
  cells.line(words.school, book.course.school)
  cells.line(words.term, book.course.term)
  cells.line(words.teachers, request.teachers.join(', '))
  cells.line(
    words.generatedAt,
    excelDate(request.generatedAt, book.course.timeZone),
    styles.summaryDateTime
  )
  cells.put(3, styles.remark, book.course.timeZone)
  cells.line(words.generatedBy, request.generatedBy ?? words.commandLine)
  cells.line(words.students, averages.students)
  if (book.period !== undefined) cells.put(3, styles.remark, `${words.period}: ${book.period.name}`)
  cells.line(words.droppedStudents, averages.dropped)
  cells.line(words.tasks, book.tasks.length)
  cells.line(words.scores, scores)
  cells.line(words.courseAverage, null)
  const courseAverageRow = cells.row

  const categoriesRow = putCategories()
  const [only] = sheets
  const isByPeriod = options.sheets === 'period' || only === undefined
  const whole = isByPeriod
    ? fromPeriods(cells, book, plan, styles, words)
    : fromOneSheet(only, plan, words)
  const classAverage = Math.max(OTHER, words.classAverage.length + 2)
  if (isByPeriod) {
    const titles = columns.categories.map(({ name }) => words.averageOf(name))
    const lines = [words.courseAverage, ...titles].map((title) => linesOf(title, OTHER - 1))
    heights.set(cells.row - sheets.length, LINE * Math.min(MOST_LINES, Math.max(...lines)))
  }
  cells.formula(2, whole.average(0), () => averages.course.average, {
    row: courseAverageRow,
    style: styles.summaryPercent,
  })
  putSpreads(whole)
  const chart = putBands(cells, whole, averages.bands, styles, words)
  const scale = putScale()

  cells.row++
  cells.line(words.highlightBelow, HIGHLIGHT_BELOW, styles.input)
  cells.put(3, styles.note, words.highlightNote)
  const highlightCell = `${SUMMARY}!$B$${cells.row}`
  validations.push({ range: `B${cells.row}`, most: 1, message: words.enterPercent })

  cells.heading([words.mark, words.example])
  cells.put(3, styles.remarkHeading, words.meaning)
  const hasDropped = options.include_dropped && averages.dropped > 0
  for (const { mark, example, meaning } of legendLines(book, options, styles, { hasDropped, isByPeriod })) {
    cells.row++
    cells.put(1, styles.plain, mark)
    if (example !== undefined) cells.put(2, example.style, example.value)
    cells.put(3, styles.remark, meaning)
  }
  cells.row++
  cells.line(words.check, words.agrees)
  const students = sheets.reduce((sum, sheet) => sum + sheet.students, 0)
  cells.put(3, styles.remark, words.checked({ students, tasks: book.tasks.length, scores }))

  const labels = cells.cells.flatMap(({ column, value }) =>
    column === 1 && typeof value === 'string' ? [value.length] : []
  )
  const places = periodColumns(columns.categories.length, BANDS)
  return {
    cells: cells.cells,
    weightCell: (category) => `${SUMMARY}!$B$${categoriesRow + 1 + category}`,
    scale,
    highlightCell,
    validations,
    chart,
    helpers: isByPeriod ? { first: places.firstHelper, last: places.last } : undefined,
    heights,
    widths: [
      Math.min(LABEL.most, Math.max(LABEL.least, ...labels) + 2),
      VALUE,
      classAverage,
      ...Array.from({ length: (isByPeriod ? places.last : COLUMNS) - 3 }, () => OTHER),
    ],
  }

  /** Names and weights; returns the row of the headings. */
  function putCategories (): number {
    cells.heading([
      words.category, words.weight, words.classAverage, words.median, words.lowest, words.highest,
    ])
    const headings = cells.row
    for (const { name, weight } of book.categories) {
      cells.row++
      cells.put(1, styles.plain, name)
      cells.put(2, styles.input, weight)
    }
    const last = cells.row
    cells.row++
    cells.put(1, styles.label, words.total)
    const total = book.categories.reduce((sum, { weight }) => sum + weight, 0)
    // The range starts at the heading, so it works without categories and when a row is inserted at the top.
    cells.formula(2, `SUM(B${headings}:B${last})`, () => total)
    // The empty text if the weights, rounded to six decimals, add up to 100%.
    const isScaled = Math.abs(total - 1) >= 0.5e-6
    cells.formula(
      3,
      `IF(ABS(B${cells.row}-1)<0.0000005,"","${words.scaled}")`,
      () => isScaled ? words.scaled : null,
      { style: styles.remark }
    )
    if (last > headings) {
      validations.push({ range: `B${headings + 1}:B${last}`, most: 1, message: words.enterPercent })
    }
    return headings
  }

  function putSpreads ({ average, median, lowest, highest }: WholeCourse): void {
    for (const [i, { index }] of columns.categories.entries()) {
      const row = categoriesRow + 1 + index
      const spread = averages.categories[index] ?? NO_SPREAD
      cells.formula(3, average(i + 1), () => spread.average, { row })
      if (median !== undefined) cells.formula(4, median(i + 1), () => spread.median, { row, isArray: true })
      else if (spread.median !== null) {
        cells.cells.push({ row, column: 4, style: styles.average, value: spread.median })
      }
      cells.formula(5, lowest(i + 1), () => spread.lowest, { row })
      cells.formula(6, highest(i + 1), () => spread.highest, { row })
    }
  }

  function putScale (): ScaleCells | undefined {
    const { gradingScale } = book.course
    if (gradingScale.length === 0) return undefined
    cells.heading([words.grade, words.from])
    const first = cells.row + 1
    for (const { grade, from } of gradingScale) {
      cells.row++
      cells.put(1, styles.plain, grade)
      cells.put(2, styles.gradeInput, from)
    }
    const last = cells.row
    validations.push({ range: `B${first}:B${last}`, most: MOST_LIMIT, message: words.enterLimit })
    return {
      grades: `${SUMMARY}!$A$${first}:$A$${last}`,
      limits: `${SUMMARY}!$B$${first}:$B$${last}`,
    }
  }
}

/** An average can be over 100%, and so can the limit of a grade. */
const MOST_LIMIT = 10

function putBands (
  cells: SummaryCells,
  { band }: WholeCourse,
  students: number[],
  styles: WorkbookStyles,
  words: WorkbookWords
): Chart {
  cells.heading([words.courseAverages, words.students])
  const chart: Chart = {
    row: cells.row,
    title: words.courseAverages,
    series: words.students,
    description: words.chartDescription,
    points: students.map((value, i) => ({ label: bandName(i, words), value })),
  }
  for (const [i, { label, value }] of chart.points.entries()) {
    cells.row++
    cells.put(1, styles.plain, label)
    cells.formula(2, band(i), () => value, { style: styles.number })
  }
  return chart
}
