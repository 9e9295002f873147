// Live formulas for the whole course on Summary: from the one worksheet, or from a block with a row for each
// period sheet.
import { BANDS } from '../../src/courses/bands.ts'
import type { Book } from '../../src/courses/book.ts'
import { FIRST_PERIOD_CATEGORY, PERIOD_MEDIAN, periodColumns } from './period-columns.ts'
import { averageColumns, columnName, type SheetPlan, type StudentSheet } from './sheet-plan.ts'
import type { SummaryCells } from './summary-cells.ts'
import { overSheet } from './summary-formulas.ts'
import type { WorkbookStyles } from './workbook-styles.ts'
import type { WorkbookWords } from './words/workbook-words.ts'

/** Formulas. `average`: 0 is the course average, then the categories with a column. */
export interface WholeCourse {
  average: (average: number) => string
  lowest: (average: number) => string
  highest: (average: number) => string
  /** An array formula; undefined: it cannot be computed from several worksheets. */
  median: ((average: number) => string) | undefined
  band: (band: number) => string
}

/** The formulas if all students are on one worksheet. */
export function fromOneSheet (
  sheet: StudentSheet,
  { columns }: SheetPlan,
  words: WorkbookWords
): WholeCourse {
  const { average, lowest, highest, median, band } = overSheet(sheet, columns, words.active)
  const averages = averageColumns(columns)
  const of = (formula: (column: number) => string) => (index: number): string =>
    formula(averages[index] ?? columns.courseAverage)
  return { average: of(average), lowest: of(lowest), highest: of(highest), median: of(median), band }
}

/**
 * Puts the block of periods below the current row, and returns formulas over it. A formula over many sheets
 * would break too easily.
 */
export function fromPeriods (
  cells: SummaryCells,
  book: Book,
  { columns, sheets }: SheetPlan,
  styles: WorkbookStyles,
  words: WorkbookWords
): WholeCourse {
  const averages = averageColumns(columns)
  const places = periodColumns(columns.categories.length, BANDS)
  const names = [words.courseAverage, ...columns.categories.map(({ name }) => words.averageOf(name))]
  const [courseAverage = '', ...categoryAverages] = names
  cells.heading([words.period, words.students, courseAverage, words.median, ...categoryAverages])
  for (const [i, name] of names.entries()) {
    cells.put(places.sum(i), styles.numberHeading, words.sumOf(name))
    cells.put(places.count(i), styles.numberHeading, words.studentsOf(name))
    cells.put(places.lowest(i), styles.numberHeading, words.lowestOf(name))
    cells.put(places.highest(i), styles.numberHeading, words.highestOf(name))
  }
  for (let band = 0; band < BANDS; band++) {
    cells.put(places.firstBand + band, styles.numberHeading, words.studentsOf(bandName(band, words)))
  }
  const first = cells.row + 1
  for (const sheet of sheets) putPeriod(sheet)
  const last = cells.row
  const range = (column: number): string => `${columnName(column)}${first}:${columnName(column)}${last}`
  return {
    average: (average) => {
      const count = `SUM(${range(places.count(average))})`
      return `IF(${count}=0,"",SUM(${range(places.sum(average))})/${count})`
    },
    lowest: (average) => guarded('MIN', range(places.lowest(average))),
    highest: (average) => guarded('MAX', range(places.highest(average))),
    median: undefined,
    band: (band) => `SUM(${range(places.firstBand + band)})`,
  }

  function putPeriod (sheet: StudentSheet): void {
    const { name, periodId, sums } = sheet
    const formulas = overSheet(sheet, columns, words.active)
    const found = book.averages(periodId)
    const period = book.periods.find(({ id }) => id === periodId)
    const number = { style: styles.number }
    cells.row++
    cells.put(1, styles.plain, period === undefined ? words.noPeriod : period.name || name)
    cells.formula(2, formulas.students, () => found.students, number)
    for (const [i, column] of averages.entries()) {
      const category = columns.categories[i - 1]?.index
      const spread = category === undefined ? found.course : found.categories[category]
      const shown = i === 0 ? 3 : FIRST_PERIOD_CATEGORY + i - 1
      cells.formula(shown, formulas.average(column), () => spread?.average ?? null)
      if (i === 0) {
        cells.formula(PERIOD_MEDIAN, formulas.median(column), () => found.course.median, { isArray: true })
      }
      cells.formula(places.sum(i), formulas.sum(column), () => sums[i]?.sum ?? 0, {
        style: styles.fineNumber,
      })
      cells.formula(places.count(i), formulas.count(column), () => sums[i]?.count ?? 0, number)
      cells.formula(places.lowest(i), formulas.lowest(column), () => spread?.lowest ?? null)
      cells.formula(places.highest(i), formulas.highest(column), () => spread?.highest ?? null)
    }
    for (const [band, students] of found.bands.entries()) {
      cells.formula(places.firstBand + band, formulas.band(band), () => students, number)
    }
  }
}

/** `10–20%` */
export function bandName (band: number, words: WorkbookWords): string {
  const percent = 100 / BANDS
  if (band === 0) return words.below(percent)
  if (band === BANDS - 1) return words.above(band * percent)
  return words.between(band * percent, (band + 1) * percent)
}

function guarded (call: string, range: string): string {
  return `IF(COUNT(${range})=0,"",${call}(${range}))`
}
