import type { Cell } from '../http/schemas/book.ts'

/**
 * Whether work is missing: it has this status, or it was not started by its due date and has no score of its
 * own. The same rule as in the API's answer about one student. `now`: ms since 1970, by the server's clock.
 */
export function isMissing (
  { status, points, correct_exercise_count: correct }: Cell,
  dueAt: string | null,
  now: number
): boolean {
  if (status === 'missing') return true
  return status === 'not_started' && points === null && correct === null && dueAt !== null &&
    now > Date.parse(dueAt)
}

/** Whether the score of a cell stands for missing work: it gets the mark of missing work. */
export function isScoreOfMissing ({ status, score, points }: Cell): boolean {
  return score !== null &&
    (status === 'missing' || (status === 'not_started' && score === 0 && points === null))
}
