import { PROVISIONAL, STATUS } from '../../courses/packed-cells.ts'
import { memoize } from '../sources/text-values.ts'

/** The values of `scoreStatus` in the standard, only their letters. */
const SCORE_STATUS = new Map<string, number>([
  ['fullygraded', STATUS.completed],
  ['partiallygraded', STATUS.in_progress],
  ['notsubmitted', STATUS.missing],
  ['submitted', STATUS.submitted],
  ['exempt', STATUS.exempt],
])

/**
 * The status for a `scoreStatus`, as in `packed-cells.ts`; undefined if the standard has no such value.
 * Case and separators are ignored: programs that convert JSON to CSV write `not_submitted`.
 */
export const scoreStatusOf = memoize((text) => {
  return SCORE_STATUS.get(text.toLowerCase().replaceAll(/[^a-z]/g, ''))
})

/**
 * Status and provisional mark of a result, as in `packed-cells.ts`. If several apply, the first of these
 * wins: exempt, a score, missing, submitted. `scoreStatus` comes from `scoreStatusOf`; `isIncomplete` is
 * the flag `incomplete` or `inProgress` of OneRoster 1.2.
 */
export function resultMarks ({ scoreStatus, hasScore, isMissing, isIncomplete }: {
  scoreStatus: number | undefined
  hasScore: boolean
  isMissing: boolean
  isIncomplete: boolean
}): number {
  if (scoreStatus === STATUS.exempt) return STATUS.exempt
  if (hasScore) return STATUS.completed | (scoreStatus === STATUS.in_progress ? PROVISIONAL : 0)
  if (isMissing || scoreStatus === STATUS.missing) return STATUS.missing
  if (scoreStatus === STATUS.submitted) return STATUS.submitted
  return isIncomplete ? STATUS.in_progress : scoreStatus ?? STATUS.not_started
}
