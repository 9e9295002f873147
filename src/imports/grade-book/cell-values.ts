// Values as the cells of grade books have them.
import { shorten } from '../../short-text.ts'
import type { Problems, Place } from '../problems.ts'
import { numberOf, VALUE_MAX } from '../sources/text-values.ts'

/**
 * A number as grade books write it in several languages: `7.5`, `7,5`, `1,000.00`. `1,000` is undefined,
 * since the comma could be either separator.
 */
export function gradeNumber (text: string): number | undefined {
  const plain = numberOf(text)
  if (plain !== undefined) return plain
  if (text.length > VALUE_MAX) return undefined
  if (/^-?\d{1,3}(,\d{3})+\.\d+$/.test(text)) return numberOf(text.replaceAll(',', ''))
  if (/^-?\d+,\d{1,2}$/.test(text)) return numberOf(text.replace(',', '.'))
  return undefined
}

/** `="0042"`: how a program keeps a spreadsheet from removing leading zeros. */
const FORMULA = /^="([^"]*)"$/
/** What a spreadsheet makes of a long number. */
const ROUNDED = /^\d([.,]\d+)?E\+\d+$/i

/** An id without a spreadsheet's changes; null if blank. Adds an error if the spreadsheet has lost digits. */
export function idOf (cell: string, column: string, place: Place, problems: Problems): string | null {
  const text = cell.trim()
  const id = (FORMULA.exec(text)?.[1] ?? text).trim()
  if (ROUNDED.test(id)) {
    problems.error(
      place,
      `${shorten(column)} is "${shorten(id)}": a spreadsheet changed the ids into rounded numbers; ` +
        'export the file again and do not save it from a spreadsheet, or format that column as text first'
    )
  }
  return id === '' ? null : id
}
