import { shorten } from '../../short-text.ts'
import type { Place, Problems } from '../problems.ts'
import { notANumber, type TableNumbers } from '../sources/table-numbers.ts'
import type { Grade } from './grade.ts'

interface GradeColumnOptions {
  /** For error messages. */
  title: string
  numbers: TableNumbers
  /** What is allowed besides a number: "EX or a blank cell". */
  alsoExpected: string
  /** As in `TableFormat`. */
  howToExplain?: ((text: string) => string | undefined) | undefined
}

/**
 * The grades of one column. If all of them are words or letters (a scale), they count as completed, without
 * scores. A word among numbers is an error.
 */
export class GradeColumn {
  readonly #options: GradeColumnOptions
  #hasNumbers = false
  #words = 0
  readonly #firstWords: Array<{ place: Place, text: string }> = []

  constructor (options: GradeColumnOptions) { this.#options = options }

  /** Whether a cell was a number. */
  get hasNumbers (): boolean { return this.#hasNumbers }

  /** The grade of a cell that is not blank. Adds an error for what is neither a number nor a word. */
  grade (text: string, place: Place, problems: Problems): Grade {
    const points = this.#options.numbers.of(text)
    if (points !== undefined) {
      this.#hasNumbers = true
      return { points }
    }
    if (!/^\p{L}/u.test(text) || /^(nan|inf)/i.test(text)) {
      this.#error(text, place, problems)
      return null
    }
    this.#words++
    if (this.#firstWords.length < WORDS_KEPT) this.#firstWords.push({ place, text })
    return 'graded'
  }

  /** Call this after the last row. Adds the warning or the errors about words. */
  end (problems: Problems): void {
    const [first] = this.#firstWords
    if (first === undefined) return
    if (!this.#hasNumbers) {
      const cell = `${shorten(this.#options.title)} is "${shorten(first.text)}"`
      problems.warn('grades_in_words', { ...first.place, cell })
      return
    }
    for (const { place, text } of this.#firstWords) this.#error(text, place, problems)
    problems.countErrors(this.#words - this.#firstWords.length)
  }

  #error (text: string, place: Place, problems: Problems): void {
    const { title, numbers, alsoExpected, howToExplain } = this.#options
    problems.error(place, notANumber({
      title: shorten(title), value: shorten(text), text, numbers, others: `, ${alsoExpected}`, howToExplain,
    }))
  }
}

/** As many errors as an import lists. */
const WORDS_KEPT = 20
