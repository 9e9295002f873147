import type { JobRow } from '../../../db/queries/jobs.ts'
import { readResult } from '../../../db/queries/stored-json.ts'
import { importPayload, type ImportResult } from '../../imports/import.job.ts'
import type { ImportError, ImportSummary } from '../../imports/outcome.ts'

const NO_PLACE = { file: null, line: null, path: null, cell: null }
const NO_REASON = { reason_code: null }

/** What an import says besides its job: what was asked, what it did or what is wrong. */
export function importJson (job: JobRow) {
  const { summary, errors, errorCount } = reportOf(job)
  return { ...requestOf(job), summary, errors, error_count: errorCount, warnings: summary?.warnings ?? [] }
}

/** The same for a list, by numbers alone. */
export function listedImportJson (job: JobRow) {
  const { summary, errorCount } = reportOf(job)
  const { warnings = [], columns: _columns, column_count: _count, ...counts } = summary ?? {}
  return {
    ...requestOf(job),
    summary: summary === null ? null : counts as Omit<ImportSummary, 'warnings' | 'columns' | 'column_count'>,
    error_count: errorCount,
    warning_count: warnings.reduce((sum, { count }) => sum + count, 0),
  }
}

function requestOf (job: JobRow): { filename: string | null, dry_run: boolean } {
  const { filename = null, choices } = importPayload(job)
  return { filename, dry_run: choices?.dryRun ?? false }
}

function reportOf (job: JobRow): {
  summary: ImportSummary | null,
  errors: ImportError[],
  errorCount: number,
} {
  const result = readResult(job.result) as ImportResult | null
  if (result === null) return { summary: null, errors: [], errorCount: 0 }
  return 'summary' in result
    ? { summary: completed(result.summary), errors: [], errorCount: 0 }
    : { summary: null, errors: result.errors, errorCount: result.error_count }
}

/** Reports of older versions have no places of warnings and no codes of reasons. */
function completed (summary: ImportSummary): ImportSummary {
  const warnings = summary.warnings.map((one) => ({ ...NO_PLACE, ...one }))
  const columns = summary.columns?.map((one) => ({ ...NO_REASON, ...one }))
  return { ...summary, warnings, ...(columns === undefined ? {} : { columns }) }
}
