// The choice of a table's columns as the form has it, and as the API takes it.
import type { ColumnMap } from '../../imports/column-maps/column-map.ts'
import type { MarkMeaning } from '../../imports/column-maps/map-values.ts'

/** A row of the table as it is. */
export interface TableRow {
  /** From 1. */
  line: number
  cells: readonly string[]
}

export const COLUMN_USES = [
  'left_out',
  'task',
  'percent',
  'name',
  'first_name',
  'last_name',
  'student_id',
  'email',
  'login',
  'period',
] as const
export type ColumnUse = typeof COLUMN_USES[number]
const WHO: readonly ColumnUse[] = ['name', 'first_name', 'last_name', 'student_id', 'email', 'login']

type Choice = ColumnMap['columns'][number]

export interface ChosenColumn {
  /** Its number from 1; a name if the first rows do not show the column. */
  column: string | number
  use: ColumnUse
  /** Points possible as the user types them. Blank: from the row of points possible, or none. */
  points: string
  /** What an earlier choice says beyond this form. */
  kept: Pick<Choice, 'title' | 'category' | 'due_on'>
  /** Why the column was guessed to be this. */
  note: string | undefined
}

export const MARK_MEANINGS = [
  'missing', 'exempt', 'submitted', 'in_progress', 'completed', 'no_result',
] as const satisfies readonly MarkMeaning[]

/** A mark among the scores. A blank meaning is not chosen yet. */
export interface ChosenMark {
  mark: string
  meaning: MarkMeaning | ''
}

export interface ChosenColumns {
  headerRow: number
  pointsRow: number | null
  dueRow: number | null
  marks: ChosenMark[]
  columns: ChosenColumn[]
}

/** A guess, or an earlier choice, with every column that the first rows of the table show. */
export function chosenColumns (map: ColumnMap, rows: readonly TableRow[]): ChosenColumns {
  const headerRow = map.header_row ?? rows[0]?.line ?? 1
  const names = cellsOf(rows, headerRow)
  const width = Math.max(0, ...rows.map(({ cells }) => cells.length))
  const known = new Map<number, ChosenColumn>()
  const others: ChosenColumn[] = []
  for (const choice of map.columns) {
    const at = indexOf(choice.column, names)
    if (at === undefined || at >= width) others.push(chosen(choice, choice.column))
    else known.set(at, chosen(choice, at + 1))
  }
  const columns = Array.from({ length: width }, (_, at): ChosenColumn =>
    known.get(at) ?? { column: at + 1, use: 'left_out', points: '', kept: {}, note: undefined })
  return {
    headerRow,
    pointsRow: map.points_row ?? null,
    dueRow: map.due_row ?? null,
    marks: Object.entries(map.marks ?? {}).map(([mark, meaning]) => ({ mark, meaning: meaning ?? '' })),
    columns: [...columns, ...others],
  }
}

function chosen (choice: Choice, column: string | number): ChosenColumn {
  const { use, points_possible: points, title, category, due_on: dueOn, note } = choice
  return {
    column,
    use: use === 'task' && points === 'percent' ? 'percent' : use,
    points: typeof points === 'number' ? String(points) : '',
    kept: {
      ...(title === undefined ? {} : { title }),
      ...(category === undefined ? {} : { category }),
      ...(dueOn === undefined ? {} : { due_on: dueOn }),
    },
    note,
  }
}

/** A heading counts before a letter, as in the importer. */
function indexOf (column: string | number, names: readonly string[]): number | undefined {
  if (typeof column === 'number') return column - 1
  const at = names.indexOf(column)
  if (at >= 0) return at
  if (!/^[A-Z]{1,3}$/i.test(column)) return undefined
  return [...column.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
}

export function cellsOf (rows: readonly TableRow[], line: number | null): readonly string[] {
  return rows.find((row) => row.line === line)?.cells ?? []
}

/** The choice with another use of a column. Only one column can be the name, the ID, and so on. */
export function withUse (
  chosen: ChosenColumns, column: ChosenColumn['column'], use: ColumnUse
): ChosenColumns {
  const isOnlyOne = use !== 'left_out' && use !== 'task' && use !== 'percent'
  return {
    ...chosen,
    columns: chosen.columns.map((one) =>
      one.column === column
        ? { ...one, use, note: undefined }
        : isOnlyOne && one.use === use ? { ...one, use: 'left_out', note: undefined } : one
    ),
  }
}

/** What is missing before a check can say more; undefined: nothing. */
export function faultOf ({ columns }: ChosenColumns): 'needsPerson' | 'needsTask' | 'badPoints' | undefined {
  if (!columns.some(({ use }) => WHO.includes(use))) return 'needsPerson'
  if (!columns.some(({ use }) => use === 'task' || use === 'percent')) return 'needsTask'
  const isBad = ({ use, points }: ChosenColumn) =>
    use === 'task' && points !== '' && !(pointsOf(points) > 0)
  return columns.some(isBad) ? 'badPoints' : undefined
}

/** With a decimal point or a decimal comma. */
function pointsOf (text: string): number { return Number(text.trim().replace(',', '.')) }

function marksOf (marks: readonly ChosenMark[]): NonNullable<ColumnMap['marks']> {
  return Object.fromEntries(marks.map(({ mark, meaning }) => [mark, meaning === '' ? null : meaning]))
}

/** As the API takes it. A column that it does not name is left out. */
export function columnMapOf ({ headerRow, pointsRow, dueRow, marks, columns }: ChosenColumns): ColumnMap {
  return {
    header_row: headerRow,
    points_row: pointsRow,
    ...(dueRow === null ? {} : { due_row: dueRow }),
    ...(marks.length === 0 ? {} : { marks: marksOf(marks) }),
    columns: columns.flatMap(({ column, use, points, kept }): Choice[] => {
      if (use === 'left_out') return []
      if (use === 'percent') return [{ column, use: 'task', points_possible: 'percent', ...kept }]
      if (use !== 'task') return [{ column, use }]
      return [{ column, use, ...(points === '' ? {} : { points_possible: pointsOf(points) }), ...kept }]
    }),
  }
}
