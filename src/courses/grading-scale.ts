// Grades from averages, one rule for the page, the API and workbooks. See docs/workbook.md.
import type { CourseRow } from '../../db/queries/courses.ts'

export interface GradeLimit {
  grade: string
  /** The lowest average that has this grade, a fraction. */
  from: number
}

/** The highest grade first, limits strictly decreasing to 0. Empty: no scale. */
export type GradingScale = readonly GradeLimit[]

/**
 * The grade of an average (a fraction; null or NaN: none): the first one whose limit the average reaches when
 * rounded to ten decimals, so that sums in another order give the same grade. An average below 0 has the
 * lowest grade. Null: there is no average, or no scale.
 */
export function gradeOf (average: number | null, scale: GradingScale): string | null {
  if (average === null || Number.isNaN(average)) return null
  const rounded = Math.round(average * 1e10) / 1e10
  const reached = scale.find(({ from }) => from <= rounded) ?? scale.at(-1)
  return reached?.grade ?? null
}

/** The scale of a course: what was set there, else what was imported. */
export function gradingScaleOf (
  course: Pick<CourseRow, 'set_grading_scale' | 'imported_grading_scale'>
): GradingScale {
  const stored = course.set_grading_scale ?? course.imported_grading_scale
  return stored === null ? [] : JSON.parse(stored) as GradingScale
}
