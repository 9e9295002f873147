import type { ColumnMap } from './column-map.ts'

/** A row of a table as it is. */
export interface PreviewRow {
  /** Of the file, or row of the sheet, from 1. */
  line: number
  /** The first cells, each cut to 60 characters. */
  cells: string[]
}

/** What a table may be that is in no known format. */
export interface TableGuess {
  /** With a note for each column that says why. */
  map: ColumnMap
  /** The first rows that are not blank, before and after the header. */
  preview: PreviewRow[]
  /** Rows of students that were looked at. */
  students: number
  /** Nothing had to be guessed: every header and every maximum says what it is. */
  isCertain?: boolean
  /** It has a row for each score, which no map can say. */
  isOfSingleScores?: boolean
  /** The map is the one that is remembered for the course. */
  isRemembered?: boolean
}
