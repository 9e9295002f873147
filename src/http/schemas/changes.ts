// What has changed in a book since an export, as the API shows it.
import Type, { type Static } from 'typebox'
import { CHANGE_KINDS } from '../../snapshots/change.ts'
import { id, nullable, time } from './common.ts'

const text = Type.String()
const named = Type.Object({ id, source_id: text, name: text })
/** Its type depends on the kind and the field, which the description explains. */
const value = Type.Unknown({
  description: 'Null: no value. By kind and field: a text, a fraction (`weight`, averages), ' +
    'points, a time (`due_at`), a grading scale, or, for scores and statuses, an object with `status`, ' +
    '`score`, `points`, `is_late` and `is_provisional`. For a student who joined, left or moved: the name ' +
    'of the period.',
})

export const changesSchema = Type.Object({
  export_id: id,
  read_at: { ...time, description: 'When the export read the book, UTC, with milliseconds' },
  changes: Type.Array(Type.Object({
    kind: Type.Enum([...CHANGE_KINDS]),
    field: nullable(text),
    student: nullable(Type.Object({
      id,
      source_id: text,
      first_name: nullable(text),
      last_name: nullable(text),
      student_identifier: nullable(text),
    })),
    task: nullable(Type.Object({ id, source_id: text, title: text })),
    category: nullable(named),
    period: nullable(named),
    before: value,
    after: value,
  })),
  count: Type.Integer({ description: 'The number of all changes, not only of those on this page' }),
  next_cursor: nullable(text),
}, { title: 'ExportChanges' })
export type ExportChanges = Static<typeof changesSchema>
