import { readResult } from '../../db/queries/stored-json.ts'
import type { JobRow } from '../jobs/job-queue.ts'
import type { TableGuess } from './column-maps/table-guess.ts'
import type { ImportFormat } from './import-options.ts'
import { importPayload, type ImportResult } from './import.job.ts'
import type { ImportError, ImportSummary } from './outcome.ts'

const NO_PLACE = { file: null, line: null, path: null, cell: null }
const NO_REASON = { reason_code: null }

/** What an import was asked to do and what came of it, as its job keeps it. */
export interface ImportReport {
  /** As it was uploaded. */
  filename: string | null
  isDryRun: boolean
  /** Null: it has not ended, or it failed. */
  summary: ImportSummary | null
  /** The first errors. */
  errors: ImportError[]
  errorCount: number
  /** Of a dry run of a table in no known format: guessed, or remembered for the course. */
  guess: TableGuess | null
  /** Null: it is not known. */
  format: ImportFormat | null
}

export function importReport (job: JobRow): ImportReport {
  const { filename = null, choices } = importPayload(job)
  const asked = { filename, isDryRun: choices?.dryRun ?? false }
  const result = readResult(job.result) as ImportResult | null
  const found = { guess: result?.guess ?? null, format: result?.format ?? null }
  if (result === null) return { ...asked, ...found, summary: null, errors: [], errorCount: 0 }
  return 'summary' in result
    ? { ...asked, ...found, summary: completed(result.summary), errors: [], errorCount: 0 }
    : { ...asked, ...found, summary: null, errors: result.errors, errorCount: result.error_count }
}

/** Reports of older versions have no places of warnings and no codes of reasons. */
function completed (summary: ImportSummary): ImportSummary {
  const warnings = summary.warnings.map((one) => ({ ...NO_PLACE, ...one }))
  const columns = summary.columns?.map((one) => ({ ...NO_REASON, ...one }))
  return { ...summary, warnings, ...(columns === undefined ? {} : { columns }) }
}
