// One row of XML for each student.
import type { Style } from 'xlsx-populate'
import type { StudentRow } from '../../db/queries/books.ts'
import type { Book } from '../../src/courses/book.ts'
import type { BookRow } from '../../src/courses/book-row.ts'
import { gradeOf, type GradingScale } from '../../src/courses/grading-scale.ts'
import { ByteChunks } from './byte-chunks.ts'
import { cellStart, unwritable, VALUE_END } from './cell-xml.ts'
import type { WrittenTotals } from './control-totals.ts'
import { cellText, escapeXml } from './excel-text.ts'
import type { SheetFormulas } from './formulas.ts'
import { averageColumns, type AverageSum, type SheetColumns } from './sheet-plan.ts'
import type { StringTable } from './string-table.ts'
import { TaskCells } from './task-cells.ts'
import type { WorkbookOptions } from './workbook-request.ts'
import type { WorkbookStyles } from './workbook-styles.ts'
import type { WorkbookWords } from './words/workbook-words.ts'

interface StudentRowsOptions {
  book: Book
  columns: SheetColumns
  formulas: SheetFormulas
  styles: WorkbookStyles
  strings: StringTable
  words: WorkbookWords
  totals: WrittenTotals
  /** See `StudentSheet`. */
  sums: AverageSum[]
  values: WorkbookOptions['values']
}

/**
 * What is around a cell's value: `<c r="L`, the row's number, then the style, which differs for dropped
 * students.
 */
interface CellForm {
  start: Buffer
  active: Buffer
  dropped: Buffer
}

interface TextColumn extends CellForm {
  /** The text's index in the string table; undefined: no cell. */
  index: (student: StudentRow) => number | undefined
}

interface AverageColumn extends CellForm {
  value: (row: BookRow) => number
  formula: Formula | undefined
  sum: AverageSum
}

interface GradeColumn extends CellForm {
  formula: Formula | undefined
  scale: GradingScale
  /** As XML, by grade. */
  texts: Map<string, Buffer>
}

/** A formula in pieces. The row's number goes between two of them. */
interface Formula {
  first: Buffer
  others: Buffer[]
}

/** The most bytes of a cell: `r="XFD1048576"` and what is around a number of 25 digits. */
const MOST_CELL_BYTES = 100
const ROW_DIGITS = 7

const ROW_START = Buffer.from('<row r="')
const TAG_END = Buffer.from('">')
const ROW_END = Buffer.from('</row>')
const FORMULA_END = Buffer.from('</f><v>')
const FORMULA_START = Buffer.from('><f>')
const TEXT_FORMULA_START = Buffer.from(' t="str"><f>')
const CELL_VALUE_START = Buffer.from('><v>')

/** Writes the rows of a worksheet's students as XML, into `chunks`. */
export class StudentRows {
  readonly chunks: ByteChunks
  readonly #strings: StringTable
  readonly #totals: WrittenTotals
  readonly #texts: TextColumn[]
  readonly #status: CellForm
  readonly #courseAverage: AverageColumn
  readonly #grade: GradeColumn | undefined
  /** Of categories. */
  readonly #averages: AverageColumn[]
  readonly #tasks: TaskCells

  constructor (
    { book, columns, formulas, styles, strings, words, totals, sums, values }: StudentRowsOptions
  ) {
    this.#strings = strings
    this.#totals = totals
    this.#status = cellForm(columns.status, styles.text, styles.droppedText, {
      active: ` t="s"><v>${strings.intern(words.active)}</v></c>`,
      dropped: ` t="s"><v>${strings.intern(words.dropped)}</v></c>`,
    })
    // Names repeat; ids and addresses do not.
    const indexes: Array<TextColumn['index']> = [
      ({ last_name: name }) => name === null || name === '' ? undefined : strings.intern(name),
      ({ first_name: name }) => name === null || name === '' ? undefined : strings.intern(name),
      ({ student_identifier: id }) => id === null || id === '' ? undefined : strings.add(id),
      ({ email }) => email === null || email === '' ? undefined : strings.add(email),
    ]
    if (columns.period !== undefined) {
      const named = book.periods.filter(({ name }) => name !== '')
      const periods = new Map<number | null, number>(named.map(({ id, name }) => [id, strings.intern(name)]))
      indexes.push(({ period_id: id }) => periods.get(id))
    }
    this.#texts = indexes.map((index, i) => ({
      ...cellForm(i + 1, styles.text, styles.droppedText, { active: ' t="s"><v>', dropped: ' t="s"><v>' }),
      index,
    }))
    const average = (column: number, i: number): AverageColumn => {
      const category = columns.categories[i - 1]?.index
      return {
        ...cellForm(column, styles.average, styles.droppedAverage, { active: '', dropped: '' }),
        value: category === undefined
          ? (row) => row.courseAverage
          : ({ categoryAverages }) => categoryAverages[category] ?? NaN,
        formula: inPieces(category === undefined
          ? formulas.courseAverage
          : (row) => formulas.categoryAverage(column, row)),
        sum: sums[i] ?? { sum: 0, count: 0 },
      }
    }
    const [courseAverage = columns.courseAverage, ...others] = averageColumns(columns)
    this.#courseAverage = average(courseAverage, 0)
    this.#averages = others.map((column, i) => average(column, i + 1))
    this.#grade = columns.grade === undefined
      ? undefined
      : {
          ...cellForm(columns.grade, styles.grade, styles.droppedGrade, { active: '', dropped: '' }),
          formula: inPieces(formulas.grade),
          scale: book.course.gradingScale,
          texts: new Map(book.course.gradingScale.map(({ grade }) =>
            [grade, Buffer.from(escapeXml(cellText(grade)))]
          )),
        }
    this.#tasks = new TaskCells({
      tasks: book.tasks,
      firstColumn: columns.firstTask,
      styles,
      strings,
      words,
      totals,
      values,
    })
    const grades = this.#grade === undefined ? [] : [this.#grade]
    const pieces = [this.#courseAverage, ...this.#averages, ...grades]
      .flatMap(({ formula }) => formula === undefined ? [] : [formula.first, ...formula.others])
    const texts = this.#grade?.texts.values() ?? []
    const formulaBytes = [...pieces, ...texts].reduce((sum, piece) => sum + piece.length + ROW_DIGITS, 0)
    this.chunks = new ByteChunks(MOST_CELL_BYTES * (columns.last + 2) + formulaBytes)
  }

  /**
   * Writes a student into the row with that number. Throws CHECK_FAILED for a score that is not a
   * finite number.
   */
  write (row: BookRow, rowNumber: number): void {
    const { chunks } = this
    const at = String(rowNumber)
    chunks.bytes(ROW_START)
    chunks.ascii(at)
    chunks.bytes(TAG_END)
    for (const column of this.#texts) this.#writeText(column, row, at)
    this.#writeStart(this.#status, row, at)
    this.#strings.cells++
    this.#writeAverage(this.#courseAverage, row, at)
    if (this.#grade !== undefined) this.#writeGrade(this.#grade, row, at)
    for (const column of this.#averages) this.#writeAverage(column, row, at)
    this.#tasks.write(row, Buffer.from(at), chunks)
    chunks.bytes(ROW_END)
    if (row.isDropped) this.#totals.dropped++
    else this.#totals.students++
  }

  #writeText (column: TextColumn, row: BookRow, at: string): void {
    const index = column.index(row.student)
    if (index === undefined) return
    this.#strings.cells++
    this.#writeStart(column, row, at)
    this.chunks.ascii(String(index))
    this.chunks.bytes(VALUE_END)
  }

  #writeStart (form: CellForm, { isDropped }: BookRow, at: string): void {
    const { chunks } = this
    chunks.bytes(form.start)
    chunks.ascii(at)
    chunks.bytes(isDropped ? form.dropped : form.active)
  }

  #writeAverage (column: AverageColumn, row: BookRow, at: string): void {
    const { chunks } = this
    const { formula, sum } = column
    const value = column.value(row)
    const isNone = Number.isNaN(value)
    // If no category has scores, there is neither a value nor anything that a formula could refer to.
    if (formula === undefined && isNone) return
    this.#writeStart(column, row, at)
    if (formula === undefined) {
      chunks.bytes(CELL_VALUE_START)
    } else {
      this.#writeFormula(isNone ? TEXT_FORMULA_START : FORMULA_START, formula, at)
    }
    if (!isNone) {
      if (!Number.isFinite(value)) throw unwritable('An average', row)
      chunks.ascii(String(value))
      if (!row.isDropped) {
        sum.sum += value
        sum.count++
      }
    }
    chunks.bytes(VALUE_END)
  }

  #writeGrade (column: GradeColumn, row: BookRow, at: string): void {
    const { formula, scale, texts } = column
    if (formula === undefined) return
    this.#writeStart(column, row, at)
    this.#writeFormula(TEXT_FORMULA_START, formula, at)
    const grade = gradeOf(row.courseAverage, scale)
    const text = grade === null ? undefined : texts.get(grade)
    if (text !== undefined) this.chunks.bytes(text)
    this.chunks.bytes(VALUE_END)
  }

  #writeFormula (start: Buffer, { first, others }: Formula, at: string): void {
    const { chunks } = this
    chunks.bytes(start)
    chunks.bytes(first)
    for (const piece of others) {
      chunks.ascii(at)
      chunks.bytes(piece)
    }
    chunks.bytes(FORMULA_END)
  }
}

/** `rest`: what follows the style. */
function cellForm (
  column: number,
  active: Style,
  dropped: Style,
  rest: Record<'active' | 'dropped', string>
): CellForm {
  return {
    start: cellStart(column),
    active: Buffer.from(`" s="${active.id()}"${rest.active}`),
    dropped: Buffer.from(`" s="${dropped.id()}"${rest.dropped}`),
  }
}

/** Splits a formula where it has the row's number. */
function inPieces (formula: ((row: string) => string) | undefined): Formula | undefined {
  const [first, ...others] = formula?.('\n').split('\n')
    .map((piece) => Buffer.from(piece.replaceAll('>', '&gt;'))) ?? []
  return first === undefined ? undefined : { first, others }
}
