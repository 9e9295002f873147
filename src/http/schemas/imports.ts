// Imports and their reports, as the API shows them.
import Type, { type Static } from 'typebox'
import { COLUMN_USES, type ColumnUse } from '../../imports/columns.ts'
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
export type ImportReport = Static<typeof importSchema>
export type ImportSummary = NonNullable<ImportReport['summary']>
export type ImportColumn = NonNullable<ImportSummary['columns']>[number]
export type ImportWarning = ImportReport['warnings'][number]
export type ImportError = ImportReport['errors'][number]
export type Counts = Static<typeof counts>

/** An import in a list: how many errors and warnings it had, without the texts. */
export const listedImportSchema = Type.Object({
  ...common,
  summary: nullable(Type.Omit(summary, ['warnings', 'columns', 'column_count'])),
  error_count: Type.Integer(),
  warning_count: Type.Integer({ description: 'How often something odd was found' }),
}, { title: 'ListedImport' })
export type ListedImport = Static<typeof listedImportSchema>
