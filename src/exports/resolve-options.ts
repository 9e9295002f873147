import type { Reads, Trx } from '../../db/index.ts'
import { findPeriod } from '../../db/queries/books.ts'
import { availableExport, latestExport } from '../../db/queries/exports.ts'
import { hasSnapshot } from '../../db/queries/snapshots.ts'
import { noPeriod } from '../courses/book.ts'
import { DomainError } from '../errors.ts'
import { completeOptions, type ExportOptions } from './export-options.ts'
import type { ExportOptionsGiven } from './export-request.ts'
import { FORMATS } from './formats/all-formats.ts'
import { optionsFault } from './options-fault.ts'

/**
 * The options of an export of this course, complete and with everything that they name found; `now` in ms.
 * Throws VALIDATION_FAILED if the format has no such option or the course no such period,
 * FORMAT_NOT_POSSIBLE, and what `assertComparable` throws.
 */
export async function resolveOptions (
  db: Reads | Trx,
  courseId: number,
  given: ExportOptionsGiven,
  now: number
): Promise<ExportOptions> {
  const format = FORMATS[given.format ?? 'xlsx']
  refuseOthers(given)
  const { period_id: periodId, compare_with: compareWith } = given
  const period = periodId === undefined ? undefined : await findPeriod(db, courseId, periodId)
  if (periodId !== undefined && period === undefined) throw noPeriod(periodId)
  await format.assertPossible?.(db, courseId, period?.source_id)
  const exportId = compareWith === 'last'
    ? (await latestExport(db, courseId, { format: 'xlsx', now }))?.id
    : compareWith
  if (exportId === undefined) return completeOptions(given)
  await assertComparable(db, courseId, { exportId, now })
  return { ...completeOptions(given), compare_with: exportId }
}

/** Throws VALIDATION_FAILED for options that do not go with the format, or with each other. */
function refuseOthers (given: ExportOptionsGiven): void {
  const fault = optionsFault(given)
  if (fault === undefined) return
  const { kind, option, format, allowed = [] } = fault
  throw invalid({
    unknown: `${option}: the format ${format} has no such option; it has ${allowed.join(', ')}`,
    identity: `identity: the format ${format} allows ${allowed.join(', ')}`,
    comparison: 'compare_with: the comparison names students; leave out identity, or the comparison',
  }[kind])
}

function invalid (detail: string): DomainError {
  return new DomainError('VALIDATION_FAILED', { detail })
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
