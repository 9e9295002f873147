// What the cells of one column have in common, as far as a guess of its use needs it.
import type { TableNumbers } from '../sources/table-numbers.ts'
import { dayOf } from '../sources/text-values.ts'
import type { HeaderMeaning } from './column-words.ts'
import { isUnknownMark, wordOf } from './mapped-cells.ts'

/** One column of a table as far as it is understood. */
export interface SeenColumn {
  /** Its index. */
  at: number
  name: string
  meaning: HeaderMeaning
  /** The due date in the header, `YYYY-MM-DD`. `name` does not contain it. */
  dueOn?: string
  /** A due date that cannot be read, because the order of day and month is not known. */
  unclearDate?: string
  values: ColumnValues
}

export interface ColumnValues {
  filled: number
  numbers: number
  /** Numbers with a percent sign. */
  percents: number
  /** Words such as "EX" and "missing". */
  words: number
  dates: number
  /** With an at sign inside. */
  emails: number
  /** With a blank or a comma between letters. */
  names: number
  /** Short texts without digits. */
  letters: number
  distinct: number
  /** Short texts without digits that are not known words, as they are spelled first. */
  marks: string[]
  /** The largest and the smallest number. */
  most: number
  least: number
  /** The numbers count the rows: 1, 2, 3, … */
  isCount: boolean
}

/** Longer texts are none of those that are counted, other than a name. */
const SHORT = 30
/** Most marks that are kept for each column. */
const MARKS_KEPT = 20

export function valuesOf (cells: Iterable<string>, numbers: TableNumbers | undefined): ColumnValues {
  const seen = new Set<string>()
  const marks = new Map<string, string>()
  const values: ColumnValues = {
    filled: 0, numbers: 0, percents: 0, words: 0, dates: 0, emails: 0, names: 0, letters: 0, distinct: 0,
    marks: [], most: -Infinity, least: Infinity, isCount: true,
  }
  for (const cell of cells) {
    if (cell === '' || cell === '-' || cell === 'NULL') continue
    values.filled++
    seen.add(cell.slice(0, 100))
    const isPercent = cell.endsWith('%')
    const number = numbers?.of(isPercent ? cell.slice(0, -1).trimEnd() : cell)
    if (number === undefined) {
      values.isCount = false
      if (marks.size < MARKS_KEPT && isUnknownMark(cell)) {
        const key = cell.toLowerCase()
        marks.set(key, marks.get(key) ?? cell)
      }
      if (wordOf(cell) !== undefined) values.words++
      else if (isDate(cell)) values.dates++
      else if (cell.length <= 3 && /^\p{L}/u.test(cell)) values.letters++
      if (cell.length <= 254 && /\S@\S/.test(cell)) values.emails++
      if (cell.length <= 254 && /^\p{L}[^\d ,@]*[ ,][^\d@]*\p{L}\.?$/u.test(cell)) values.names++
      continue
    }
    values.numbers++
    if (isPercent) values.percents++
    values.most = Math.max(values.most, number)
    values.least = Math.min(values.least, number)
    if (number !== values.numbers) values.isCount = false
  }
  values.distinct = seen.size
  values.marks = [...marks.values()]
  return values
}

function isDate (cell: string): boolean {
  if (cell.length > SHORT) return false
  const [day = ''] = cell.split(/[ T]/, 1)
  return dayOf(day, 'mdy') !== undefined || dayOf(day, 'dmy') !== undefined
}
