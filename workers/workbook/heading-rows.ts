// Rows 1 to 8 of a student sheet.
import type { Style } from 'xlsx-populate'
import type { Book } from '../../src/courses/book.ts'
import type { BookTask } from '../../src/courses/book-columns.ts'
import { NO_SPREAD, type Spread } from '../../src/courses/tally.ts'
import { DomainError } from '../../src/errors.ts'
import { excelDate } from './excel-date.ts'
import { escapeXml } from './excel-text.ts'
import type { SheetFormulas } from './formulas.ts'
import { hasHundredths, roundPoints } from './points.ts'
import { averageColumns, columnName, type SheetCategory, type SheetColumns } from './sheet-plan.ts'
import type { StringTable } from './string-table.ts'
import type { WorkbookStyles } from './workbook-styles.ts'
import type { WorkbookWords } from './words/workbook-words.ts'

interface HeadingsOptions {
  book: Book
  columns: SheetColumns
  headings: ColumnHeadings
  formulas: SheetFormulas
  styles: WorkbookStyles
  strings: StringTable
  words: WorkbookWords
  /** The sheet's students; see `Book.averages`. */
  periodId: number | null | undefined
  /** The cell of Summary that has the weight of a category, by its index in the book. */
  weightCell: (category: number) => string
  /** Of row 8, in points. */
  headingHeight: number
  /** Whether the titles of tasks are vertical. */
  isRotated: boolean
}

/** The names of the columns, as row 8 shows them from column A on. */
export interface ColumnHeadings {
  texts: string[]
  averages: string[]
  /** Undefined without a column of grades. */
  grade: string | undefined
  tasks: string[]
}

/** The names of a worksheet's columns, in the words of its language. */
export function columnHeadings (book: Book, columns: SheetColumns, words: WorkbookWords): ColumnHeadings {
  const period = columns.period === undefined ? [] : [words.period]
  return {
    texts: [words.lastName, words.firstName, words.studentId, words.email, ...period, words.status],
    averages: [words.courseAverage, ...columns.categories.map(({ name }) => words.averageOf(name))],
    grade: columns.grade === undefined ? undefined : words.grade,
    tasks: book.tasks.map((task) => task.title),
  }
}

/** The rows as XML, a row an item. They are ASCII, since texts are in the string table. */
export function * headingRows (
  {
    book, columns, headings, formulas, styles, strings, words, periodId, weightCell, headingHeight, isRotated,
  }: HeadingsOptions
): Generator<string> {
  const averages = book.averages(periodId)
  const eachTask = (write: (task: BookTask, column: number, j: number) => string): string =>
    book.tasks.map((task, j) => write(task, columns.firstTask + j, j)).join('')
  const eachCategory = (write: (category: SheetCategory, column: number) => string): string =>
    columns.categories.map((category, i) => write(category, columns.firstCategory + i)).join('')

  function text (row: number, column: number, style: Style, value: string): string {
    if (value === '') return ''
    strings.cells++
    return `<c r="${columnName(column)}${row}" s="${style.id()}" t="s"><v>${strings.intern(value)}</v></c>`
  }
  function number (row: number, column: number, style: Style, value: number): string {
    refuseInfinite(value)
    return `<c r="${columnName(column)}${row}" s="${style.id()}"><v>${value}</v></c>`
  }
  function formula (
    row: number,
    column: number,
    style: Style,
    formula: string,
    value: number | null
  ): string {
    const cell = `<c r="${columnName(column)}${row}" s="${style.id()}"`
    if (value !== null) refuseInfinite(value)
    return value === null
      ? `${cell} t="str"><f>${escapeXml(formula)}</f><v></v></c>`
      : `${cell}><f>${escapeXml(formula)}</f><v>${value}</v></c>`
  }
  function spread (row: number, which: keyof Spread): string {
    const cell = (column: number, { [which]: value }: Spread, { isTask }: { isTask: boolean }): string =>
      formula(row, column, styles.average, formulas.overStudents(which, column, { isTask }), value)
    return cell(columns.courseAverage, averages.course, { isTask: false }) +
      eachCategory(({ index }, column) =>
        cell(column, averages.categories[index] ?? NO_SPREAD, { isTask: false })
      ) +
      eachTask((_, column, j) => cell(column, averages.tasks[j] ?? NO_SPREAD, { isTask: true }))
  }
  function due ({ dueAt }: BookTask, column: number): string {
    if (dueAt === null) return ''
    const date = excelDate(dueAt, book.course.timeZone)
    return typeof date === 'number' ? number(2, column, styles.due, date) : text(2, column, styles.due, date)
  }
  function pointsPossible ({ pointsPossible }: BookTask, column: number): string {
    // A number below 0 would count in the formulas, although nothing was divided by it.
    if (pointsPossible === null || pointsPossible < 0) return ''
    const points = roundPoints(pointsPossible)
    return number(4, column, hasHundredths(points) ? styles.number : styles.fineNumber, points)
  }
  const texts = (row: number, firstColumn: number, style: Style, values: string[]): string =>
    values.map((value, i) => text(row, firstColumn + i, style, value)).join('')
  const row = (number: number, cells: string, attributes = ''): string =>
    `<row r="${number}"${attributes}>${cells}</row>`

  yield row(
    1,
    text(1, 1, styles.title, book.course.name) +
      eachCategory(({ index }, column) => number(1, column, styles.categoryNumber, index + 1)) +
      eachTask((task, column) =>
        task.category < 0 ? '' : number(1, column, styles.categoryNumber, task.category + 1)
      ),
    ' ht="19"'
  )
  yield row(2, text(2, 1, styles.label, words.due) + eachTask(due))
  yield row(
    3,
    text(3, 1, styles.label, words.category) +
      eachCategory(({ name }, column) => text(3, column, styles.categoryName, name)) +
      eachTask((task, column) =>
        text(3, column, styles.categoryName, book.categories[task.category]?.name ?? '')
      )
  )
  yield row(
    4,
    text(4, 1, styles.label, words.pointsPossible) +
      eachCategory(({ index, weight }, column) =>
        formula(4, column, styles.average, weightCell(index), weight)
      ) +
      eachTask(pointsPossible)
  )
  yield row(5, text(5, 1, styles.label, words.classAverage) + spread(5, 'average'))
  yield row(6, text(6, 1, styles.label, words.lowest) + spread(6, 'lowest'))
  yield row(7, text(7, 1, styles.label, words.highest) + spread(7, 'highest'))
  yield row(
    8,
    texts(8, 1, styles.heading, headings.texts) +
      averageColumns(columns).map((column, i) =>
        text(8, column, styles.numberHeading, headings.averages[i] ?? '') +
        (i > 0 || columns.grade === undefined
          ? ''
          : text(8, columns.grade, styles.gradeHeading, headings.grade ?? ''))
      ).join('') +
      texts(8, columns.firstTask, isRotated ? styles.rotatedHeading : styles.numberHeading, headings.tasks),
    // Not a custom height, so it follows the titles when they are edited.
    ` ht="${headingHeight}"`
  )
}

function refuseInfinite (value: number): void {
  if (Number.isFinite(value)) return
  throw new DomainError('CHECK_FAILED', {
    detail: 'Scores of this course add up to more than a worksheet can hold. Look for a score that is far ' +
      'too high, correct it where it comes from and import it again.',
  })
}
