// What a fill-in found and changed. Students are named by their ids: the result of a job is kept longer than
// a student may be. Names are added when the requester reads it.

import { fitsResult } from '../../db/queries/stored-json.ts'
import type { TableGuess } from './table-guess.ts'

/** Most entries of each list. */
export const LISTED_MAX = 500
/** Most rows of the preview. */
export const PREVIEW_MAX = 10

export interface ReportRow {
  /** From 1, as a spreadsheet counts. */
  row: number
  /** Those whom the row may be about. */
  student_ids: number[]
}

export interface FillInReport {
  counts: {
    matched: number
    /** Rows that match no student of the course. */
    only_in_sheet: number
    /** Students who are not dropped and have no row. */
    only_in_course: number
    /** Rows that may be about several students, or about one who has several rows. */
    ambiguous: number
    /** Cells with a new value. */
    filled: number
    /** Cells that had a value and kept it, and cells that a merged cell covers. */
    kept: number
    /** Cells with a formula, which kept it. */
    formulas: number
    /** Cells for which the course has no value. */
    without_value: number
  }
  matched: ReportRow[]
  /** `value`: what the row has in the columns that say who it is about, shortened. */
  only_in_sheet: Array<{ row: number, value: string }>
  only_in_course: Array<{ student_id: number }>
  ambiguous: ReportRow[]
  /** The sheet that was filled in; null: a CSV file. */
  sheet: string | null
  /** Null: no row has all columns that were guessed. */
  header_row: number | null
  /** The first rows with a new value. */
  preview: Array<{ row: number, cells: Array<{ column: string, before: string, after: string }> }>
  /** Of a dry run that named no columns. */
  table?: TableGuess
}

/** A report without a row, of a table in which nothing could be guessed. */
export function emptyReport ({ sheet, header_row: headerRow }: TableGuess): FillInReport {
  return {
    counts: {
      matched: 0, only_in_sheet: 0, only_in_course: 0, ambiguous: 0, filled: 0, kept: 0, formulas: 0,
      without_value: 0,
    },
    matched: [],
    only_in_sheet: [],
    only_in_course: [],
    ambiguous: [],
    sheet,
    header_row: headerRow,
    preview: [],
  }
}

/** The report with shorter lists, if it would be too long to be kept as the result of a job. */
export function fittedReport (report: FillInReport): FillInReport {
  let fitted = report
  for (let most = LISTED_MAX; !fitsResult(fitted) && most > 0; most = Math.floor(most / 2)) {
    fitted = {
      ...report,
      matched: report.matched.slice(0, most),
      only_in_sheet: report.only_in_sheet.slice(0, most),
      only_in_course: report.only_in_course.slice(0, most),
      ambiguous: report.ambiguous.slice(0, most),
      preview: report.preview.slice(0, Math.ceil(PREVIEW_MAX * most / LISTED_MAX)),
    }
  }
  return fitted
}
