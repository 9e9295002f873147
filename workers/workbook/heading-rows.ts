// Rows 1 to 8 of a student sheet.
import type { Style } from 'xlsx-populate'
import type { Book } from '../../src/courses/book.ts'
import type { Spread } from '../../src/courses/tally.ts'
import { excelDate } from './excel-date.ts'
import { escapeXml } from './excel-text.ts'
import type { SheetFormulas } from './formulas.ts'
import { columnName, type SheetColumns } from './sheet-plan.ts'
import type { StringTable } from './string-table.ts'
import { DomainError } from '../../src/errors.ts'
import type { WorkbookStyles } from './workbook-styles.ts'

export interface HeadingsOptions {
  book: Book
  columns: SheetColumns
  formulas: SheetFormulas
  styles: WorkbookStyles
  strings: StringTable
  /** The sheet's students; see `Book.averages`. */
  periodId: number | null | undefined
  /** Cells of Summary with the categories' weights. */
  weights: string[]
  /** Of row 8, in points. */
  height: number
}

/** The rows as XML, a row an item; ASCII, since texts stand in the string table. */
export function * headingRows (
  { book, columns, formulas, styles, strings, periodId, weights, height }: HeadingsOptions
): Generator<string> {
  const averages = book.averages(periodId)
  const category = (index: number) => index < 0 ? undefined : book.categories[index]
  const eachTask = (write: (task: Book['tasks'][number], column: number, j: number) => string): string =>
    book.tasks.map((task, j) => write(task, columns.firstTask + j, j)).join('')
  const eachAverage = (write: (index: number, column: number) => string): string =>
    columns.categories.map((c, i) => write(c, columns.firstCategory + i)).join('')

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
  function spread (row: number, which: keyof Spread & ('average' | 'lowest' | 'highest')): string {
    const cell = (column: number, of: Spread, isTask: boolean): string =>
      formula(row, column, styles.average, formulas.overStudents(which, column, isTask), of[which])
    return cell(columns.courseAverage, averages.course, false) +
      eachAverage((c, column) => cell(column, averages.categories[c]!, false)) +
      eachTask((_, column, j) => cell(column, averages.tasks[j]!, true))
  }
  const row = (number: number, cells: string, attributes = ''): string =>
    `<row r="${number}"${attributes}>${cells}</row>`

  yield row(
    1,
    text(1, 1, styles.title, book.course.name) +
      eachAverage((c, column) => number(1, column, styles.categoryNumber, c + 1)) +
      eachTask((task, column) =>
        task.category < 0 ? '' : number(1, column, styles.categoryNumber, task.category + 1)
      ),
    ' ht="21" customHeight="1"'
  )
  yield row(
    2,
    text(2, 1, styles.label, 'Due') + eachTask((task, column) => {
      if (task.dueAt === null) return ''
      const date = excelDate(task.dueAt, book.course.timeZone)
      return typeof date === 'number'
        ? number(2, column, styles.due, date)
        : text(2, column, styles.due, date)
    })
  )
  yield row(
    3,
    text(3, 1, styles.label, 'Category') +
      eachAverage((c, column) => text(3, column, styles.centered, book.categories[c]!.name)) +
      eachTask((task, column) => text(3, column, styles.centered, category(task.category)?.name ?? '')),
    ' ht="15" customHeight="1"'
  )
  yield row(
    4,
    text(4, 1, styles.label, 'Points possible') +
      eachAverage((c, column) => formula(4, column, styles.weight, weights[c]!, book.categories[c]!.weight)) +
      // A number below 0 would count in the formulas, though nothing was divided by it.
      eachTask((task, column) =>
        task.pointsPossible === null || !(task.pointsPossible >= 0)
          ? ''
          : number(4, column, styles.centered, task.pointsPossible)
      )
  )
  yield row(5, text(5, 1, styles.label, 'Class average') + spread(5, 'average'))
  yield row(6, text(6, 1, styles.label, 'Lowest') + spread(6, 'lowest'))
  yield row(7, text(7, 1, styles.label, 'Highest') + spread(7, 'highest'))
  yield row(
    8,
    columnHeadings(book, columns).map((heading, i) =>
      text(8, i + 1, i + 1 < columns.courseAverage ? styles.heading : styles.taskHeading, heading)
    ).join(''),
    ` ht="${height}" customHeight="1"`
  )
}

/** The names of the columns, as row 8 shows them, from column A on. */
export function columnHeadings (book: Book, columns: SheetColumns): string[] {
  return [
    'Last name',
    'First name',
    'Student ID',
    'Email',
    ...(columns.period === undefined ? [] : ['Period']),
    'Status',
    'Course average',
    ...columns.categories.map((c) => `${book.categories[c]!.name} average`),
    ...book.tasks.map((task) => task.title),
  ]
}

function refuseInfinite (value: number): void {
  if (Number.isFinite(value)) return
  throw new DomainError('CHECK_FAILED', {
    detail: 'Scores of this course add up to more than a worksheet can hold. Look for a score that is far too high, correct it where it comes from and import it again.',
  })
}
