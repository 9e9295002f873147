// What a table of an office may be: the answer of a dry run that names no columns. People check it.
import type { FillInOptions } from './fill-in-options.ts'

/** The first rows of a table, as far as they are shown. Longer texts are cut. */
export const SHOWN = { rows: 10, columns: 50, characters: 60 } as const
/** Most headings, and their characters in all: the result of a job is bounded. */
export const HEADINGS = { most: 1000, characters: 40_000 } as const
/** Most sheets that are listed. */
export const SHEETS_MAX = 200

export interface TableGuess extends Pick<FillInOptions, 'match' | 'fill'> {
  /** The sheets of a workbook, in their order. Empty: a CSV file. */
  sheets: string[]
  /** The sheet that this is about; null: a CSV file. */
  sheet: string | null
  /** Null: the table is empty. */
  header_row: number | null
  /** Of the header, by column. Blank: it has none. */
  headings: string[]
  /** The first rows that are not blank. */
  rows: Array<{ row: number, cells: string[] }>
}
