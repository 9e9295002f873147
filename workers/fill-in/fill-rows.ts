// Which cells of a table get which values. It knows rows of texts, and neither CSV nor workbooks.
import type { DomainError } from '../../src/errors.ts'
import type { FillInOptions } from '../../src/fill-in/fill-in-options.ts'
import { LISTED_MAX, PREVIEW_MAX, type FillInReport } from '../../src/fill-in/fill-in-report.ts'
import { headingKey } from '../../src/fill-in/heading-key.ts'
import { listNames, shorten } from '../../src/short-text.ts'
import { fillInMessage } from '../../src/fill-in/fill-in-messages.ts'
import { fillInFailure } from './fill-in-failure.ts'
import type { Roster } from './roster.ts'
import type { CellValue } from './shown-value.ts'

/** A header is looked for in this many rows with values. */
const HEADER_SEARCH = 50
/** Most students that an ambiguous row lists. */
const CANDIDATES_MAX = 5
/** Most characters of what a row says about a person who is not in the course. */
const VALUE_TEXT = 60
/** Most characters of a cell in the preview. */
const PREVIEW_TEXT = 100

/** A row of a table. `cells` from the first column on, `row` from 1. */
export interface TableRow { row: number, cells: readonly string[] }

/** A cell that gets a value. `column` from 0. */
export interface NewCell {
  row: number
  column: number
  heading: string
  before: string
  value: CellValue
}

interface Columns { match: number[], fill: number[] }

interface MatchedRow {
  row: number
  student: Roster['students'][number]
  /** What the columns that are filled in have now. */
  before: string[]
}

/** Takes the rows of a table in order, then says what is to change. */
export class RowFiller {
  readonly #options: FillInOptions
  readonly #roster: Roster
  #columns: Columns | undefined
  #headerRow = 0
  #searched = 0
  /** The row that has the most named columns, for an error; of several, the first one. */
  #seen: readonly string[] = []
  #seenColumns = -1
  readonly #rows: MatchedRow[] = []
  readonly #onlyInSheet: FillInReport['only_in_sheet'] = []
  readonly #ambiguous: Array<{ row: number, ids: number[] }> = []

  constructor (options: FillInOptions, roster: Roster) {
    this.#options = options
    this.#roster = roster
  }

  /** Throws FILL_IN_FAILED if this row should be the header and lacks a column. */
  take ({ row, cells }: TableRow): void {
    if (this.#columns === undefined) return this.#lookForHeader(row, cells)
    const { match, fill } = this.#columns
    const keys = match.map((column) => cells[column] ?? '')
    // A title, a total or an empty row is no student's.
    if (keys.every((key) => key.trim() === '')) return
    const found = this.#roster.find(keys)
    const [student] = found
    if (student === undefined) {
      this.#onlyInSheet.push({ row, value: this.#onlyInSheet.length < LISTED_MAX ? valueOf(keys) : '' })
    } else if (found.length > 1) this.#ambiguous.push({ row, ids: found.map(({ id }) => id) })
    else this.#rows.push({ row, student, before: fill.map((column) => cells[column] ?? '') })
  }

  /**
   * The cells to change, by row, and the report about them. Throws FILL_IN_FAILED if there was no header.
   */
  end (sheet: string | null): { cells: NewCell[], report: FillInReport } {
    const columns = this.#columns
    if (columns === undefined) throw this.#noHeader()
    const { overwrite = false, fill } = this.#options
    const rowsOf = new Map<number, number>()
    for (const { student } of this.#rows) rowsOf.set(student.id, (rowsOf.get(student.id) ?? 0) + 1)
    for (const { ids } of this.#ambiguous) for (const id of ids) rowsOf.set(id, rowsOf.get(id) ?? 0)
    const isOnly = ({ student }: MatchedRow) => rowsOf.get(student.id) === 1
    const matched = this.#rows.filter(isOnly)
    const ambiguous = [
      ...this.#ambiguous,
      ...this.#rows.filter((one) => !isOnly(one)).map(({ row, student }) => ({ row, ids: [student.id] })),
    ].sort((a, b) => a.row - b.row)
    const onlyInCourse = this.#roster.students.filter(({ id, isDropped }) => !isDropped && !rowsOf.has(id))
    const cells: NewCell[] = []
    let [kept, withoutValue] = [0, 0]
    for (const { row, student, before } of matched) {
      for (const [i, { column: heading }] of fill.entries()) {
        const value = student.values[i] ?? null
        const was = before[i] ?? ''
        if (value === null) withoutValue++
        else if (was.trim() !== '' && !overwrite) kept++
        else cells.push({ row, column: columns.fill[i] ?? 0, heading, before: was, value })
      }
    }
    const listed = <T>(some: readonly T[]) => some.slice(0, LISTED_MAX)
    return {
      cells,
      report: {
        counts: {
          matched: matched.length,
          only_in_sheet: this.#onlyInSheet.length,
          only_in_course: onlyInCourse.length,
          ambiguous: ambiguous.length,
          filled: cells.length,
          kept,
          formulas: 0,
          without_value: withoutValue,
        },
        matched: listed(matched).map(({ row, student }) => ({ row, student_ids: [student.id] })),
        only_in_sheet: listed(this.#onlyInSheet),
        only_in_course: listed(onlyInCourse).map(({ id }) => ({ student_id: id })),
        ambiguous: listed(ambiguous)
          .map(({ row, ids }) => ({ row, student_ids: ids.slice(0, CANDIDATES_MAX) })),
        sheet,
        header_row: this.#headerRow,
        preview: [],
      },
    }
  }

  #lookForHeader (row: number, cells: readonly string[]): void {
    const { header_row: wanted } = this.#options
    if (wanted !== undefined) {
      if (row < wanted) return
      if (row > wanted) throw fillInFailure(fillInMessage('empty_row', { row: wanted }))
    }
    this.#searched++
    const has = this.#columnNames.length - this.#missingIn(cells).length
    if (has > this.#seenColumns) {
      this.#seenColumns = has
      this.#seen = cells
    }
    const columns = this.#columnsIn(row, cells)
    if (columns !== undefined) {
      this.#columns = columns
      this.#headerRow = row
    } else if (wanted !== undefined || this.#searched === HEADER_SEARCH) throw this.#noHeader()
  }

  #columnsIn (row: number, cells: readonly string[]): Columns | undefined {
    const keys = cells.map(headingKey)
    const place = (heading: string): number | undefined => {
      const exact = cells.filter((cell) => cell === heading).length === 1
      const at = exact ? cells.indexOf(heading) : keys.indexOf(headingKey(heading))
      return at === -1 ? undefined : at
    }
    const { match, fill } = this.#options
    const all = [...match, ...fill].map(({ column }) => place(column))
    if (all.includes(undefined)) return undefined
    for (const { column } of [...match, ...fill]) {
      const key = headingKey(column)
      const isExact = cells.filter((cell) => cell === column).length === 1
      if (!isExact && keys.filter((one) => one === key).length > 1) {
        throw fillInFailure(fillInMessage('column_twice', { row, column: shorten(column) }))
      }
    }
    const places = all as number[]
    return { match: places.slice(0, match.length), fill: places.slice(match.length) }
  }

  get #columnNames (): string[] {
    const { match, fill } = this.#options
    return [...match, ...fill].map(({ column }) => column)
  }

  #missingIn (cells: readonly string[]): string[] {
    const keys = new Set(cells.map(headingKey))
    return this.#columnNames.filter((column) => !keys.has(headingKey(column)))
  }

  #noHeader (): DomainError {
    const { fill, header_row: row } = this.#options
    const missing = this.#missingIn(this.#seen)
    const where = row === undefined ? 'No row has all named columns' : `Row ${row} lacks a named column`
    const seen = this.#seen.filter((name) => name.trim() !== '')
    return fillInFailure(
      `${where}: ${listNames(missing.length === 0 ? fill.map(({ column }) => column) : missing)}.` +
      (seen.length === 0 ? '' : ` The headings there are: ${listNames(seen)}.`)
    )
  }
}

function valueOf (keys: readonly string[]): string {
  return shorten(keys.map((key) => key.trim()).filter((key) => key !== '').join(' · '), VALUE_TEXT)
}

/** The first rows with new values, as they are written. */
export function previewOf (
  cells: readonly NewCell[], shown: (value: CellValue) => string
): FillInReport['preview'] {
  const rows = new Map<number, FillInReport['preview'][number]>()
  for (const { row, heading, before, value } of cells) {
    let known = rows.get(row)
    if (known === undefined) {
      if (rows.size === PREVIEW_MAX) break
      known = { row, cells: [] }
      rows.set(row, known)
    }
    known.cells.push({
      column: heading,
      before: shorten(before, PREVIEW_TEXT),
      after: shorten(shown(value), PREVIEW_TEXT),
    })
  }
  return [...rows.values()]
}
