import type { Averages, BookRow } from './book.ts'

/** Mean, lowest and highest of some fractions; all null where there is none. */
export interface Spread {
  average: number | null
  lowest: number | null
  highest: number | null
}

/** Adds up lines of a book, in the order in which they come. */
export class Tally {
  #students = 0
  #dropped = 0
  #scores = 0
  #scoreSum = 0
  #activeScores = 0
  #activeScoreSum = 0
  readonly #tasks: Column[]
  readonly #categories: Column[]
  readonly #course = new Column()

  constructor (tasks: number, categories: number) {
    this.#tasks = Array.from({ length: tasks }, () => new Column())
    this.#categories = Array.from({ length: categories }, () => new Column())
  }

  add (row: BookRow): void {
    let scores = 0
    let sum = 0
    for (const score of row.scores) {
      if (Number.isNaN(score)) continue
      scores++
      sum += score
    }
    this.#scores += scores
    this.#scoreSum += sum
    if (row.isDropped) {
      this.#dropped++
      return
    }
    this.#students++
    this.#activeScores += scores
    this.#activeScoreSum += sum
    for (let j = 0; j < this.#tasks.length; j++) this.#tasks[j]!.add(row.scores[j]!)
    for (let c = 0; c < this.#categories.length; c++) this.#categories[c]!.add(row.categoryAverages[c]!)
    this.#course.add(row.courseAverage)
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
    }
  }
}

class Column {
  #count = 0
  #sum = 0
  #lowest = Infinity
  #highest = -Infinity

  add (value: number): void {
    if (value !== value) return // eslint-disable-line no-self-compare
    this.#count++
    this.#sum += value
    if (value < this.#lowest) this.#lowest = value
    if (value > this.#highest) this.#highest = value
  }

  spread (): Spread {
    if (this.#count === 0) return { average: null, lowest: null, highest: null }
    return { average: this.#sum / this.#count, lowest: this.#lowest, highest: this.#highest }
  }
}
