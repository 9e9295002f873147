// The result of a fill-in, for the published contract.
import Type, { type Static, type TSchema } from 'typebox'
import { fillSchema, matchSchema } from '../../fill-in/fill-in-options.ts'
import { LISTED_MAX, PREVIEW_MAX } from '../../fill-in/fill-in-report.ts'
import { SHOWN } from '../../fill-in/table-guess.ts'

const row = Type.Integer({ description: 'From 1, as a spreadsheet counts' })
const orNull = (type: 'string') => Type.Unsafe<string | null>({ type: [type, 'null'] })
const student = { student_id: Type.Integer(), name: orNull('string') }
const listed = <T extends TSchema>(item: T, description: string) =>
  Type.Array(item, { description: `${description}. The first ${LISTED_MAX}` })

const tableSchema = Type.Object({
  sheets: Type.Array(Type.String(), { description: 'Of a workbook, in their order. Empty: a CSV file' }),
  sheet: orNull('string'),
  header_row: Type.Unsafe<number | null>({ type: ['integer', 'null'] }),
  headings: Type.Array(Type.String(), { description: 'By column, from the first on. Blank: it has none' }),
  rows: Type.Array(Type.Object({ row, cells: Type.Array(Type.String()) }), {
    description: `The first ${SHOWN.rows} rows that are not blank, with at most ${SHOWN.columns} cells, ` +
      'which are shortened',
  }),
  match: Type.Array(matchSchema, { description: 'As the options have it. Empty: nothing is a guess' }),
  fill: Type.Array(fillSchema, { description: 'As the options have it. Empty: nothing is a guess' }),
}, { description: 'Of a dry run without `match` and `fill`: what the table may be, to check and to send' })

export const fillInResultSchema = Type.Object({
  counts: Type.Object({
    matched: Type.Integer({ description: 'Rows that are about one student of the course' }),
    only_in_sheet: Type.Integer(),
    only_in_course: Type.Integer(),
    ambiguous: Type.Integer(),
    filled: Type.Integer({ description: 'Cells with a new value' }),
    kept: Type.Integer({ description: 'Cells that had a value and kept it, or that a merged cell covers' }),
    formulas: Type.Integer({ description: 'Cells with a formula, which kept it' }),
    without_value: Type.Integer({ description: 'Cells for which the course has no value' }),
  }),
  matched: listed(Type.Object({ row, ...student }), 'Rows with their students'),
  only_in_sheet: listed(
    Type.Object({
      row,
      value: Type.String({ description: 'What it has in the columns of `match`, shortened' }),
    }),
    'Rows that match no student of the course'
  ),
  only_in_course: listed(Type.Object(student), 'Students who are not dropped and have no row'),
  ambiguous: listed(
    Type.Object({ row, students: Type.Array(Type.Object(student)) }),
    'Rows that may be about several students, or about one who has several rows. They are not filled in'
  ),
  sheet: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'Null: a CSV file' }),
  header_row: Type.Unsafe<number | null>({
    type: ['integer', 'null'], description: 'Null: after a guess, if the table is empty',
  }),
  preview: Type.Array(Type.Object({
    row,
    cells: Type.Array(Type.Object({ column: Type.String(), before: Type.String(), after: Type.String() })),
  }), { description: `The first ${PREVIEW_MAX} rows with a new value` }),
  table: Type.Optional(tableSchema),
}, { description: 'Of a fill-in that has succeeded, for the person who requested it' })
export type FillInResult = Static<typeof fillInResultSchema>
