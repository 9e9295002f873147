// A column map for a table that is in no known format, guessed from its header and its first rows. People
// check it before anything is imported with it, so every column has a note that says why.
import { columnLetters } from '../column-letters.ts'
import type { DateOrder } from '../import-options.ts'
import type { SourceFile } from '../sources/source-files.ts'
import type { ColumnChoice, ColumnMap } from './column-map.ts'
import { valuesOf, type ColumnValues, type SeenColumn } from './column-values.ts'
import {
  isPointsLabel, meaningOf, pointsInHeader, withoutPercent, type HeaderMeaning,
} from './column-words.ts'
import { HeaderColumns } from './find-columns.ts'
import { bounded, previewOf } from './guess-bounds.ts'
import { guessCategories } from './guess-categories.ts'
import { detailsOf, unknownMarks, withoutDate } from './guess-details.ts'
import { guessDueRow, guessHeader, guessPointsRow } from './guess-header.ts'
import { guessPeople } from './guess-people.ts'
import { guessSingleTask, guessTitles, type GuessedTitle } from './guess-titles.ts'
import { dateInHeader, dueDay, isDay, orderShownBy } from './due-dates.ts'
import { isSummary, marksOf } from './mapped-cells.ts'
import { sampleRows, type Sample, type SampleRow } from './sample-rows.ts'
import type { TableGuess } from './table-guess.ts'

/** Rows that are looked at. */
const ROWS = 1000
/** Columns that are looked at; a map may name as many. */
const COLUMNS = 2000
/** A longer header is named by its letter. */
const NAMED_MAX = 60
/** Larger numbers are ids or phone numbers. */
const POINTS_MAX = 10_000

/**
 * Guesses the columns of a table from at most 1,000 rows. Undefined: it has no row that can be a header.
 * `dates`: the order of dates in headers, if it is known. Throws Refusal as `readTable` does.
 */
export async function guessMap (file: SourceFile, dates?: DateOrder): Promise<TableGuess | undefined> {
  return guessOfSample(await sampleRows(file, { rows: ROWS, width: COLUMNS }), dates)
}

/** The guess for a table whose map is remembered: that map. Throws Refusal as `readTable` does. */
export async function guessOfMap (file: SourceFile, map: ColumnMap): Promise<TableGuess> {
  const { rows, numbers } = await sampleRows(file, { rows: ROWS, width: COLUMNS })
  const header = map.header_row ?? rows.find(({ line }) => line !== map.points_row)?.line ?? 1
  const students = rows.filter(({ line }) => line > header && line !== map.points_row && line !== map.due_row)
  const { marks, due_row: dueRow } = map
  const found = unknownMarks(tasksOfMap(map, rows, header).map((at): SeenColumn => {
    const values = valuesOf(cellsOf(students, at), numbers)
    return { at, name: '', meaning: meaningOf(''), values }
  }), new Set(marksOf(map).keys()))
  return {
    map: {
      header_row: header,
      points_row: map.points_row ?? null,
      ...(dueRow == null ? {} : { due_row: dueRow }),
      ...(marks === undefined && found === undefined ? {} : { marks: { ...found, ...marks } }),
      columns: bounded(map.columns),
    },
    preview: previewOf(rows),
    students: students.length,
    isRemembered: true,
  }
}

/** The indexes of the columns that are tasks. */
function tasksOfMap ({ columns }: ColumnMap, rows: readonly SampleRow[], header: number): number[] {
  const found = new HeaderColumns(rows.find(({ line }) => line === header)?.cells ?? [])
  return columns.flatMap(({ column, use }) => {
    const at = use === 'task' ? found.find(column) : undefined
    return typeof at === 'number' ? [at] : []
  })
}

function guessOfSample (
  { rows, numbers }: Pick<Sample, 'rows' | 'numbers'>, dates: DateOrder | undefined
): TableGuess | undefined {
  const at = guessHeader(rows)
  const header = at === undefined ? undefined : rows[at]
  if (at === undefined || header === undefined) return undefined
  const names = header.cells
  const order = dates ?? orderShownBy(names.flatMap((name) => dateInHeader(name)?.date ?? []))
  const columnsOf = (students: readonly SampleRow[], titles?: ReadonlyMap<number, GuessedTitle>) =>
    names.map((own, column): SeenColumn => {
      const { name, ...due } = withoutDate(titles?.get(column)?.title ?? own, order)
      const values = valuesOf(cellsOf(students, column), numbers)
      return { at: column, name, meaning: meaningOf(name), values, ...due }
    })
  const all = rows.slice(at + 1)
  const people = guessPeople(columnsOf(all))
  const pointsAt = guessPointsRow(rows, at, [...people.keys()])
  const points = pointsAt === undefined ? undefined : rows[pointsAt]
  const due = rows[guessDueRow(rows, at, [...people.keys()])]
  const students = all.filter((row) => row !== points && row !== due && isAboutStudent(row, people))
  const categories = guessCategories(rows, at, [...people.keys()])
  const titles = guessTitles({ rows, header: at, people: [...people.keys()], points, due, students })
  // Dates that cannot be read would only make the import fail.
  const dueOrder = dates ?? orderShownBy(due?.cells ?? [])
  const isDueRead = due?.cells.every((cell) => !isDay(cell) || dueDay(cell, dueOrder) !== undefined) === true
  const columns = columnsOf(students, titles).map((column) => {
    const day = due?.cells[column.at] ?? ''
    return isDueRead || !isDay(day) ? column : { ...column, unclearDate: day }
  })
  const isAlone = tasksOf(columns, people, points).length === 0
  const found = new HeaderColumns(names)
  let isCertain = students.length > 0 && people.size > 0 && !isAlone && titles.size === 0 &&
    (points === undefined || points.cells.some(isPointsLabel))
  const choices = columns.flatMap((column): ColumnChoice[] => {
    const person = people.get(column.at)
    const choice = person === undefined
      ? choiceOf(column, points?.cells[column.at], { isAlone })
      : { ...person, isClear: column.meaning.identity?.use === person.use }
    if (choice === undefined) return []
    const { isClear, ...rest } = choice
    isCertain &&= isClear
    const own = names[column.at] ?? ''
    const category = categories.get(column.at)
    const guessed = { ...(category === undefined ? {} : { category }), ...titles.get(column.at) }
    const details = rest.use === 'task' ? detailsOf(column, rest, { own, guessed }) : {}
    return [{ column: nameOf({ at: column.at, name: own }, found), ...rest, ...details }]
  })
  const marks = unknownMarks(columns.filter(({ at }) => !people.has(at)))
  isCertain &&= marks === undefined
  const [only, ...others] = choices.filter(({ use }) => use === 'task')
  if (isAlone && only !== undefined && others.length === 0) describe(only, guessSingleTask(rows.slice(0, at)))
  return {
    map: {
      header_row: header.line,
      points_row: points?.line ?? null,
      ...(due === undefined || !isDueRead ? {} : { due_row: due.line }),
      ...(marks === undefined ? {} : { marks }),
      columns: bounded(choices),
    },
    preview: previewOf(rows),
    students: students.length,
    isCertain,
    isOfSingleScores: areSingleScores(columns, people),
  }
}

/** Not a row of averages or of something else above and below the students. */
function isAboutStudent ({ cells }: SampleRow, people: ReadonlyMap<number, Choice>): boolean {
  const filled = [...people.keys()].flatMap((at) => (cells[at] ?? '') === '' ? [] : [cells[at] ?? ''])
  const [only = '', ...others] = filled
  return people.size === 0 || others.length > 0 || (only !== '' && !isSummary(only))
}

/** The table has a row for each score: students come again and again, with the names of assignments. */
function areSingleScores (columns: readonly SeenColumn[], people: ReadonlyMap<number, Choice>): boolean {
  const uses = ['student_id', 'login', 'email', 'name', 'last_name'] as const
  const who = uses.flatMap((use) => columns.filter(({ at }) => people.get(at)?.use === use))[0]
  return who !== undefined && 3 * who.values.distinct <= 2 * who.values.filled &&
    columns.some(({ meaning, values }) => {
      return meaning.isTaskName && values.distinct > 1 && 2 * values.numbers < values.filled
    })
}

/** Takes what is known about the only task of a table. */
function describe (choice: ColumnChoice, known: ReturnType<typeof guessSingleTask>): void {
  Object.assign(choice, known)
  if (known.points_possible !== undefined) choice.note = 'points possible from a row above the header'
}

type Choice = Omit<ColumnChoice, 'column'>
/** Not clear: people must check it. */
type ClearOrNot = Choice & { isClear: boolean }

/** The columns that are tasks if no total is one. */
function tasksOf (
  columns: SeenColumn[], people: ReadonlyMap<number, Choice>, points: SampleRow | undefined
): SeenColumn[] {
  return columns.filter((column) => !people.has(column.at) &&
    choiceOf(column, points?.cells[column.at], { isAlone: false })?.use === 'task')
}

/**
 * The choice for a column that is not about people; undefined for one that has nothing in it. `isAlone`: no
 * other column is a task, so a total is taken as one.
 */
function choiceOf (
  { name, meaning, values }: SeenColumn, given: string | undefined, { isAlone }: { isAlone: boolean }
): ClearOrNot | undefined {
  const leftOut = (note: string, isClear = false): ClearOrNot => ({ use: 'left_out', note, isClear })
  if (name === '') return values.filled === 0 ? undefined : leftOut('it has no title')
  if (meaning.identity !== undefined) return leftOut('another column is used for this')
  if (meaning.isNotUsed) return leftOut('Perfbook does not use it', true)
  const hasPoints = given !== undefined && given !== '' && given !== '-'
  if (meaning.isRowNumber && values.numbers > 0) return leftOut('it numbers the rows', values.isCount)
  if (meaning.isTotal && !(isAlone && values.numbers > 0)) return leftOut('it is a total', true)
  if (values.filled === 0 && !hasPoints) return leftOut('it has no values yet', true)
  const grades = values.numbers + values.words
  const saysPoints = values.numbers > 0 && (hasPoints || pointsInHeader(name)?.isClear === true)
  if (values.filled > 0 && 2 * grades < values.filled && !saysPoints) {
    if (2 * values.dates > values.filled) return leftOut('dates are not scores')
    const areLetters = 2 * values.letters > values.filled
    return leftOut(areLetters ? 'letters are not scores' : 'text is not a score')
  }
  if (values.most > POINTS_MAX) return leftOut('its numbers are too large for points')
  if (values.least < 0 && -values.least > POINTS_MAX) return leftOut('its numbers are too large for points')
  return taskOf(name, meaning, values, hasPoints, given ?? '')
}

function taskOf (
  name: string, meaning: HeaderMeaning, values: ColumnValues, hasPoints: boolean, given: string
): ClearOrNot {
  const isPercent = meaning.isPercent || (values.percents > 0 && 2 * values.percents >= values.numbers) ||
    given === '%' || given === '100%'
  if (isPercent) {
    const title = withoutPercent(name)
    return { use: 'task', points_possible: 'percent', ...titled(title, name), note: 'percent', isClear: true }
  }
  if (hasPoints) return { use: 'task', note: 'points possible from points_row', isClear: true }
  const found = pointsInHeader(name)
  if (found !== undefined && (found.isClear || values.most <= found.points)) {
    const { title, points, isClear } = found
    const note = 'points possible from the header'
    return { use: 'task', points_possible: points, ...titled(title, name), note, isClear }
  }
  const most = values.numbers > 0 ? `; the highest value is ${values.most}` : ''
  return {
    use: 'task',
    points_possible: null,
    note: `set points_possible to a number or "percent", else it gives no score${most}`,
    isClear: false,
  }
}

function titled (title: string, name: string): Pick<ColumnChoice, 'title'> {
  return title === name || title === '' ? {} : { title }
}

/** The header if it finds the column, else the letter. */
function nameOf ({ at, name }: Pick<SeenColumn, 'at' | 'name'>, header: HeaderColumns): string {
  const isPlain = name !== '' && name.length <= NAMED_MAX && name.isWellFormed() && header.find(name) === at
  return isPlain ? name : columnLetters(at + 1)
}

function * cellsOf (rows: readonly SampleRow[], column: number): Generator<string> {
  for (const { cells } of rows) yield cells[column] ?? ''
}
