// One student's scores and averages. Nothing else in the program divides points.
import type { StudentRow } from '../../db/queries/books.ts'
import type { BookCategory, BookTask } from './book-columns.ts'
import { averageOf, weightedAverage, type CategorySum } from './category-sums.ts'
import { CellReader, STATUS, STATUS_MASK } from './packed-cells.ts'

/** One student's line. Its arrays and cells are reused: they hold until the next row is computed. */
export interface BookRow {
  student: StudentRow
  isDropped: boolean
  cells: CellReader
  /** Fractions by task, NaN: none. */
  scores: Float64Array
  /** Fractions by category, NaN: none. */
  categoryAverages: Float64Array
  /** NaN: none. */
  courseAverage: number
  /** Whether the score of the task with this index is 0 only because the task is past due. */
  isZeroed: (task: number) => boolean
}

interface TaskColumn {
  readonly task: BookTask
  readonly slot: number
  /** NaN: none. */
  readonly pointsPossible: number
  readonly category: CategorySum | undefined
  /** Cells without a score count 0. */
  readonly isZeroed: boolean
  /** Some cell has no score and counts 0 once the task is past due. */
  hasUnscored: boolean
}

/** Computes one row after the other. */
export class RowComputation {
  /** Cells that counted 0 only because their task is past due. */
  zeroedCells = 0
  readonly #tasks: TaskColumn[]
  readonly #categories: CategorySum[]
  readonly #cells = new CellReader()
  readonly #scores: Float64Array
  readonly #categoryAverages: Float64Array

  /** Cells without a score count 0 in the tasks for which `isZeroed` is true. */
  constructor (
    tasks: readonly BookTask[],
    categories: readonly BookCategory[],
    isZeroed: (task: BookTask) => boolean
  ) {
    this.#categories = categories.map(({ weight }) => ({ weight, sum: 0, count: 0 }))
    this.#tasks = tasks.map((task) => ({
      task,
      slot: task.slot,
      pointsPossible: task.pointsPossible ?? NaN,
      category: this.#categories[task.category],
      isZeroed: isZeroed(task),
      hasUnscored: false,
    }))
    this.#scores = new Float64Array(tasks.length)
    this.#categoryAverages = new Float64Array(categories.length)
  }

  /** Tasks with a cell, in the rows so far, that has no score and counts 0 once the task is past due. */
  unscoredTasks (): BookTask[] {
    return this.#tasks.filter(({ hasUnscored }) => hasUnscored).map(({ task }) => task)
  }

  compute (student: StudentRow): BookRow {
    const cells = this.#cells
    const scores = this.#scores
    cells.load(student.cells)
    for (const category of this.#categories) {
      category.sum = 0
      category.count = 0
    }
    let j = 0
    for (const column of this.#tasks) {
      const { slot, category } = column
      let score = cells.score(slot, column.pointsPossible)
      if (Number.isNaN(score) && isUnfinished(cells, slot)) {
        column.hasUnscored = true
        if (column.isZeroed) {
          score = 0
          this.zeroedCells++
        }
      }
      scores[j++] = score
      if (category !== undefined && !Number.isNaN(score)) {
        category.sum += score
        category.count++
      }
    }
    return {
      student,
      isZeroed: this.#isZeroed,
      isDropped: student.is_dropped === 1,
      cells,
      scores,
      categoryAverages: this.#categoryAverages,
      courseAverage: this.#average(),
    }
  }

  readonly #isZeroed = (task: number): boolean => {
    const column = this.#tasks[task]
    return column?.isZeroed === true && isUnfinished(this.#cells, column.slot) &&
      Number.isNaN(this.#cells.score(column.slot, column.pointsPossible))
  }

  /** Fills in the averages of the categories and returns the weighted average of those that have one. */
  #average (): number {
    let c = 0
    for (const category of this.#categories) this.#categoryAverages[c++] = averageOf(category)
    return weightedAverage(this.#categories)
  }
}

function isUnfinished (cells: CellReader, slot: number): boolean {
  const status = (cells.marks[slot] ?? 0) & STATUS_MASK
  return slot < cells.length && (status === STATUS.not_started || status === STATUS.missing)
}
