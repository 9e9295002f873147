import { PROVISIONAL, STATUS } from '../../performance-book/packed-cells.ts'

/** The standard's words for a result, in lower case. */
const SCORE_STATUS = new Map<string, number>([
  ['fully graded', STATUS.completed],
  ['partially graded', STATUS.in_progress],
  ['not submitted', STATUS.missing],
  ['submitted', STATUS.submitted],
  ['exempt', STATUS.exempt],
])

export function isScoreStatus (word: string): boolean { return SCORE_STATUS.has(word) }

/**
 * Status and provisional mark of a result, as in `packed-cells.ts`. Where several apply: exempt, a score, missing, submitted.
 * `isIncomplete` is the flag `incomplete` or `inProgress` of OneRoster 1.2.
 */
export function resultMarks ({ scoreStatus, hasScore, isMissing, isIncomplete }: { scoreStatus: string, hasScore: boolean, isMissing: boolean, isIncomplete: boolean }): number {
  const told = SCORE_STATUS.get(scoreStatus)
  if (told === STATUS.exempt) return STATUS.exempt
  if (hasScore) return STATUS.completed | (told === STATUS.in_progress ? PROVISIONAL : 0)
  if (isMissing || told === STATUS.missing) return STATUS.missing
  if (told === STATUS.submitted) return STATUS.submitted
  return isIncomplete ? STATUS.in_progress : told ?? STATUS.not_started
}
