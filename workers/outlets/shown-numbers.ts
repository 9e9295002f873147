// Numbers as text, for files that people and other programs read.
import { roundPoints } from '../workbook/points.ts'

/** Decimals of a percentage. */
const DECIMALS = 4

/** A fraction as a percentage without its sign, with at most four decimals: `85.3333`. */
export function percentText (fraction: number): string {
  return String(Number((fraction * 100).toFixed(DECIMALS)))
}

/** Points of a score: those that came in, else score × points possible; 15 significant digits. */
export function pointsOf (score: number, points: number, possible: number): number {
  return roundPoints(Number.isNaN(points) ? score * possible : points)
}
