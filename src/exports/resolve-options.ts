import type { Reads } from '../../db/index.ts'
import { findPeriod } from '../../db/queries/books.ts'
import { noPeriod } from '../courses/book.ts'
import { completeOptions, type ExportOptions, type ExportOptionsGiven } from './export-options.ts'

/**
 * The options of an export of this course, complete and with everything that they name found. Throws
 * VALIDATION_FAILED if the course has no such period.
 */
export async function resolveOptions (
  db: Reads,
  courseId: number,
  given: ExportOptionsGiven
): Promise<ExportOptions> {
  const { period_id: periodId } = given
  if (periodId !== undefined && await findPeriod(db, courseId, periodId) === undefined) {
    throw noPeriod(periodId)
  }
  return completeOptions(given)
}
