import Type from 'typebox'
import type { JobRow } from '../../../db/queries/jobs.ts'
import { readResult } from '../../../db/queries/stored-json.ts'
import { COLUMN_USES, type ColumnUse } from '../../imports/columns.ts'
import { importPayload, type ImportResult } from '../../imports/import.job.ts'
import type { ImportError, ImportSummary } from '../../imports/outcome.ts'
import { jobSchema, nullable } from './common.ts'

const counts = Type.Object({
  added: Type.Integer(),
  updated: Type.Integer(),
  unchanged: Type.Integer(),
  removed: Type.Integer(),
})
const warning = Type.Object({ code: Type.String(), message: Type.String(), count: Type.Integer() })

const column = Type.Object({
  name: Type.String({ description: 'At most 200 characters' }),
  used_as: Type.Enum(Object.keys(COLUMN_USES) as ColumnUse[], {
    description: 'As a task, as identity, or left out',
  }),
  reason: nullable(Type.String({
    description: 'Why a column is left out, or what is special about its use',
  })),
})

const summary = Type.Object({
  courses: counts,
  periods: counts,
  students: counts,
  tasks: counts,
  scores: counts,
  warnings: Type.Array(warning),
  columns: Type.Optional(Type.Array(column, {
    description: 'Of grade book files: the first columns, and their use',
  })),
  column_count: Type.Optional(Type.Integer({ description: 'How many columns the grade book files have' })),
})

const common = {
  ...jobSchema.properties,
  filename: nullable(Type.String({ description: 'As it was uploaded' })),
  dry_run: Type.Boolean({ description: 'It only looked; nothing was changed' }),
}

export const importSchema = Type.Object({
  ...common,
  summary: nullable(summary),
  errors: Type.Array(
    Type.Object({
      file: nullable(Type.String()),
      line: nullable(Type.Integer()),
      path: nullable(Type.String()),
      message: Type.String(),
    }),
    { description: 'The first of them' }
  ),
  error_count: Type.Integer(),
  warnings: Type.Array(warning),
}, { title: 'Import' })

/** An import in a list: how many errors and warnings it had, without the texts. */
export const listedImportSchema = Type.Object({
  ...common,
  summary: nullable(Type.Omit(summary, ['warnings', 'columns', 'column_count'])),
  error_count: Type.Integer(),
  warning_count: Type.Integer({ description: 'How often something odd was found' }),
}, { title: 'ListedImport' })

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
    ? { summary: result.summary, errors: [], errorCount: 0 }
    : { summary: null, errors: result.errors, errorCount: result.error_count }
}
