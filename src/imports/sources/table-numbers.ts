// Numbers as a table writes them. A point is always a decimal separator. A comma may be one as well.
import { shorten } from '../../short-text.ts'
import { importError, type ImportErrorText } from '../error-messages.ts'
import { numberOf, VALUE_MAX } from './text-values.ts'

const GROUPED = /^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/
/** One comma and three digits after it: 1,234 is 1234 or 1.234. */
export const EITHER = /^[+-]?[1-9]\d{0,2},\d{3}$/
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/

/** An ambiguous number in a quoted cell of a table with commas. */
export const EITHER_IN_QUOTES = /"\s*[+-]?[1-9]\d{0,2},\d{3}[^"\d]{0,4}"/
/** Cells that are numbers. Only quoted ones can have a comma. */
const CELLS = /(?<=^|[,\r\n])(?:"\s*([+-]?[\d.,]{1,100})[^"\d]{0,4}"|([+-]?\d{1,50}\.\d{1,50}) ?%?)(?=[,\r\n]|$)/g

/** The numbers of one table. */
export class TableNumbers {
  #isCommaDecimal: boolean | undefined
  readonly #hasOtherSeparator: boolean

  /** `isCommaSeparator`: the cells of the table are separated by commas. */
  constructor ({ isCommaSeparator }: { isCommaSeparator: boolean }) {
    this.#hasOtherSeparator = !isCommaSeparator
    if (this.#hasOtherSeparator) this.#isCommaDecimal = true
  }

  /** Whether the meaning of the comma in 1,234 is known. */
  get isProven (): boolean { return this.#isCommaDecimal !== undefined }

  /**
   * Looks for proof in the text of whole rows. Returns true if no more rows are needed. A decimal comma
   * outweighs any sign of digit groups.
   */
  learn (rows: string): boolean {
    if (this.#isCommaDecimal === true) return true
    for (const [, quoted, plain] of rows.matchAll(CELLS)) {
      const cell = quoted ?? plain ?? ''
      if (EITHER.test(cell)) continue
      if (cell.includes('.') || GROUPED.test(cell)) {
        if (numberOf(cell.replaceAll(',', '')) !== undefined) this.#isCommaDecimal ??= false
      } else if (DECIMAL_COMMA.test(cell)) {
        this.#isCommaDecimal = true
        return true
      }
    }
    return false
  }

  /** The number in a cell; undefined if there is none, or if it is ambiguous. */
  of (text: string): number | undefined {
    const plain = numberOf(text)
    if (plain !== undefined) return plain
    if (text.length > VALUE_MAX || !text.includes(',')) return undefined
    if (EITHER.test(text)) {
      return this.#isCommaDecimal === undefined
        ? undefined
        : numberOf(text.replace(',', this.#isCommaDecimal ? '.' : ''))
    }
    if (GROUPED.test(text)) return numberOf(text.replaceAll(',', ''))
    return DECIMAL_COMMA.test(text) ? numberOf(text.replace(',', '.')) : undefined
  }

  /** The two numbers that a cell may be. Undefined: there are not two, or the table shows which one it is. */
  readings (text: string): { whole: string, decimal: string } | undefined {
    if (this.isProven || !EITHER.test(text)) return undefined
    return { whole: text.replace(',', ''), decimal: text.replace(',', '.') }
  }

  /** What was expected in such a cell, for an error message. */
  expected (text: string, otherwise: string): string {
    const readings = this.readings(text)
    if (readings === undefined) return otherwise
    return `${otherwise}; "${text}" can be ${readings.whole} or ${readings.decimal}, ` +
      'and no other number in the file shows whether its comma is a decimal separator; ' + WITHOUT_COMMA
  }
}

const WITHOUT_COMMA = 'write the number without a comma'

/**
 * The error for a cell that is not a number. `value`: the cell as it is quoted. `others`: what else is
 * allowed, as in ", EX or a blank cell". `howToExplain`: as in `TableFormat`.
 */
export function notANumber (
  { title, value, text, numbers, others = '', howToExplain }: {
    title: string,
    value: string,
    text: string,
    numbers: TableNumbers,
    others?: string,
    howToExplain?: ((text: string) => string | undefined) | undefined,
  }
): ImportErrorText {
  const readings = numbers.readings(text)
  if (readings !== undefined) {
    const found = { title, value, others, again: text, ...readings, advice: WITHOUT_COMMA }
    return importError('ambiguous_number', found)
  }
  const advice = howToExplain?.(text)
  return advice === undefined
    ? importError('not_a_number', { title, value, others })
    : importError('unknown_mark', { title, value, others, mark: shorten(text), advice })
}
