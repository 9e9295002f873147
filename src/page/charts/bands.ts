import type { Course, Student } from '../../http/schemas/book.ts'
import { isInRange, type AverageRange } from '../book/rows.ts'

/** How course averages are grouped. `custom`: by limits that the user types. */
export const BANDINGS = ['tens', 'fives', 'grades', 'custom'] as const
export type Banding = typeof BANDINGS[number]

export interface Band {
  range: AverageRange
  count: number
  /** Of the grading scale. */
  grade?: string | undefined
}

const STEPS = { tens: 10, fives: 20 } as const

/** The most bands of a user's own. */
const LIMITS_MAX = 20

/** Lower limits as typed, in percent, such as `50, 70, 85`: fractions in order. Undefined: these are none. */
export function limitsOf (text: string): number[] | undefined {
  // Without blanks or semicolons, commas separate; otherwise a comma between digits is a decimal comma.
  const parts = text.trim().split(/[;\s]+|,\s+/).filter((part) => part !== '')
  const split = parts.length === 1 ? text.trim().split(',') : parts
  const limits = split.map((part) => Number(part.replace(/,$/, '').replace(',', '.').replace(/%$/, '')) / 100)
  const isValid = limits.length > 0 && limits.length <= LIMITS_MAX &&
    limits.every((limit) => limit > 0 && limit <= 2)
  return isValid ? [...new Set(limits)].sort((a, b) => a - b) : undefined
}

/** The lower limits of all bands, lowest first, with the grade of each where the bands are grades. */
export function bandLimits (
  banding: Banding, { grading_scale: scale }: Pick<Course, 'grading_scale'>, custom: readonly number[]
): Array<{ from: number, grade?: string }> {
  if (banding === 'grades' && scale !== null) return scale.toReversed()
  if (banding === 'custom') return [0, ...custom].map((from) => ({ from }))
  const steps = STEPS[banding === 'fives' ? 'fives' : 'tens']
  return Array.from({ length: steps }, (_, i) => ({ from: i / steps }))
}

/**
 * How many students have a course average in each band. The highest one has no upper limit: it includes extra
 * credit. The last band is for students without a course average; without such students, there is none.
 */
export function bandsOf (
  students: readonly Student[],
  limits: ReadonlyArray<{ from: number, grade?: string }>
): Band[] {
  const ranges: Array<Omit<Band, 'count'>> = limits.map(({ from, grade }, i) =>
    ({ range: { from, to: limits[i + 1]?.from ?? null }, grade }))
  const bands = [...ranges, { range: 'none' as const }].map((band) => ({
    ...band,
    count: students.filter(({ course_average: average }) => isInRange(average, band.range)).length,
  }))
  return bands.at(-1)?.count === 0 ? bands.slice(0, -1) : bands
}
