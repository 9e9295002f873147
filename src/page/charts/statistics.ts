import type { Book, Student } from '../../http/schemas/book.ts'
import { isMissing } from '../missing.ts'

/** The five numbers of a box plot, fractions. */
export interface Quartiles {
  lowest: number
  lower: number
  median: number
  upper: number
  highest: number
}

/** Like Excel's QUARTILE.INC: between two values, the value in proportion. Undefined: there are no values. */
export function quartilesOf (values: readonly number[]): Quartiles | undefined {
  if (values.length === 0) return undefined
  const sorted = Float64Array.from(values).sort()
  const at = (part: number) => {
    const place = part * (sorted.length - 1)
    const below = sorted[Math.floor(place)] ?? NaN
    const above = sorted[Math.ceil(place)] ?? NaN
    return below + (above - below) * (place - Math.floor(place))
  }
  return { lowest: at(0), lower: at(0.25), median: at(0.5), upper: at(0.75), highest: at(1) }
}

export interface Distribution {
  quartiles: Quartiles | undefined
  /** How many values there are. */
  count: number
  /** Missing work as a fraction of all work that was given; null: none was. */
  missing: number | null
}

/** Of each assignment, in the order of the book, over these students. */
export function byAssignment (
  { data_headings: headings }: Book, students: readonly Student[], now: number
): Distribution[] {
  return headings.map(({ due_at: dueAt }, j) => {
    const scores: number[] = []
    let given = 0
    let missing = 0
    for (const { data } of students) {
      const cell = data[j]
      if (cell == null) continue
      given++
      if (cell.score !== null) scores.push(cell.score)
      if (isMissing(cell, dueAt, now)) missing++
    }
    return {
      quartiles: quartilesOf(scores),
      count: scores.length,
      missing: given === 0 ? null : missing / given,
    }
  })
}

/** Of the course averages of these students, with the missing share of all their work. */
export function ofAverages (
  { data_headings: headings }: Book, students: readonly Student[], now: number
): Distribution {
  const averages = students.flatMap(({ course_average: average }) => average ?? [])
  let given = 0
  let missing = 0
  for (const { data } of students) {
    for (const [j, cell] of data.entries()) {
      if (cell === null) continue
      given++
      if (isMissing(cell, headings[j]?.due_at ?? null, now)) missing++
    }
  }
  return {
    quartiles: quartilesOf(averages),
    count: averages.length,
    missing: given === 0 ? null : missing / given,
  }
}
