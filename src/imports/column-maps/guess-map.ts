// A column map for a table that is in no known format, guessed from its header and its first rows. People
// check it before anything is imported with it, so every column has a note that says why.
import { shorten } from '../../short-text.ts'
import { columnLetters } from '../column-letters.ts'
import type { SourceFile } from '../sources/source-files.ts'
import type { ColumnChoice, ColumnMap } from './column-map.ts'
import { valuesOf, type ColumnValues, type SeenColumn } from './column-values.ts'
import {
  isPointsLabel, meaningOf, pointsInHeader, withoutPercent, type HeaderMeaning,
} from './column-words.ts'
import { HeaderColumns } from './find-columns.ts'
import { guessHeader, guessPointsRow } from './guess-header.ts'
import { guessPeople } from './guess-people.ts'
import { guessSingleTask, guessTitles, type GuessedTitle } from './guess-titles.ts'
import { isSummary } from './mapped-cells.ts'
import { sampleRows, type Sample, type SampleRow } from './sample-rows.ts'
import type { PreviewRow, TableGuess } from './table-guess.ts'

/** Rows that are looked at. */
const ROWS = 1000
/** Columns that are looked at; a map may name as many. */
const COLUMNS = 2000
/** Most characters of a guess as JSON: the result of a job is bounded. */
const JSON_MAX = 80_000
const PREVIEW = { rows: 10, columns: 50, characters: 60, json: 36_000 }
/** A longer header is named by its letter. */
const NAMED_MAX = 60
/** Larger numbers are ids or phone numbers. */
const POINTS_MAX = 10_000

/**
 * Guesses the columns of a table from at most 1,000 rows. Undefined: it has no row that can be a header.
 * Throws Refusal as `readTable` does.
 */
export async function guessMap (file: SourceFile): Promise<TableGuess | undefined> {
  return guessOfSample(await sampleRows(file, { rows: ROWS, width: COLUMNS }))
}

/** What a table is by a remembered map. Throws Refusal as `readTable` does. */
export async function guessOfMap (file: SourceFile, map: ColumnMap): Promise<TableGuess> {
  const { rows } = await sampleRows(file, { rows: ROWS, width: COLUMNS })
  const header = map.header_row ?? rows.find(({ line }) => line !== map.points_row)?.line ?? 1
  return {
    map: { header_row: header, points_row: map.points_row ?? null, columns: bounded(map.columns) },
    preview: previewOf(rows),
    students: rows.filter(({ line }) => line > header && line !== map.points_row).length,
    isRemembered: true,
  }
}

function guessOfSample ({ rows, numbers }: Pick<Sample, 'rows' | 'numbers'>): TableGuess | undefined {
  const at = guessHeader(rows)
  const header = at === undefined ? undefined : rows[at]
  if (at === undefined || header === undefined) return undefined
  const names = header.cells
  const columnsOf = (students: readonly SampleRow[], titles?: ReadonlyMap<number, GuessedTitle>) =>
    names.map((own, column): SeenColumn => {
      const name = titles?.get(column)?.title ?? own
      const values = valuesOf(cellsOf(students, column), numbers)
      return { at: column, name, meaning: meaningOf(name), values }
    })
  const all = rows.slice(at + 1)
  const people = guessPeople(columnsOf(all))
  const pointsAt = guessPointsRow(rows, at, [...people.keys()])
  const points = pointsAt === undefined ? undefined : rows[pointsAt]
  const students = all.filter((row) => row !== points && isAboutStudent(row, people))
  const titles = guessTitles({ rows, header: at, people: [...people.keys()], points, students })
  const columns = columnsOf(students, titles)
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
    const title = rest.use === 'task' ? { ...titles.get(column.at), ...titled(rest.title ?? '', '') } : {}
    return [{ column: nameOf({ at: column.at, name: names[column.at] ?? '' }, found), ...rest, ...title }]
  })
  const [only, ...others] = choices.filter(({ use }) => use === 'task')
  if (isAlone && only !== undefined && others.length === 0) describe(only, guessSingleTask(rows.slice(0, at)))
  return {
    map: {
      header_row: header.line,
      points_row: points?.line ?? null,
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
  if (values.filled > 0 && 2 * grades < values.filled) {
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

/** Those about people and tasks come first if not all fit. */
function bounded (choices: ColumnChoice[]): ColumnChoice[] {
  let left = JSON_MAX
  const kept = new Set<ColumnChoice>()
  const isLeftOut = ({ use }: ColumnChoice) => use === 'left_out'
  for (const choice of [...choices.filter((one) => !isLeftOut(one)), ...choices.filter(isLeftOut)]) {
    left -= JSON.stringify(choice).length + 1
    if (left < 0) break
    kept.add(choice)
  }
  return choices.filter((choice) => kept.has(choice))
}

function previewOf (rows: readonly SampleRow[]): PreviewRow[] {
  const preview: PreviewRow[] = []
  let left = PREVIEW.json
  for (const { line, cells } of rows.slice(0, PREVIEW.rows)) {
    const row = {
      line,
      cells: cells.slice(0, PREVIEW.columns).map((cell) => shorten(cell, PREVIEW.characters).toWellFormed()),
    }
    // A control character takes six characters in JSON.
    left -= JSON.stringify(row).length
    if (left < 0) break
    preview.push(row)
  }
  return preview
}

function * cellsOf (rows: readonly SampleRow[], column: number): Generator<string> {
  for (const { cells } of rows) yield cells[column] ?? ''
}
