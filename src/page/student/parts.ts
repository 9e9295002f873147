import type { StudentFacts } from '../../http/schemas/student.ts'

/** A tenth of a percent: averages are shown with one decimal. */
const TENTHS = 1000

/**
 * Parts of a course average, rounded to tenths of a percent so that they add up to the rounded average: those
 * that lose the most are rounded up. All are fractions; null stays null.
 */
export function roundedParts (
  parts: ReadonlyArray<number | null>,
  average: number | null
): Array<number | null> {
  const tenths = parts.map((part) => part === null ? null : Math.floor(part * TENTHS + 1e-9))
  const sum = tenths.reduce<number>((total, value) => total + (value ?? 0), 0)
  const lost = parts
    .flatMap((part, i) => part === null ? [] : [{ i, rest: part * TENTHS - (tenths[i] ?? 0) }])
    .sort((a, b) => b.rest - a.rest)
  const missing = average === null ? 0 : Math.round(average * TENTHS) - sum
  for (const { i } of lost.slice(0, Math.max(0, missing))) tenths[i] = (tenths[i] ?? 0) + 1
  return tenths.map((value) => value === null ? null : value / TENTHS)
}

export interface TrendPoint {
  /** Ms since 1970. */
  at: number
  /** ISO 8601. */
  dueAt: string
  average: number
}

/**
 * The points of a trend to draw: dates that have come, and later ones that changed the average, because work
 * was scored early.
 */
export function shownTrend ({ trend }: Pick<StudentFacts, 'trend'>, now: number): TrendPoint[] {
  return trend.flatMap(({ due_at: dueAt, course_average: average }, i) => {
    const at = Date.parse(dueAt)
    const before = trend[i - 1]?.course_average ?? null
    return average === null || (at > now && average === before) ? [] : [{ at, dueAt, average }]
  })
}
