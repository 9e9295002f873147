// What can be wrong with a grading scale.
import { fillTemplate } from '../message-templates.ts'

/** Imports report them as errors, so the page has a text for each. */
export const GRADING_SCALE_PROBLEMS = {
  grades_count: 'has {count} grades, expected 1 to {most}',
  grade_order:
    'is {from}, expected less than the {before} of the grade before it; the highest grade comes first',
  lowest_grade: 'is {from}, expected 0: the lowest grade begins there',
  wrong_grade: 'is not a grade; expected text of 1 to {most} characters',
  wrong_limit: 'is {from}, expected a fraction from 0 to 1',
} as const satisfies Record<string, string>

/** Where the problem is (`[1].from`; '' for the whole scale), and what it is. */
export interface GradingScaleProblem {
  path: string
  name: keyof typeof GRADING_SCALE_PROBLEMS
  values: Record<string, string | number>
  message: string
}

export function scaleProblem (
  path: string, name: GradingScaleProblem['name'], values: GradingScaleProblem['values'] = {}
): GradingScaleProblem {
  return { path, name, values, message: fillTemplate(GRADING_SCALE_PROBLEMS[name], values) }
}
