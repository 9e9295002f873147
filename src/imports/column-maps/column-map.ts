// A column map says which columns of a table are what. People write it by hand or change a proposed one, so
// it is short: a column that it does not name is left out.
import Type, { type Static } from 'typebox'
import { NAME_MAX } from '../../short-text.ts'
import { HEADER_MAX, MAP_USES, MARK_MEANINGS } from './map-values.ts'

/** Most columns that a map names. */
const COLUMNS_MAX = 2000
/** The last column of a spreadsheet. */
const POSITION_MAX = 20_000
/** Most marks that a map explains. */
const MARKS_MAX = 200

/** Descriptions complete the sentence "expected …". */
const choice = Type.Object({
  column: Type.Union([
    Type.String({ minLength: 1, maxLength: NAME_MAX }),
    Type.Integer({ minimum: 1, maximum: POSITION_MAX }),
  ], { description: 'the header of a column, its letter ("C"), or its number (3)' }),
  use: Type.Enum([...MAP_USES], { description: `one of ${MAP_USES.join(', ')}` }),
  points_possible: Type.Optional(Type.Union([
    Type.Number({ exclusiveMinimum: 0, maximum: 1e9 }),
    Type.Literal('percent'),
    Type.Null(),
  ], { description: 'a number above 0, "percent" or null' })),
  title: Type.Optional(Type.String({
    minLength: 1, maxLength: NAME_MAX, description: 'the title of the task',
  })),
  category: Type.Optional(Type.String({
    minLength: 1, maxLength: NAME_MAX, description: 'the title of a category',
  })),
  due_on: Type.Optional(Type.String({ format: 'date', description: 'a date written YYYY-MM-DD' })),
  note: Type.Optional(Type.String({ maxLength: NAME_MAX, description: 'a text for people' })),
}, { additionalProperties: false, description: 'an object with "column" and "use"' })

const meaning = Type.Union([Type.Enum([...MARK_MEANINGS]), Type.Null()], {
  description: `one of ${MARK_MEANINGS.join(', ')}, or null (not known yet)`,
})

const line = (description: string) => Type.Integer({ minimum: 1, maximum: HEADER_MAX, description })

/** The JSON Schema of a column map. */
export const COLUMN_MAP_SCHEMA = Type.Object({
  header_row: Type.Optional(line(`the line of the header, 1 to ${HEADER_MAX}`)),
  points_row: Type.Optional(Type.Union([line('a line'), Type.Null()], {
    description: `the line of the row of points possible, 1 to ${HEADER_MAX}, or null`,
  })),
  due_row: Type.Optional(Type.Union([line('a line'), Type.Null()], {
    description: `the line of the row of due dates, 1 to ${HEADER_MAX}, or null`,
  })),
  marks: Type.Optional(Type.Record(Type.String(), meaning, {
    maxProperties: MARKS_MAX,
    description: `an object with at most ${MARKS_MAX} marks, such as {"X": "missing"}`,
  })),
  columns: Type.Array(choice, {
    minItems: 1, maxItems: COLUMNS_MAX, description: `a list of 1 to ${COLUMNS_MAX} columns`,
  }),
}, { title: 'ColumnMap', additionalProperties: false, description: 'an object with "columns"' })

export type ColumnMap = Static<typeof COLUMN_MAP_SCHEMA>
export type ColumnChoice = ColumnMap['columns'][number]
