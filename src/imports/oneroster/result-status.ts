import { PROVISIONAL, STATUS } from '../../courses/packed-cells.ts'
import { remembered } from '../sources/text-values.ts'

/** The standard's words for a result, letters only. */
const SCORE_STATUS = new Map<string, number>([
  ['fullygraded', STATUS.completed],
  ['partiallygraded', STATUS.in_progress],
  ['notsubmitted', STATUS.missing],
  ['submitted', STATUS.submitted],
  ['exempt', STATUS.exempt],
])

/**
 * The status that a `scoreStatus` names, as in `packed-cells.ts`; undefined where the standard has no such
 * word. Case and separators do not count: programs that turn JSON into CSV write `not_submitted`.
 */
export const scoreStatusOf = remembered((text) => SCORE_STATUS.get(text.toLowerCase().replaceAll(
  /[^a-z]/g, ''
)))

/**
 * Status and provisional mark of a result, as in `packed-cells.ts`. Where several apply: exempt, a score,
 * missing, submitted. `scoreStatus` is what `scoreStatusOf` gives, `isIncomplete` the flag `incomplete` or
 * `inProgress` of OneRoster 1.2.
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
