/** A fraction as a user types it: percent, with at most so many decimals. */
export function percentText (fraction: number, decimals = 2): string {
  return String(Number((fraction * 100).toFixed(decimals)))
}

/**
 * The fraction for a percentage as typed, with a decimal comma or point. Null: the field is empty. Undefined:
 * this is not a number from 0 to 100.
 */
export function fractionOf (text: string): number | null | undefined {
  if (text.trim() === '') return null
  const value = Number(text.trim().replace(',', '.').replace(/%$/, '').trimEnd())
  return value >= 0 && value <= 100 ? value / 100 : undefined
}
