// Numbers as text, for files that people and other programs read.
import { roundPoints } from '../workbook/points.ts'

/** Decimals of a percentage. */
const DECIMALS = 4

/** Most texts that are kept, so that memory stays small. */
const KNOWN_MAX = 10_000

/**
 * Returns what writes a fraction as a percentage without its sign, with at most four decimals: `85.3333`. It
 * keeps the texts, because the same scores come again and again.
 */
export function percentTexts (): (fraction: number) => string {
  const known = new Map<number, string>()
  return (fraction) => {
    const before = known.get(fraction)
    if (before !== undefined) return before
    const text = String(Number((fraction * 100).toFixed(DECIMALS)))
    if (known.size < KNOWN_MAX) known.set(fraction, text)
    return text
  }
}

/** Points of a score: those that came in, else score × points possible; 15 significant digits. */
export function pointsOf (score: number, points: number, possible: number): number {
  return roundPoints(Number.isNaN(points) ? score * possible : points)
}
