// The grades of Google Classroom as CSV, in any language: a row of titles, a row of due dates and a row of
// points possible, in any order; then the students, perhaps with rows of averages. Without the row of points,
// the titles have the points, as in "Essay (10 points)".
import { shorten } from '../../short-text.ts'
import { pointsInHeader } from '../column-maps/column-words.ts'
import { importError } from '../error-messages.ts'
import { optionName } from '../option-names.ts'
import { Refusal } from '../problems.ts'
import { dayOf, numberOf, VALUE_MAX } from '../sources/text-values.ts'
import type { GradeWord } from './grade.ts'
import type {
  ColumnLayout, IdentityUse, TableBeginning, TableFormat, TableLayout,
} from './table-layout.ts'

/** Rows that come before the students, at most. */
export const ROWS_BEFORE_MAX = 3

const NAMES: Readonly<Record<string, IdentityUse>> = {
  'last name': 'identity_last_name',
  'first name': 'identity_first_name',
  name: 'identity_name',
  'student name': 'identity_name',
}
const EMAIL = /e-?mail|correo|courriel|correio|электронн|メール|邮|郵|이메일/i
const TOTAL = new RegExp('^(' + [
  '(overall|course|total|final) (grade|score|average)', 'grade', 'total', 'average', 'class average',
  '(calificaci[oó]n|nota|promedio|media)( (general|global|total|final|del curso|de la clase))?',
  'note (globale|totale|finale)', 'moyenne', 'gesamt(note|bewertung)', 'voto (complessivo|finale)',
].join('|') + ')$', 'i')
/**
 * What Classroom shows instead of a grade: in English, Spanish, French, German, Italian, Dutch and
 * Portuguese, without accents.
 */
const EXEMPT = new Set([
  'excused', 'ex', 'exento', 'exenta', 'eximido', 'eximida', 'justificado', 'justificada', 'con excusa',
  'excusado', 'excusada', 'dispensado', 'dispensada', 'dispense', 'dispensee', 'excuse', 'excusee',
  'entschuldigt',
  'giustificato', 'giustificata', 'esonerato', 'esonerata', 'vrijgesteld', 'geexcuseerd', 'isento', 'isenta',
])
const MISSING = new Set([
  'missing', 'falta', 'faltante', 'sin entregar', 'no entregado', 'no entregada', 'no se entrego', 'manquant',
  'manquante', 'non rendu', 'fehlt', 'fehlend', 'nicht abgegeben', 'mancante', 'non consegnato', 'ontbreekt',
  'niet ingeleverd', 'ausente', 'pendente', 'nao entregue', 'em falta',
])
const UNGRADED = new Set([
  'not turned in', 'no grade', 'sin calificacion', 'sin calificar', 'sin nota', 'asignado', 'asignada',
  'aucune note', 'keine note', 'nessun voto', 'geen cijfer', 'sem nota',
])

/** The numbers of the rows before the students. */
interface RowsBefore {
  titles: number
  dates: number
  /** Undefined: the titles have the points. */
  points: number | undefined
  /** The number of the row after them. */
  after: number
}

/** Whether the first rows are those of Google Classroom. */
export function isClassroom (rows: string[][]): boolean {
  const before = rowsBefore(rows)
  if (before === undefined) return false
  const emailAt = emailColumn(rows[before.titles] ?? [], rows[before.after] ?? [])
  return emailAt !== undefined && [before.dates, before.points ?? before.dates].every((at) => {
    const [label = '', ...others] = rows[at] ?? []
    return label.trim() !== '' && others.slice(0, emailAt).every((cell) => cell.trim() === '')
  })
}

export const GOOGLE_CLASSROOM: TableFormat = {
  system: 'google-classroom',
  layoutOf,
  ids: ['identity_email'],
  wordOf,
  alsoExpected: '"Excused", "Missing" or a blank cell',
  // A row of averages has its label where the students have a name.
  otherRow: (cellOf) => {
    const isPerson = cellOf('identity_email') !== '' || cellOf('identity_first_name') !== ''
    return isPerson ? undefined : 'row_of_averages'
  },
}

function layoutOf ({ rows, place, isWhole, numbers, run }: TableBeginning): TableLayout | undefined {
  if (rows.length <= ROWS_BEFORE_MAX && !isWhole) return undefined
  const before = rowsBefore(rows)
  if (before === undefined) {
    throw new Refusal(place, importError('no_classroom_rows'))
  }
  const names = (rows[before.titles] ?? []).map((name) => name.trim())
  const cell = (row: number, column: number) => rows[row]?.[column]?.trim() ?? ''
  const emailAt = emailColumn(names, rows[before.after] ?? []) ?? 2
  const columns = names.map((name, column): ColumnLayout => {
    if (column <= emailAt) return { use: identityOf(names, column, emailAt) }
    if (name === '') return { use: 'left_out', reason: 'no_title' }
    const date = cell(before.dates, column)
    if (date === '' && TOTAL.test(name)) return { use: 'left_out', reason: 'total' }
    const given = before.points === undefined ? undefined : numbers.of(cell(before.points, column))
    const { title, points: pointsPossible } = given === undefined
      ? pointsInHeader(name) ?? { title: name, points: undefined }
      : { title: name, points: given }
    if (pointsPossible === undefined) return { use: 'left_out', reason: 'no_points' }
    const dueOn = date === '' ? null : dayOf(dateIn(date), run.options.dates)
    if (dueOn === undefined) {
      const option = optionName('dates', run.options.askedBy)
      const found = { title: shorten(name), value: shorten(date), option }
      const line = (place.line ?? 1) + before.dates
      run.problems.error({ ...place, line }, importError('date_of_column', found))
    }
    return { use: 'task_points', id: null, title, pointsPossible, dueOn: dueOn ?? null }
  })
  return { names, columns, rowsBefore: before.after }
}

/** Finds the three rows among the first ones; undefined if one is not there. */
function rowsBefore (rows: string[][]): RowsBefore | undefined {
  const kinds = rows.slice(0, ROWS_BEFORE_MAX).map(kindOf)
  const [titles, points] = [kinds.indexOf('text'), kinds.indexOf('points')]
  // No task may have a due date.
  const dates = kinds.includes('dates') ? kinds.indexOf('dates') : kinds.indexOf('label')
  if (titles === -1 || dates === -1) return undefined
  const after = 1 + Math.max(titles, points, dates)
  if (points !== -1) return { titles, points, dates, after }
  const hasPoints = kinds[dates] === 'dates' && haveTitlesPoints(rows[titles] ?? [], rows[dates] ?? [])
  return hasPoints ? { titles, points: undefined, dates, after } : undefined
}

/** Whether each assignment with a due date has its points in its title, and there is one. */
function haveTitlesPoints (titles: string[], dates: string[]): boolean {
  const due = titles.filter((_title, column) => column > 0 && (dates[column]?.trim() ?? '') !== '')
  return due.length > 0 && due.every((title) => pointsInHeader(title) !== undefined)
}

/** What the cells after the first one have. `label`: nothing. */
function kindOf ([first = '', ...others]: string[]): 'dates' | 'points' | 'label' | 'text' {
  const cells = others.map((cell) => cell.trim()).filter((cell) => cell !== '')
  if (cells.length === 0) return first.trim() === '' ? 'text' : 'label'
  if (cells.some((cell) => cell.length > VALUE_MAX)) return 'text'
  if (cells.every((cell) => numberOf(cell.replace(',', '.')) !== undefined)) return 'points'
  return cells.every(isDate) ? 'dates' : 'text'
}

function isDate (cell: string): boolean {
  const date = dateIn(cell)
  return [dayOf(date), dayOf(date, 'mdy'), dayOf(date, 'dmy')].some((day) => day !== undefined)
}

/** Without a time of day. */
function dateIn (text: string): string { return /^(\S+)[T ]\d\d?:\d\d/.exec(text)?.[1] ?? text }

/** One of the first columns, by its title or by the first person. */
function emailColumn (names: string[], person: string[]): number | undefined {
  const named = names.slice(0, 4).findIndex((name) => name.length <= VALUE_MAX && EMAIL.test(name))
  if (named !== -1) return named
  const filled = person.slice(0, 4).findIndex((cell) => cell.includes('@'))
  return filled === -1 ? undefined : filled
}

function identityOf (names: string[], column: number, emailAt: number): IdentityUse {
  if (column === emailAt) return 'identity_email'
  const named = NAMES[names[column]?.toLowerCase() ?? '']
  if (named !== undefined) return named
  if (emailAt === 1) return 'identity_name'
  return column === 0 ? 'identity_last_name' : 'identity_first_name'
}

function wordOf (text: string): GradeWord | null | undefined {
  if (text.length > VALUE_MAX) return undefined
  const word = text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '')
  if (EXEMPT.has(word)) return 'exempt'
  if (MISSING.has(word)) return 'missing'
  return UNGRADED.has(word) ? null : undefined
}
