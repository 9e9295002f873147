// What a column map means for the columns of one table.
import { listNames, shorten } from '../../short-text.ts'
import { columnLetters } from '../column-letters.ts'
import { importError } from '../error-messages.ts'
import type { DateOrder } from '../import-options.ts'
import type { ImportRun } from '../import-run.ts'
import { optionName } from '../option-names.ts'
import { Refusal, type Place } from '../problems.ts'
import type { ColumnLayout, IdentityUse, TableLayout } from '../grade-book/table-layout.ts'
import type { TableNumbers } from '../sources/table-numbers.ts'
import type { ColumnChoice, ColumnMap } from './column-map.ts'
import type { MapUse } from './map-values.ts'
import { amountIn } from './column-words.ts'
import { dueDay, orderShownBy } from './due-dates.ts'
import { HeaderColumns } from './find-columns.ts'

const IDENTITY: Readonly<Record<Exclude<MapUse, 'task' | 'left_out'>, IdentityUse>> = {
  name: 'identity_name',
  first_name: 'identity_first_name',
  last_name: 'identity_last_name',
  student_id: 'identity_student_id',
  email: 'identity_email',
  login: 'identity_login',
  period: 'identity_period',
}
const WHO: readonly MapUse[] = ['name', 'first_name', 'last_name', 'student_id', 'email', 'login']

interface MappedRow {
  fields: string[]
  place: Place
}

interface MappedTable {
  names: string[]
  /** Where the header is. */
  place: Place
  /** The row of points possible; undefined if the map names none. */
  points: MappedRow | undefined
  /** The row of due dates; undefined if the map names none. */
  due: MappedRow | undefined
  numbers: TableNumbers
  run: ImportRun
}

/** The layout of a table by its map. Throws Refusal, which names every column that cannot be found. */
export function layoutOfMap (map: ColumnMap, table: MappedTable): TableLayout {
  const { names, place } = table
  const chosen = choicesByColumn(map, names, place)
  const order = table.run.options.dates ?? orderShownBy(table.due?.fields ?? [])
  const columns = names.map((name, at): ColumnLayout => {
    const choice = chosen.get(at)
    if (choice === undefined) return { use: 'left_out', reason: name === '' ? 'no_title' : 'not_chosen' }
    if (choice.use === 'left_out') return { use: 'left_out', reason: 'not_chosen' }
    if (choice.use !== 'task') return { use: IDENTITY[choice.use] }
    return taskOf(choice, at, table, order)
  })
  // A column without a header has its title in the report and in errors.
  const shown = names.map((name, at) => name === '' ? chosen.get(at)?.title ?? name : name)
  return { names: shown, columns, rowsBefore: 1 }
}

/** By the index of the column. */
function choicesByColumn (
  { columns }: ColumnMap, names: string[], place: Place
): Map<number, ColumnChoice> {
  const header = new HeaderColumns(names)
  const chosen = new Map<number, ColumnChoice>()
  const byUse = new Map<MapUse, ColumnChoice>()
  const faults: string[] = []
  for (const choice of columns) {
    const { column, use } = choice
    const at = header.find(column)
    if (typeof at !== 'number') faults.push(at.fault)
    else if (chosen.has(at)) {
      faults.push(`the map names the column ${columnLetters(at + 1)} ("${shorten(names[at] ?? '')}") twice`)
    } else chosen.set(at, choice)
    if (use === 'task' || use === 'left_out') continue
    const other = byUse.get(use)
    if (other !== undefined) {
      faults.push(`the map has two columns for ${use}: ${show(other.column)} and ${show(column)}`)
    }
    byUse.set(use, choice)
  }
  if (!WHO.some((use) => byUse.has(use))) {
    faults.push(`the map has no column that says who a row is about (${WHO.join(', ')})`)
  }
  if (!columns.some(({ use }) => use === 'task')) faults.push('the map has no column with the use "task"')
  const [first, ...others] = faults
  if (first === undefined) return chosen
  const more = others.length === 0 ? '' : `; ${listNames(others.map((one) => shorten(one, 150)), 2)}`
  throw new Refusal(place, importError('map_does_not_fit', { faults: `${shorten(first, 500)}${more}` }))
}

function taskOf (
  { points_possible: given, title, category, due_on: dueOn }: ColumnChoice, at: number, table: MappedTable,
  order: DateOrder | undefined
): ColumnLayout {
  const shown = title ?? nameAt(table.names, at)
  const column = {
    id: null,
    title: shown,
    category,
    dueOn: dueOn ?? dueOf(at, shown, table, order),
  }
  const possible = given ?? pointsOf(at, shown, table)
  if (possible === 'percent') return { use: 'task_percent', ...column, pointsPossible: 100 }
  const reason = possible === null ? 'no_points' : null
  return { use: 'task_points', ...column, pointsPossible: possible, reason }
}

/** What the row of due dates says about a column. */
function dueOf (
  at: number, title: string, { due, run }: MappedTable, order: DateOrder | undefined
): string | null {
  const text = due?.fields[at]?.trim() ?? ''
  if (due === undefined || text === '' || text === '-') return null
  const day = dueDay(text, order)
  if (day === undefined) {
    const option = optionName('dates', run.options.askedBy)
    const found = { title: shorten(title), value: shorten(text), option }
    run.problems.error(due.place, importError('due_date', found))
  }
  return day ?? null
}

/** What the row of points possible says about a column. */
function pointsOf (
  at: number, title: string, { points, numbers, run }: MappedTable
): number | 'percent' | null {
  const text = points?.fields[at]?.trim() ?? ''
  if (points === undefined || text === '' || text === '-') return null
  if (/^(100 ?)?%$|^percent(age)?$/i.test(text)) return 'percent'
  const number = numbers.of(amountIn(text))
  if (number !== undefined && number > 0) return number
  if (number === undefined) {
    const expected = numbers.expected(text, 'a number such as 10, a blank cell or "%"')
    const found = { title: shorten(title), value: shorten(text), expected }
    run.problems.error(points.place, importError('points_possible', found))
  }
  return null
}

function nameAt (names: string[], at: number): string {
  const name = names[at] ?? ''
  return name === '' ? `Column ${columnLetters(at + 1)}` : name
}

function show (column: string | number): string {
  return typeof column === 'number' ? String(column) : `"${shorten(column)}"`
}
