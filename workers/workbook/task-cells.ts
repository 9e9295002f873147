// The cells of tasks, the one hot loop of an export: ten million cells go through it. So everything that can
// be is bytes beforehand, and each byte is set by hand, which for pieces of a few bytes is faster than any
// call. That is also why this file asserts (`!`) what an index finds: a check for each byte would cost time.
import type { Style } from 'xlsx-populate'
import type { BookRow } from '../../src/courses/book-row.ts'
import type { BookTask } from '../../src/courses/book-columns.ts'
import { LATE, PROVISIONAL, STATUS_MASK, STATUSES } from '../../src/courses/packed-cells.ts'
import type { ByteChunks } from './byte-chunks.ts'
import { cellStart, unwritable, VALUE_END } from './cell-xml.ts'
import type { WrittenTotals } from './control-totals.ts'
import { NumberBytes } from './number-bytes.ts'
import { hasHundredths, roundPoints } from './points.ts'
import type { StringTable } from './string-table.ts'
import type { WorkbookOptions } from './workbook-request.ts'
import { DROPPED_LOOK, LATE_LOOK, PROVISIONAL_LOOK, type WorkbookStyles } from './workbook-styles.ts'
import type { WorkbookWords } from './words/workbook-words.ts'

/** Codes of statuses, see `packed-cells.ts`. */
const CODES = 1 + STATUSES.length

interface TaskCellsOptions {
  tasks: readonly BookTask[]
  /** The column of the first task. */
  firstColumn: number
  styles: WorkbookStyles
  strings: StringTable
  words: WorkbookWords
  totals: WrittenTotals
  values: WorkbookOptions['values']
}

interface TaskColumn {
  title: string
  slot: number
  /** Points possible if the column shows points, else NaN. */
  possible: number
  start: Buffer
}

/** Writes the task cells of a student's row as XML. */
export class TaskCells {
  readonly #columns: TaskColumn[]
  readonly #strings: StringTable
  readonly #totals: WrittenTotals
  readonly #numbers = new NumberBytes()
  /** What goes before a value, by look. */
  readonly #middles: Record<'scores' | 'points' | 'finePoints' | 'zeroedScores' | 'zeroedPoints', Buffer[]>
  /** What follows the reference, by look and status. */
  readonly #words: Buffer[]

  constructor ({ tasks, firstColumn, styles, strings, words, totals, values }: TaskCellsOptions) {
    this.#strings = strings
    this.#totals = totals
    this.#columns = tasks.map(({ title, slot, pointsPossible }, j) => ({
      title,
      slot,
      possible: values === 'points' && pointsPossible !== null && pointsPossible > 0 ? pointsPossible : NaN,
      start: cellStart(firstColumn + j),
    }))
    const middles = (looks: Style[]): Buffer[] =>
      looks.map((style) => Buffer.from(`" s="${style.id()}"><v>`))
    this.#middles = {
      scores: middles(styles.scores),
      points: middles(styles.points),
      finePoints: middles(styles.finePoints),
      zeroedScores: middles(styles.zeroedScores),
      zeroedPoints: middles(styles.zeroedPoints),
    }
    const indexes = [0, ...STATUSES.map((status) => strings.intern(words.taskStatuses[status]))]
    this.#words = styles.scores.flatMap((style) =>
      indexes.map((index) => Buffer.from(`" s="${style.id()}" t="s"><v>${index}</v></c>`))
    )
  }

  /**
   * Writes the cells of a student into the row with that number. Throws CHECK_FAILED for a score
   * that is not a finite number.
   */
  write (row: BookRow, rowNumber: Buffer, chunks: ByteChunks): void {
    const { buffer } = chunks
    const { scores, cells } = row
    const { marks, points, length } = cells
    const middlesOf = this.#middles
    const droppedLook = row.isDropped ? DROPPED_LOOK : 0
    let position = chunks.length
    let words = 0
    let count = 0
    let sum = 0
    let size = 0
    let j = 0
    for (const { slot, possible, start, title } of this.#columns) {
      const task = j++
      const score = scores[task]!
      const mark = slot < length ? marks[slot]! : 0
      if (mark === 0) continue
      const look = droppedLook | (mark & LATE ? LATE_LOOK : 0) | (mark & PROVISIONAL ? PROVISIONAL_LOOK : 0)
      for (let i = 0; i < start.length; i++) buffer[position++] = start[i]!
      for (let i = 0; i < rowNumber.length; i++) buffer[position++] = rowNumber[i]!
      if (Number.isNaN(score)) {
        const word = this.#words[look * CODES + (mark & STATUS_MASK)]!
        for (let i = 0; i < word.length; i++) buffer[position++] = word[i]!
        words++
        continue
      }
      let value = score
      let middles = middlesOf.scores
      if (!Number.isNaN(possible)) {
        // The points that came in, if the score comes from them: score × possible could differ in the last
        // digit.
        value = roundPoints(Number.isNaN(points[slot]) ? score * possible : points[slot]!)
        middles = hasHundredths(value) ? middlesOf.points : middlesOf.finePoints
      }
      if (!Number.isFinite(value) || !Number.isFinite(score)) throw unwritable(`The score in “${title}”`, row)
      if (score === 0 && row.isZeroed(task)) {
        middles = Number.isNaN(possible) ? middlesOf.zeroedScores : middlesOf.zeroedPoints
      }
      const middle = middles[look]!
      for (let i = 0; i < middle.length; i++) buffer[position++] = middle[i]!
      position = this.#numbers.write(value, buffer, position)
      for (let i = 0; i < VALUE_END.length; i++) buffer[position++] = VALUE_END[i]!
      count++
      sum += score
      size += Math.abs(score)
    }
    chunks.length = position
    this.#strings.cells += words
    this.#totals.scores += count
    this.#totals.scoreSum += sum
    this.#totals.scoreSize += size
  }
}
