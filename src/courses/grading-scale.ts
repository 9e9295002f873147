// Grades from averages, one rule for the page, the API and workbooks. See docs/workbook.md.
import type { CourseRow } from '../../db/queries/courses.ts'
import { scaleProblem, type GradingScaleProblem } from './grading-scale-problems.ts'

export interface GradeLimit {
  grade: string
  /** The lowest average that has this grade, a fraction. */
  from: number
}

/** Significant digits that a spreadsheet goes by when it rounds. */
const DIGITS = 15

/** The highest grade first, limits strictly decreasing to 0. Empty: no scale. */
export type GradingScale = readonly GradeLimit[]

/** The most entries of a scale. A scale from 0 to 20 has 21. */
export const GRADES_MAX = 40
/** The longest name of a grade, in UTF-16 units. */
export const GRADE_LENGTH_MAX = 50

/**
 * The grade of an average (a fraction; null or NaN: none): the first one whose limit the average reaches when
 * rounded to ten decimals, so that sums in another order give the same grade. An average below 0 has the
 * lowest grade. Null: there is no average, or no scale.
 */
export function gradeOf (average: number | null, scale: GradingScale): string | null {
  if (average === null || Number.isNaN(average)) return null
  // Spreadsheets round what 15 digits say: 0.6999999999499998 is 0.69999999995 there, and so 0.7.
  const rounded = Math.round(Number((average * 1e10).toPrecision(DIGITS))) / 1e10
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

/** How a scale is stored: equal scales are equal texts. */
export function gradingScaleText (scale: GradingScale): string {
  return JSON.stringify(scale.map(({ grade, from }) => ({ grade, from })))
}

/**
 * What is wrong with a scale whose entries have the right types: where (`[2].from`, or empty for the whole)
 * and a sentence without its subject. Undefined: nothing.
 */
export function gradingScaleProblem (
  scale: GradingScale
): GradingScaleProblem | undefined {
  if (scale.length < 1 || scale.length > GRADES_MAX) {
    return scaleProblem('', 'grades_count', { count: scale.length, most: GRADES_MAX })
  }
  for (const [i, { grade, from }] of scale.entries()) {
    if (grade.trim() === '' || grade.length > GRADE_LENGTH_MAX) {
      return scaleProblem(`[${i}].grade`, 'wrong_grade', { most: GRADE_LENGTH_MAX })
    }
    if (!(from >= 0 && from <= 1)) {
      return scaleProblem(`[${i}].from`, 'wrong_limit', { from: Number.isNaN(from) ? 'not a number' : from })
    }
    const before = scale[i - 1]
    if (before !== undefined && from >= before.from) {
      return scaleProblem(`[${i}].from`, 'grade_order', { from, before: before.from })
    }
  }
  const last = scale.length - 1
  const lowest = scale[last]?.from
  return lowest === 0 || lowest === undefined
    ? undefined
    : scaleProblem(`[${last}].from`, 'lowest_grade', { from: lowest })
}
