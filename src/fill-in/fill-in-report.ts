// What a fill-in found and changed. Students are named by their ids: the result of a job is kept longer than
// a student may be. Names are added when the requester reads it.

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
    /** Rows that are about nobody in the course. */
    only_in_sheet: number
    /** Students who are not dropped and have no row. */
    only_in_course: number
    /** Rows that may be about several students, or about one who has several rows. */
    ambiguous: number
    /** Cells with a new value. */
    filled: number
    /** Cells that had a value and kept it. */
    kept: number
    /** Cells with a formula, which kept it. */
    formulas: number
    /** Cells for which the course has no value. */
    without_value: number
  }
  matched: ReportRow[]
  only_in_sheet: Array<{ row: number }>
  only_in_course: Array<{ student_id: number }>
  ambiguous: ReportRow[]
  /** The sheet that was filled in; null: a CSV file. */
  sheet: string | null
  header_row: number
  /** The first rows with a new value. */
  preview: Array<{ row: number, cells: Array<{ column: string, before: string, after: string }> }>
}
