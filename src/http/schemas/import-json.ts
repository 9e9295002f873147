import { importReport, type ImportReport } from '../../imports/import-report.ts'
import type { Tallies } from '../../imports/outcome.ts'
import type { UndoState } from '../../imports/undos.ts'
import { isoTime } from '../../iso-time.ts'
import type { JobRow } from '../../jobs/job-queue.ts'

/** The fields that an import adds to its job: what was requested, and what it did or what is wrong. */
export function importJson (job: JobRow) {
  const report = importReport(job)
  const { summary, errors, errorCount, guess, format } = report
  return {
    ...requestJson(report),
    format,
    summary,
    errors,
    error_count: errorCount,
    warnings: summary?.warnings ?? [],
    guess: guess?.map ?? null,
    preview: guess?.preview ?? null,
  }
}

/** The same for a list, with numbers only. */
export function listedImportJson (job: JobRow) {
  const report = importReport(job)
  const { summary, errorCount } = report
  const {
    warnings = [], columns: _columns, column_count: _count, column_maps: _maps, ...counts
  } = summary ?? {}
  return {
    ...requestJson(report),
    summary: summary === null ? null : counts as Tallies,
    error_count: errorCount,
    warning_count: warnings.reduce((sum, { count }) => sum + count, 0),
  }
}

function requestJson ({ filename, isDryRun }: ImportReport) { return { filename, dry_run: isDryRun } }

/** Whether the import can be undone. Undefined: as for an import that changed nothing. */
export function undoJson (undo: UndoState | undefined) {
  const { state, until } = undo ?? { state: 'not_possible' as const, until: null }
  return { undo: { state, until: until === null ? null : isoTime(until) } }
}
