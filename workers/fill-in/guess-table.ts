// Which columns of a table say who a row is about, and which are to be filled in with what: guessed from the
// headings, and from whose ids and names the first rows have.
import { guessHeader } from '../../src/imports/column-maps/guess-header.ts'
import { meaningOf, withoutPercent } from '../../src/imports/column-maps/column-words.ts'
import type { Fill, FillInOptions, MatchBy } from '../../src/fill-in/fill-in-options.ts'
import { headingKey } from '../../src/fill-in/heading-key.ts'
import { HEADINGS, SHOWN, type TableGuess } from '../../src/fill-in/table-guess.ts'
import { NAME_MAX, shorten } from '../../src/short-text.ts'
import type { GuessBasis } from './guess-basis.ts'
import type { TableRow } from './fill-rows.ts'

/** Columns that are looked at for ids and names. */
const COLUMNS_LOOKED_AT = 200
/** Most columns of a guess that are filled in. */
const FILLED_MAX = 20
/** Marks are letters such as A+, C, IV. */
const LETTER = /^\p{L}{1,3}[+-]?$/u
const POINTS = new Set(['points', 'pointsearned', 'puntos', 'puntaje', 'punkte', 'gesamtpunkte'])
const LETTERS = new Set(['letter', 'lettergrade', 'letra', 'calificacionconletra', 'calificacionenletra'])

/**
 * Words for a grade that mean a remark in other languages, or that only offices use. They count where the
 * column is empty.
 */
const GRADES = new Set([
  'note', 'noten', 'abschlussnote', 'kursnote', 'zeugnisnote', 'semesternote', 'modulnote', 'ergebnis',
  'notedefinitive', 'resultat', 'calificaciones', 'calificaciondefinitiva', 'notadefinitiva', 'evaluacion',
  'notas', 'classificacao', 'classificacaofinal', 'conceito', 'voto', 'votofinale', 'voti', 'valutazione',
  'ocena', 'ocenakoncowa', 'oceny', 'ocjena', 'znamka', 'hodnoceni', 'cijfer', 'eindcijfer', 'karakter',
  'betyg', 'slutbetyg', 'arvosana', 'osztalyzat', 'jegy', 'hinne', 'pazymys', 'vertejums', 'оценка',
  'итоговаяоценка', 'оцінка', 'βαθμος', 'puan', '成績', '成绩', '点数', '分数', '성적', '점수', 'الدرجة',
].map(plain))

/** The first rows of a sheet. */
export interface TableSample {
  /** Null: a CSV file. */
  sheet: string | null
  rows: readonly TableRow[]
}

interface Column {
  at: number
  heading: string
  /** Of the rows below the header. */
  values: string[]
}

/** A guess, and how much of what it needs was found. */
export interface RatedGuess { guess: TableGuess, rating: number }

/** What one table may be. `headerRow`: the row that is known to have the headings. */
export function guessTable (
  { sheet, rows }: TableSample,
  { basis, sheets, headerRow }: { basis: GuessBasis, sheets: string[], headerRow: number | undefined }
): RatedGuess {
  const header = headerRow === undefined
    ? rows[guessHeader(rows.map(({ row, cells }) => ({ line: row, cells: trimmed(cells) }))) ?? 0]
    : rows.find(({ row }) => row === headerRow)
  const columns = header === undefined ? [] : columnsOf(header, rows)
  const { match, known } = matchOf(columns, basis)
  const fill = fillOf(columns.filter(({ heading }) => match[0]?.column !== heading), basis)
  return {
    guess: {
      sheets,
      sheet,
      header_row: header?.row ?? headerRow ?? null,
      headings: shownHeadings(header?.cells ?? []),
      rows: rows.slice(0, SHOWN.rows).map(({ row, cells }) => ({
        row, cells: cells.slice(0, SHOWN.columns).map((cell) => shorten(cell, SHOWN.characters)),
      })),
      match,
      fill,
    },
    rating: 4 * Math.min(known, 1) + (match.length > 0 ? 2 : 0) + (fill.length > 0 ? 1 : 0),
  }
}

/** Columns that can be named: their heading is there once. */
function columnsOf (header: TableRow, rows: readonly TableRow[]): Column[] {
  const below = rows.filter(({ row }) => row > header.row)
  const keys = header.cells.map(headingKey)
  const count = new Map<string, number>()
  for (const key of keys) count.set(key, (count.get(key) ?? 0) + 1)
  return header.cells.flatMap((heading, at) => {
    const key = keys[at] ?? ''
    if (key === '' || count.get(key) !== 1 || heading.length > NAME_MAX) return []
    const values = below.map(({ cells }) => (cells[at] ?? '').trim()).filter((value) => value !== '')
    return [{ at, heading, values }]
  })
}

/** The column with the most ids, addresses or names of students; else one whose heading says so. */
function matchOf (
  columns: readonly Column[], { identities }: GuessBasis
): { match: FillInOptions['match'], known: number } {
  let best: { column: string, by: MatchBy, known: number } | undefined
  for (const { heading, values } of columns.slice(0, COLUMNS_LOOKED_AT)) {
    const known = new Map<MatchBy, number>()
    for (const value of values) for (const by of identities(value)) known.set(by, (known.get(by) ?? 0) + 1)
    for (const [by, count] of known) {
      // A class list of names has ids as well, which are surer: names count less.
      const weight = by === 'name' ? count / 2 : count
      if (best === undefined || weight > best.known) best = { column: heading, by, known: weight }
    }
  }
  if (best !== undefined) return { match: [{ column: best.column, by: best.by }], known: best.known }
  const byUse = { student_id: 'student_identifier', email: 'email', name: 'name' } as const
  for (const [use, by] of Object.entries(byUse)) {
    const found = columns.find(({ heading }) => meaningOf(heading).identity?.use === use)
    if (found !== undefined) return { match: [{ column: found.heading, by }], known: 0 }
  }
  return { match: [], known: 0 }
}

/**
 * Columns for a total or for a task. Those that have room before those that are full. Without any, or with
 * one only for the percent, an empty column for the grade in other languages.
 */
function fillOf (columns: readonly Column[], basis: GuessBasis): Fill[] {
  const most = Math.max(0, ...columns.map(({ values }) => values.length))
  const found = columns.flatMap((column) => {
    const source = sourceOf(column, basis)
    return source === undefined ? [] : [{ column, fill: { column: column.heading, with: source } }]
  })
  const withRoom = found.filter(({ column }) => column.values.length < Math.max(1, most))
  const isInPercent = withRoom.every(({ column }) => meaningOf(column.heading).isPercent)
  const others = columns.filter((one) => found.every(({ column }) => column !== one))
  const grade = others.find(({ heading, values }) => values.length === 0 && GRADES.has(plain(heading)))
  const isBeside = withRoom.length > 0 && isInPercent && basis.hasGrades
  if (grade !== undefined && (found.length === 0 || isBeside)) {
    const source = found.length === 0 ? 'course_average' : 'grade'
    return [...withRoom.map(({ fill }) => fill), { column: grade.heading, with: source }].slice(0, FILLED_MAX)
  }
  return (withRoom.length > 0 ? withRoom : found.slice(0, 1)).slice(0, FILLED_MAX).map(({ fill }) => fill)
}

function sourceOf ({ heading, values }: Column, { tasks, hasGrades }: GuessBasis): string | undefined {
  const key = headingKey(heading)
  const [task, other] = tasks.filter(({ title }) => headingKey(title) === key)
  if (task !== undefined && other === undefined) return `task:${task.id}`
  const word = plain(heading)
  if (LETTERS.has(word)) return hasGrades ? 'grade' : undefined
  if (POINTS.has(word)) return 'points'
  const isGrade = values.length === 0 && meaningOf(heading).isPercent &&
    GRADES.has(plain(withoutPercent(heading)))
  if (!isGrade && !meaningOf(heading).isTotal && !meaningOf(withoutPercent(heading)).isTotal) return undefined
  const isLetters = values.length > 0 && values.every((value) => LETTER.test(value))
  return isLetters && hasGrades ? 'grade' : 'course_average'
}

function shownHeadings (cells: readonly string[]): string[] {
  const shown: string[] = []
  let characters = 0
  for (const cell of cells.slice(0, HEADINGS.most)) {
    // A longer one cannot be named.
    const heading = cell.length > NAME_MAX ? '' : cell
    characters += heading.length
    if (characters > HEADINGS.characters) break
    shown.push(heading)
  }
  while (shown.at(-1)?.trim() === '') shown.pop()
  return shown
}

/** Without case, accents, blanks and signs. */
function plain (heading: string): string {
  return heading.slice(0, NAME_MAX).normalize('NFD').replace(/[^\p{L}\p{N}%]/gu, '').toLowerCase()
}

function trimmed (cells: readonly string[]): string[] { return cells.map((cell) => cell.trim()) }
