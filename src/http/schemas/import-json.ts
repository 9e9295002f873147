import { importReport, type ImportReport } from '../../imports/import-report.ts'
import type { ImportSummary } from '../../imports/outcome.ts'
import type { JobRow } from '../../jobs/job-queue.ts'

/** What an import has besides its job: what was asked, what it did or what is wrong. */
export function importJson (job: JobRow) {
  const report = importReport(job)
  const { summary, errors, errorCount } = report
  return { ...askedJson(report), summary, errors, error_count: errorCount, warnings: summary?.warnings ?? [] }
}

/** The same for a list, by numbers alone. */
export function listedImportJson (job: JobRow) {
  const report = importReport(job)
  const { summary, errorCount } = report
  const { warnings = [], columns: _columns, column_count: _count, ...counts } = summary ?? {}
  return {
    ...askedJson(report),
    summary: summary === null ? null : counts as Omit<ImportSummary, 'warnings' | 'columns' | 'column_count'>,
    error_count: errorCount,
    warning_count: warnings.reduce((sum, { count }) => sum + count, 0),
  }
}

function askedJson ({ filename, isDryRun }: ImportReport) { return { filename, dry_run: isDryRun } }
