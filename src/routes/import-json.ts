import Type from 'typebox'
import type { JobRow } from '../../db/jobs.queries.ts'
import { importPayload, type ImportResult } from '../features/imports/import.job.ts'
import { jobSchema, nullable } from './schemas.ts'

const counts = Type.Object({ added: Type.Integer(), updated: Type.Integer(), unchanged: Type.Integer(), removed: Type.Integer() })
const warning = Type.Object({ code: Type.String(), message: Type.String(), count: Type.Integer() })

export const importSchema = Type.Object({
  ...jobSchema.properties,
  filename: nullable(Type.String({ description: 'As it was uploaded' })),
  dry_run: Type.Boolean({ description: 'It only looked; nothing was changed' }),
  summary: nullable(Type.Object({ courses: counts, periods: counts, students: counts, tasks: counts, scores: counts, warnings: Type.Array(warning) })),
  errors: Type.Array(Type.Object({ file: nullable(Type.String()), line: nullable(Type.Integer()), path: nullable(Type.String()), message: Type.String() }), { description: 'The first of them' }),
  error_count: Type.Integer(),
  warnings: Type.Array(warning),
}, { title: 'Import' })

/** What an import says besides its job: what was asked, what it did or what is wrong. */
export function importJson (job: JobRow) {
  const { filename = null, choices } = importPayload(job)
  const result = job.result === null ? null : JSON.parse(job.result) as ImportResult | null
  const summary = result !== null && 'summary' in result ? result.summary : null
  const failed = result !== null && 'errors' in result ? result : { errors: [], error_count: 0 }
  return { filename, dry_run: choices?.dryRun ?? false, summary, errors: failed.errors, error_count: failed.error_count, warnings: summary?.warnings ?? [] }
}
