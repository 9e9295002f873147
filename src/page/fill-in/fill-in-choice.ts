import type { FillInOptions } from '../../fill-in/fill-in-options.ts'
import { SHOWN, type TableGuess } from '../../fill-in/table-guess.ts'
import { headingKey } from '../../fill-in/heading-key.ts'

export type MatchBy = FillInOptions['match'][number]['by']
export type FillAs = NonNullable<FillInOptions['fill'][number]['as']>
export const MATCH_BY: readonly MatchBy[] = ['student_identifier', 'email', 'source_id', 'name']
export const FILL_AS: readonly FillAs[] = ['percent', 'fraction', 'percent_text']

/** A column that is filled in, as the form has it. */
export interface ChosenFill {
  /** Blank: it is not chosen yet. */
  column: string
  /** `course_average`, `grade`, `points`, `task:ID`. */
  with: string
  as: FillAs
  decimals: number
}

/** What a teacher has chosen for a table. */
export interface Choice {
  sheet: string | null
  headerRow: number | null
  match: FillInOptions['match']
  fill: ChosenFill[]
  overwrite: boolean
}

/** Decimals where a guess names none, as the service writes them. */
export function usualDecimals (as: FillAs): number { return as === 'fraction' ? 4 : 2 }

export function choiceOf ({ sheet, header_row: headerRow, match, fill }: TableGuess): Choice {
  return {
    sheet,
    headerRow,
    match,
    fill: fill.map(({ column, with: source, as = 'percent', decimals = usualDecimals(as) }) => ({
      column, with: source, as, decimals,
    })),
    overwrite: false,
  }
}

/** As the API takes it. */
export function optionsOf ({ sheet, headerRow, match, fill, overwrite }: Choice): FillInOptions {
  return {
    ...(sheet === null ? {} : { sheet }),
    ...(headerRow === null ? {} : { header_row: headerRow }),
    overwrite,
    match,
    fill: fill.map(({ column, with: source, as, decimals }) => ({
      column,
      with: source,
      ...(hasFormat(source) ? { as } : {}),
      ...(source === 'grade' ? {} : { decimals }),
    })),
  }
}

/** Whether a value is a fraction that can be written in several ways. */
export function hasFormat (source: string): boolean { return source !== 'grade' && source !== 'points' }

/** What is missing before the table can be filled in; undefined: nothing. */
export function faultOf ({ match, fill }: Choice): 'needsMatch' | 'needsFill' | undefined {
  if (match.length === 0) return 'needsMatch'
  return fill.length === 0 || fill.some(({ column }) => column === '') ? 'needsFill' : undefined
}

/** The values of a column in the rows that are shown. Undefined: the column is not among those shown. */
export function valuesOf (table: TableGuess, column: string): string[] | undefined {
  const at = table.headings.indexOf(column)
  if (at < 0 || at >= SHOWN.columns) return undefined
  return table.rows.filter(({ row }) => row > (table.header_row ?? 0))
    .map(({ cells }) => cells[at] ?? '').filter((cell) => cell.trim() !== '')
}

/** The first of these columns that is empty as far as it is shown; blank: none is. */
export function emptyColumn (table: TableGuess, columns: readonly string[]): string {
  return columns.find((column) => valuesOf(table, column)?.length === 0) ?? ''
}

/** Neither a number nor a mark such as A+, NB, III. */
const LONG_TEXT = /^(?!.*\p{N}).*\p{L}{4}/u

/** Whether a column has texts such as names, which nobody wants to replace by grades. */
export function hasTexts (table: TableGuess, column: string): boolean {
  return (valuesOf(table, column) ?? []).some((value) => LONG_TEXT.test(value))
}

/** The headings that can be named: those that are there once. */
export function namedHeadings (headings: readonly string[]): string[] {
  const keys = headings.map(headingKey)
  return headings.filter((_, i) =>
    keys[i] !== '' && keys.indexOf(keys[i] ?? '') === i && keys.lastIndexOf(keys[i] ?? '') === i)
}
