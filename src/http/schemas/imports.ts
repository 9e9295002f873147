// Imports and their reports, as the API shows them.
import Type, { type Static } from 'typebox'
import { COLUMN_REASONS, COLUMN_USES, type ColumnReason, type ColumnUse } from '../../imports/columns.ts'
import { IMPORT_FORMATS } from '../../imports/import-options.ts'
import { jobSchema, nullable } from './common.ts'

const counts = Type.Object({
  added: Type.Integer(),
  updated: Type.Integer(),
  unchanged: Type.Integer(),
  removed: Type.Integer(),
})

const place = {
  file: nullable(Type.String()),
  line: nullable(Type.Integer({ description: 'From 1' })),
  path: nullable(Type.String({ description: 'In a JSON document, instead of the line' })),
}
const error = Type.Object({ ...place, message: Type.String() })
const warning = Type.Object({
  code: Type.String({ description: 'Permanent. The message may change.' }),
  message: Type.String(),
  count: Type.Integer({ description: 'How many times it was found' }),
  ...place,
  cell: nullable(Type.String({ description: 'The value at the first place, as the message quotes it' })),
}, { description: '`file`, `line`, `path`: the first place. Null in reports of older versions.' })

const column = Type.Object({
  name: Type.String({ description: 'At most 200 characters' }),
  used_as: Type.Enum(Object.keys(COLUMN_USES) as ColumnUse[], {
    description: 'As a task, as identity, or left out',
  }),
  reason: nullable(Type.String({
    description: 'Why a column is left out, or what is special about its use',
  })),
  reason_code: nullable(Type.Enum(Object.keys(COLUMN_REASONS) as ColumnReason[], {
    description: 'Permanent. Null in reports of older versions.',
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
  column_maps: Type.Optional(Type.Array(Type.Object({
    file: Type.String({ description: 'At most 60 characters' }),
    origin: Type.Enum(['given', 'remembered', 'guessed'], {
      description: 'With this import; from an earlier import of a table with the same header into the ' +
        'course; or from headers that are all clear',
    }),
  }), { description: 'Of tables in no known format: where their column maps came from; the first 20' })),
})

const common = {
  ...jobSchema.properties,
  filename: nullable(Type.String({ description: 'The name of the uploaded file' })),
  dry_run: Type.Boolean({ description: 'Nothing was changed' }),
  undo: Type.Object({
    state: Type.Enum(['possible', 'partly_undone', 'undone', 'not_possible'], {
      description: 'Whether it can be undone. A later import of a course may still be in the way.',
    }),
    until: nullable(Type.String({ description: 'When it can no longer be undone' })),
  }),
}

export const importSchema = Type.Object({
  ...common,
  format: nullable(Type.Enum([...IMPORT_FORMATS], {
    description: 'Of the file. Null: it was not recognized, or the report is of an older version',
  })),
  summary: nullable(summary),
  errors: Type.Array(error, { description: 'The first errors' }),
  error_count: Type.Integer(),
  warnings: Type.Array(warning),
  guess: nullable(Type.Object({}, {
    additionalProperties: true,
    description: 'After a dry run of a table in no known format: a column map to check and to send; if one ' +
      'is remembered for the course, that one',
  })),
  preview: nullable(Type.Array(Type.Object({
    line: Type.Integer({ description: 'From 1' }),
    cells: Type.Array(Type.String({ description: 'At most 60 characters' })),
  }), { description: 'With `guess`: the first rows of the table, at most 10, with at most 50 cells' })),
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
  summary: nullable(Type.Omit(summary, ['warnings', 'columns', 'column_count', 'column_maps'])),
  error_count: Type.Integer(),
  warning_count: Type.Integer({ description: 'How many times something unusual was found' }),
}, { title: 'ListedImport' })
export type ListedImport = Static<typeof listedImportSchema>
