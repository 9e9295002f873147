import type { Student } from '../../http/schemas/book.ts'
import { isInRange, type AverageRange } from '../book/rows.ts'

interface Bin {
  range: AverageRange
  count: number
}

const STEPS = 10

/**
 * How many students have a course average in each tenth. Dropped students are not counted. The bin from 90 %
 * up includes extra credit. The last bin is for students without a course average; without such students,
 * there is none.
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
  return bins.at(-1)?.count === 0 ? bins.slice(0, -1) : bins
}
