// One row of XML a student. Ten million cells go through here, so nothing is looked up twice and no text is
// put together that can be kept as bytes.
import type { Style } from 'xlsx-populate'
import type { Book, BookRow } from '../../src/courses/book.ts'
import { LATE, PROVISIONAL, STATUS_MASK } from '../../src/courses/packed-cells.ts'
import { personName } from '../../src/person-name.ts'
import { ByteChunks } from './byte-chunks.ts'
import type { WrittenTotals } from './control-totals.ts'
import type { SheetFormulas } from './formulas.ts'
import { NumberBytes } from './number-bytes.ts'
import { columnName, type SheetColumns } from './sheet-plan.ts'
import type { StringTable } from './string-table.ts'
import { DomainError } from '../../src/errors.ts'
import type { WorkbookOptions } from './workbook-request.ts'
import { DROPPED_LOOK, LATE_LOOK, PROVISIONAL_LOOK, type WorkbookStyles } from './workbook-styles.ts'

/** By the code of a status, see `packed-cells.ts`. */
const STATUS_WORDS = [
  '',
  'Not started',
  'In progress',
  'Completed',
  'Submitted',
  'Missing',
  'Exempt',
] as const
const WORDS = STATUS_WORDS.length

/**
 * Sums and counts over a sheet's students who are not dropped: of course averages, then of each category's in
 * the sheet's order.
 */
export interface AveragesAdded {
  sums: number[]
  counts: number[]
}

export interface StudentRowsOptions {
  book: Book
  columns: SheetColumns
  formulas: SheetFormulas
  styles: WorkbookStyles
  strings: StringTable
  totals: WrittenTotals
  values: WorkbookOptions['values']
}

/**
 * What stands around a cell's value: `<c r="L`, then the row's number, then what depends on whether the
 * student is dropped.
 */
interface CellForm {
  start: Buffer
  active: Buffer
  dropped: Buffer
}

/** Bytes of `r="XFD1048576"` and of what stands around a number of 25 digits, rounded up. */
const MOST_CELL_BYTES = 100
const ROW_DIGITS = 7

const ROW_START = Buffer.from('<row r="')
const TAG_END = Buffer.from('">')
const ROW_END = Buffer.from('</row>')
const VALUE_END = Buffer.from('</v></c>')
const FORMULA_END = Buffer.from('</f><v>')
const FORMULA_START = Buffer.from('><f>')
const TEXT_FORMULA_START = Buffer.from(' t="str"><f>')
const CELL_VALUE_START = Buffer.from('><v>')

export class StudentRows {
  /** Complete when all rows are written. */
  readonly added: AveragesAdded
  readonly chunks: ByteChunks
  readonly #o: StudentRowsOptions
  readonly #texts: CellForm[]
  readonly #status: CellForm
  readonly #averages: Array<CellForm & { formula: Buffer[] | undefined }>
  readonly #periods: Map<number | null, number>
  readonly #numbers = new NumberBytes()
  readonly #slots: Int32Array
  /** Points possible where a cell shows points, else NaN. */
  readonly #scale: Float64Array
  readonly #taskStarts: Buffer[]
  /** By look; words by look and status. */
  readonly #scoreMiddles: Buffer[]
  readonly #pointsMiddles: Buffer[]
  readonly #words: Buffer[]

  constructor (options: StudentRowsOptions) {
    const { book, columns, formulas, styles, strings } = options
    this.#o = options
    const form = (
      column: number,
      active: Style,
      dropped: Style,
      rest: (isDropped: boolean) => string
    ): CellForm => ({
      start: cellStart(column),
      active: Buffer.from(`" s="${active.id()}"${rest(false)}`),
      dropped: Buffer.from(`" s="${dropped.id()}"${rest(true)}`),
    })
    const average = (column: number, formula: ((row: string) => string) | undefined) => ({
      ...form(column, styles.average, styles.droppedAverage, () => ''),
      formula: formula?.('\n').split('\n').map((piece) => Buffer.from(piece.replaceAll('>', '&gt;'))),
    })
    this.#texts = Array.from(
      { length: 5 },
      (_, i) => form(i + 1, styles.text, styles.droppedText, () => ' t="s"><v>')
    )
    this.#status = form(
      columns.status,
      styles.text,
      styles.droppedText,
      (isDropped) => ` t="s"><v>${strings.intern(isDropped ? 'Dropped' : 'Active')}</v></c>`
    )
    this.#averages = [
      average(columns.courseAverage, formulas.courseAverage),
      ...columns.categories.map((_, i) =>
        average(columns.firstCategory + i, (row) => formulas.categoryAverage(columns.firstCategory + i, row))
      ),
    ]
    this.#periods = new Map(
      columns.period === undefined
        ? []
        : book.periods.filter(({ name }) => name !== '').map(({ id, name }) => [id, strings.intern(name)])
    )
    this.#slots = Int32Array.from(book.tasks, (task) => task.slot)
    this.#scale = Float64Array.from(
      book.tasks,
      ({ pointsPossible }) =>
        options.values === 'points' && pointsPossible !== null && pointsPossible > 0 ? pointsPossible : NaN
    )
    this.#taskStarts = book.tasks.map((_, j) => cellStart(columns.firstTask + j))
    this.#scoreMiddles = styles.scores.map((style) => Buffer.from(`" s="${style.id()}"><v>`))
    this.#pointsMiddles = styles.points.map((style) => Buffer.from(`" s="${style.id()}"><v>`))
    const words = STATUS_WORDS.map((word) => word === '' ? 0 : strings.intern(word))
    this.#words = styles.scores.flatMap((style) =>
      words.map((index) => Buffer.from(`" s="${style.id()}" t="s"><v>${index}</v></c>`))
    )
    this.added = { sums: this.#averages.map(() => 0), counts: this.#averages.map(() => 0) }
    const formulaBytes = this.#averages.flatMap(({ formula }) => formula ?? []).reduce(
      (sum, piece) => sum + piece.length + ROW_DIGITS,
      0
    )
    this.chunks = new ByteChunks(MOST_CELL_BYTES * (columns.last + 2) + formulaBytes)
  }

  /**
   * Writes a student into the row of that number. Throws CHECK_FAILED for a score that is no
   * finite number.
   */
  write (row: BookRow, rowNumber: number): void {
    const { chunks } = this
    const at = String(rowNumber)
    chunks.bytes(ROW_START)
    chunks.ascii(at)
    chunks.bytes(TAG_END)
    this.#writeStudent(row, at)
    this.#writeAverages(row, at)
    this.#writeTasks(row, Buffer.from(at))
    chunks.bytes(ROW_END)
    if (row.isDropped) this.#o.totals.dropped++
    else this.#o.totals.students++
  }

  #writeStudent ({ student, isDropped }: BookRow, at: string): void {
    const { strings } = this.#o
    const {
      last_name: lastName,
      first_name: firstName,
      student_identifier: identifier,
      email,
      period_id: periodId,
    } = student
    if (lastName !== null && lastName !== '') this.#writeText(0, at, isDropped, strings.intern(lastName))
    if (firstName !== null && firstName !== '') this.#writeText(1, at, isDropped, strings.intern(firstName))
    if (identifier !== null && identifier !== '') this.#writeText(2, at, isDropped, strings.add(identifier))
    if (email !== null && email !== '') this.#writeText(3, at, isDropped, strings.add(email))
    const period = this.#periods.get(periodId)
    if (period !== undefined) this.#writeText(4, at, isDropped, period)
    this.#writeStart(this.#status, at, isDropped)
    strings.cells++
  }

  #writeText (column: number, at: string, isDropped: boolean, index: number): void {
    this.#o.strings.cells++
    this.#writeStart(this.#texts[column]!, at, isDropped)
    this.chunks.ascii(String(index))
    this.chunks.bytes(VALUE_END)
  }

  #writeStart (form: CellForm, at: string, isDropped: boolean): void {
    const { chunks } = this
    chunks.bytes(form.start)
    chunks.ascii(at)
    chunks.bytes(isDropped ? form.dropped : form.active)
  }

  #writeAverages (row: BookRow, at: string): void {
    const { chunks, added } = this
    for (let i = 0; i < this.#averages.length; i++) {
      const form = this.#averages[i]!
      const value = i === 0 ? row.courseAverage : row.categoryAverages[this.#o.columns.categories[i - 1]!]!
      const isNone = Number.isNaN(value)
      // Without any category with scores there is nothing that a formula could name, nor a value.
      if (form.formula === undefined && isNone) continue
      this.#writeStart(form, at, row.isDropped)
      if (form.formula !== undefined) {
        chunks.bytes(isNone ? TEXT_FORMULA_START : FORMULA_START)
        chunks.bytes(form.formula[0]!)
        for (let p = 1; p < form.formula.length; p++) {
          chunks.ascii(at)
          chunks.bytes(form.formula[p]!)
        }
        chunks.bytes(FORMULA_END)
      } else {
        chunks.bytes(CELL_VALUE_START)
      }
      if (!isNone) {
        if (!Number.isFinite(value)) throw unwritable('An average', row)
        chunks.ascii(String(value))
        if (!row.isDropped) {
          added.sums[i]! += value
          added.counts[i]!++
        }
      }
      chunks.bytes(VALUE_END)
    }
  }

  // The one hot loop: everything in locals, every byte set by hand.
  #writeTasks (row: BookRow, at: Buffer): void {
    const { chunks } = this
    const { buffer } = chunks
    const numbers = this.#numbers
    const slots = this.#slots
    const scale = this.#scale
    const starts = this.#taskStarts
    const { scores, cells } = row
    const { marks, points, length } = cells
    const droppedLook = row.isDropped ? DROPPED_LOOK : 0
    let position = chunks.length
    let words = 0
    let count = 0
    let sum = 0
    let size = 0
    for (let j = 0; j < slots.length; j++) {
      const slot = slots[j]!
      const mark = slot < length ? marks[slot]! : 0
      if (mark === 0) continue
      const look = droppedLook | (mark & LATE ? LATE_LOOK : 0) | (mark & PROVISIONAL ? PROVISIONAL_LOOK : 0)
      const start = starts[j]!
      for (let i = 0; i < start.length; i++) buffer[position++] = start[i]!
      for (let i = 0; i < at.length; i++) buffer[position++] = at[i]!
      const score = scores[j]!
      if (score !== score) { // eslint-disable-line no-self-compare
        const word = this.#words[look * WORDS + (mark & STATUS_MASK)]!
        for (let i = 0; i < word.length; i++) buffer[position++] = word[i]!
        words++
        continue
      }
      const possible = scale[j]!
      const isPoints = possible === possible // eslint-disable-line no-self-compare
      // The points that came in, where the score comes from them: multiplying back could be off in the last
      // digit.
      const value = !isPoints ? score : points[slot] === points[slot] ? points[slot]! : score * possible // eslint-disable-line no-self-compare
      if (!Number.isFinite(value) || !Number.isFinite(score)) {
        throw unwritable(`The score in “${this.#o.book.tasks[j]!.title}”`, row)
      }
      const middle = (isPoints ? this.#pointsMiddles : this.#scoreMiddles)[look]!
      for (let i = 0; i < middle.length; i++) buffer[position++] = middle[i]!
      position = numbers.write(value, buffer, position)
      for (let i = 0; i < VALUE_END.length; i++) buffer[position++] = VALUE_END[i]!
      count++
      sum += score
      size += Math.abs(score)
    }
    chunks.length = position
    const { totals, strings } = this.#o
    strings.cells += words
    totals.scores += count
    totals.scoreSum += sum
    totals.scoreSize += size
  }
}

function cellStart (column: number): Buffer {
  return Buffer.from(`<c r="${columnName(column)}`)
}

function unwritable (what: string, { student }: BookRow): DomainError {
  const name = personName(student.first_name, student.last_name) ||
    student.student_identifier || student.source_id
  return new DomainError('CHECK_FAILED', {
    detail: `${what} of ${name} is not a number that a worksheet can hold. Correct it where it comes from and import it again.`,
  })
}
