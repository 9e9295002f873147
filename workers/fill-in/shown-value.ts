// Values of a student as they are written into a cell.
import type { Fill } from '../../src/fill-in/fill-in-options.ts'

/** A number, with the decimals that its text has, or a text. */
export type CellValue =
  | { kind: 'number', text: string }
  | { kind: 'text', text: string }

/** Significant digits that count: sums in another order differ in later ones. */
const DIGITS = 12
const DEFAULT_DECIMALS = { percent: 2, percent_text: 2, fraction: 4, points: 2 }

/** A fraction as an option says. */
export function shownFraction (fraction: number, { as = 'percent', decimals }: Fill): CellValue {
  const places = decimals ?? DEFAULT_DECIMALS[as]
  const text = roundedText(as === 'fraction' ? fraction : fraction * 100, places)
  return as === 'percent_text' ? { kind: 'text', text: `${text} %` } : { kind: 'number', text }
}

export function shownPoints (points: number, { decimals = DEFAULT_DECIMALS.points }: Fill): CellValue {
  return { kind: 'number', text: roundedText(points, decimals) }
}

/** With that many decimals, rounded half away from zero: 2.5 becomes 3, -2.5 becomes -3. */
export function roundedText (value: number, decimals: number): string {
  const scaled = Number((Math.abs(value) * 10 ** decimals).toPrecision(DIGITS))
  const rounded = Math.floor(scaled + 0.5)
  const digits = rounded.toFixed(0).padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const text = decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`
  return value < 0 && rounded !== 0 ? `-${text}` : text
}
