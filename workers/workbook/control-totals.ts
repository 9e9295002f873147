import type { Book } from '../../src/courses/book.ts'
import { DomainError } from '../../src/errors.ts'
import type { ControlTotals, WorkbookOptions } from './workbook-request.ts'

/** What was written, counted cell by cell by the row writers. */
export class WrittenTotals {
  students = 0
  dropped = 0
  /** Headings of task columns, of each worksheet. */
  tasks: number[] = []
  /** Task cells with a score, and the sum of these fractions, whatever the cell shows. */
  scores = 0
  scoreSum = 0
  /** The sum of the fractions without their signs: rounding errors are judged by it. */
  scoreSize = 0
}

/** Adding ten million fractions in another order moves the sum by less than this part of it. */
const ROUNDING = 1e-9

/**
 * Compares what was written with the database's own totals, which SQL adds up from what the import recorded
 * for each student. Throws CHECK_FAILED.
 *
 * - Every sheet has every task, and all sheets together have each student once. So students, scores and the
 *   sum are compared over all sheets.
 * - The import's totals do not include cells that count 0 only because their task is past due. The book
 *   counts those separately.
 * - If dropped students are left out, the book's scores of them are added to what was written, because the
 *   database has no total without them. The count of the other students shows that none of them is missing.
 */
export function checkTotals (
  book: Book,
  written: WrittenTotals,
  controls: ControlTotals,
  options: WorkbookOptions
): void {
  const averages = book.averages()
  const leftOut = options.include_dropped
    ? { dropped: 0, scores: 0, sum: 0 }
    : {
        dropped: averages.dropped,
        scores: averages.scores - averages.activeScores,
        sum: averages.scoreSum - averages.activeScoreSum,
      }
  const pairs: Array<[string, number, number]> = [
    ['students', written.students, controls.students],
    ['dropped students', written.dropped + leftOut.dropped, controls.dropped],
    ['scores', written.scores + leftOut.scores, controls.scores + controls.zeroedCells],
    ...written.tasks.map((tasks): [string, number, number] => ['tasks', tasks, book.tasks.length]),
  ]
  for (const [what, ours, theirs] of pairs) {
    if (ours !== theirs) throw disagreement(what, ours, theirs)
  }
  const sum = written.scoreSum + leftOut.sum
  const allowed = ROUNDING * Math.max(1, written.scoreSize + Math.abs(leftOut.sum))
  if (!(Math.abs(sum - controls.score_sum) <= allowed)) {
    throw disagreement('the sum of scores', sum, controls.score_sum)
  }
}

function disagreement (what: string, ours: number, theirs: number): DomainError {
  return new DomainError('CHECK_FAILED', {
    detail: `The workbook does not match the database in ${what} (${ours} written, ${theirs} recorded), ` +
      'so it was discarded. Import the course again, then export it. ' +
      'If that does not help, contact your administrator.',
  })
}
