import { numberOf, VALUE_MAX } from '../sources/text-values.ts'

/**
 * A number as grade books write it in different languages: `7.5`, `7,5`, `1,000.00`. `1,000` could be either
 * and is none.
 */
export function gradeNumber (text: string): number | undefined {
  const plain = numberOf(text)
  if (plain !== undefined) return plain
  if (text.length > VALUE_MAX) return undefined
  if (/^-?\d{1,3}(,\d{3})+\.\d+$/.test(text)) return numberOf(text.replaceAll(',', ''))
  if (/^-?\d+,\d{1,2}$/.test(text)) return numberOf(text.replace(',', '.'))
  return undefined
}
