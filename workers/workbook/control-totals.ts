import type { Book } from '../../src/courses/book.ts'
import { DomainError } from '../../src/errors.ts'
import type { ControlTotals, WorkbookOptions } from './workbook-request.ts'

/** What went out, counted cell by cell by the row writers. */
export class WrittenTotals {
  students = 0
  dropped = 0
  /** Headings of task columns, of each worksheet. */
  tasks: number[] = []
  /** Task cells with a score, and the sum of these fractions, whatever the cell shows. */
  scores = 0
  scoreSum = 0
  /** The sum of the fractions without their signs, against which a rounding error is judged. */
  scoreSize = 0
}

/** Adding ten million fractions in another order moves the sum by less than this part of it. */
const ROUNDING = 1e-9

/**
 * Compares what was written with the database's own totals, which SQL adds up from what the import noted for
 * each student.
 *
 * - Every sheet has every task, and all sheets together have each student once, so students, scores and the
 * sum are compared
 *   over all sheets, with one sheet or many.
 * - The import's totals know no cell that counts 0 only because its task is past due; the book counts those
 * apart.
 * - Where dropped students are left out, the scores that the book has of them are added to what was written:
 * the database
 *   has no total without them. That nobody else was left out shows in the count of the students who are not dropped.
 *
 * Throws CHECK_FAILED.
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
    detail: `The workbook does not agree with the database in ${what} (${ours} written, ${theirs} noted), so it was thrown away. ` +
      'Import the course again and then export it; if that does not help, tell your administrator.',
  })
}
