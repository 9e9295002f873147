// How points are written and shown.

/** With more digits, a worksheet would show other digits than those that came in. */
const DIGITS = 15
const HUNDRED = 100

/** Points rounded to 15 significant digits, as many as a worksheet keeps: `0.1 + 0.2` becomes 0.3. */
export function roundPoints (points: number): number {
  // This is the usual case, and making the text of a number is slow.
  if (hasHundredths(points) && Math.abs(points) < 1e13) return points
  return Number(points.toPrecision(DIGITS))
}

/** Whether two decimals are enough for the points, which are rounded. The format General shows them. */
export function hasHundredths (points: number): boolean {
  return Number.isInteger(points) || Math.round(points * HUNDRED) / HUNDRED === points
}
