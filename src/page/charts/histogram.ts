import type { Student } from '../../http/schemas/book.ts'
import { isInRange, type AverageRange } from '../book/rows.ts'

export interface Bin {
  range: AverageRange
  count: number
}

const STEPS = 10

/**
 * How many students that are not dropped have a course average in each tenth; what is over 90 % is one, extra
 * credit included, and those without one are the last.
 */
export function histogram (students: readonly Student[]): Bin[] {
  const ranges: AverageRange[] = Array.from(
    { length: STEPS },
    (_, i) => ({ from: i / STEPS, to: i === STEPS - 1 ? null : (i + 1) / STEPS })
  )
  const counted = students.filter(({ is_dropped }) => !is_dropped)
  const bins = [...ranges, 'none' as const].map((range) => ({
    range,
    count: counted.filter(({ course_average }) => isInRange(course_average, range)).length,
  }))
  return bins.at(-1)!.count === 0 ? bins.slice(0, -1) : bins
}
