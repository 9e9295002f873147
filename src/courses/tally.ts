// Sums over the rows of many students, and the averages of a class.
import { BANDS, bandOf } from './bands.ts'
import type { BookRow } from './book-row.ts'
import { Sample } from './sample.ts'

/** Mean, lowest and highest of some fractions; all null where there is none. */
export interface Spread {
  average: number | null
  lowest: number | null
  highest: number | null
}

/** The spread of averages. Tasks have no median: it needs all values, and there are millions of scores. */
export interface AverageSpread extends Spread {
  median: number | null
}

export const NO_SPREAD: AverageSpread = { average: null, median: null, lowest: null, highest: null }

/** Averages over a set of students. Dropped students count in none of them. */
export interface Averages {
  /** Not dropped. */
  students: number
  dropped: number
  /** Cells that have a score, those of dropped students included, and the sum of these fractions. */
  scores: number
  scoreSum: number
  /** The same without dropped students. */
  activeScores: number
  activeScoreSum: number
  /** By the index of the task in the book. */
  tasks: Spread[]
  /** By the index of the category in the book. */
  categories: AverageSpread[]
  course: AverageSpread
  /** Students by the band of their course average, see `bands.ts`. */
  bands: number[]
  /** By category: whether any student has an average in it, dropped students included. */
  isScored: boolean[]
}

/** Adds up rows of a book, in the order in which they come. */
export class Tally {
  #students = 0
  #dropped = 0
  #scores = 0
  #scoreSum = 0
  #activeScores = 0
  #activeScoreSum = 0
  readonly #tasks: Column[]
  readonly #categories: AverageColumn[]
  readonly #isScored: boolean[]
  readonly #course = new AverageColumn()
  readonly #bands = new Array<number>(BANDS).fill(0)

  /** @param tasks number of tasks @param categories number of categories */
  constructor (tasks: number, categories: number) {
    this.#tasks = Array.from({ length: tasks }, () => new Column())
    this.#categories = Array.from({ length: categories }, () => new AverageColumn())
    this.#isScored = new Array<boolean>(categories).fill(false)
  }

  add ({ isDropped, scores, categoryAverages, courseAverage }: BookRow): void {
    let count = 0
    let sum = 0
    let j = 0
    // One loop for all that is added up of the scores: a large course has ten million.
    for (const column of this.#tasks) {
      const score = scores[j++]
      if (score === undefined || Number.isNaN(score)) continue
      count++
      sum += score
      if (!isDropped) column.add(score)
    }
    this.#scores += count
    this.#scoreSum += sum
    for (const [c, column] of this.#categories.entries()) {
      const average = categoryAverages[c]
      if (average === undefined || Number.isNaN(average)) continue
      this.#isScored[c] = true
      if (!isDropped) column.add(average)
    }
    if (isDropped) {
      this.#dropped++
      return
    }
    this.#students++
    this.#activeScores += count
    this.#activeScoreSum += sum
    if (Number.isNaN(courseAverage)) return
    this.#course.add(courseAverage)
    const band = bandOf(courseAverage)
    this.#bands[band] = (this.#bands[band] ?? 0) + 1
  }

  averages (): Averages {
    return {
      students: this.#students,
      dropped: this.#dropped,
      scores: this.#scores,
      scoreSum: this.#scoreSum,
      activeScores: this.#activeScores,
      activeScoreSum: this.#activeScoreSum,
      tasks: this.#tasks.map((column) => column.spread()),
      categories: this.#categories.map((column) => column.spread()),
      course: this.#course.spread(),
      bands: [...this.#bands],
      isScored: [...this.#isScored],
    }
  }
}

class Column {
  #count = 0
  #sum = 0
  #lowest = Infinity
  #highest = -Infinity

  add (value: number): void {
    this.#count++
    this.#sum += value
    if (value < this.#lowest) this.#lowest = value
    if (value > this.#highest) this.#highest = value
  }

  spread (): Spread {
    if (this.#count === 0) return NO_SPREAD
    return { average: this.#sum / this.#count, lowest: this.#lowest, highest: this.#highest }
  }
}

class AverageColumn {
  readonly #column = new Column()
  readonly #values = new Sample()

  add (value: number): void {
    this.#column.add(value)
    this.#values.add(value)
  }

  spread (): AverageSpread {
    return { ...this.#column.spread(), median: this.#values.median() }
  }
}
