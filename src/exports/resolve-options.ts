import type { Reads, Trx } from '../../db/index.ts'
import { findPeriod } from '../../db/queries/books.ts'
import { availableExport, latestExport } from '../../db/queries/exports.ts'
import { hasSnapshot } from '../../db/queries/snapshots.ts'
import { noPeriod } from '../courses/book.ts'
import { DomainError } from '../errors.ts'
import { completeOptions, type ExportOptions, type ExportOptionsGiven } from './export-options.ts'

/**
 * The options of an export of this course, complete and with everything that they name found; `now` in ms.
 * Throws VALIDATION_FAILED if the course has no such period, and what `assertComparable` throws.
 */
export async function resolveOptions (
  db: Reads | Trx,
  courseId: number,
  given: ExportOptionsGiven,
  now: number
): Promise<ExportOptions> {
  const { period_id: periodId, compare_with: compareWith } = given
  if (periodId !== undefined && await findPeriod(db, courseId, periodId) === undefined) {
    throw noPeriod(periodId)
  }
  const exportId = compareWith === 'last' ? (await latestExport(db, courseId, now))?.id : compareWith
  if (exportId === undefined) return completeOptions(given)
  await assertComparable(db, courseId, { exportId, now })
  return { ...completeOptions(given), compare_with: exportId }
}

/**
 * Throws EXPORT_NOT_FOUND if the course has no such export whose file is available, and SNAPSHOT_MISSING if
 * what it read was not stored.
 */
export async function assertComparable (
  db: Reads | Trx,
  courseId: number,
  { exportId, now }: { exportId: number, now: number }
): Promise<void> {
  if (await availableExport(db, courseId, { id: exportId, now }) === undefined) {
    throw new DomainError('EXPORT_NOT_FOUND')
  }
  if (!await hasSnapshot(db, exportId)) throw new DomainError('SNAPSHOT_MISSING')
}
