export interface WorkbookOptions {
  /** All students on one worksheet, or a worksheet for each period. */
  sheets: 'course' | 'period'
  /** What a task cell shows: the score in per cent, or score times points possible. */
  values: 'percent' | 'points'
  include_dropped: boolean
}

/**
 * Students, scores and the sum of these fractions as the database itself adds them up, those of dropped
 * students included.
 */
export interface ControlTotals {
  students: number
  dropped: number
  scores: number
  score_sum: number
  /** Cells that count 0 although the import noted no score: `Book.zeroedCells`. */
  zeroedCells: number
}

export interface WorkbookRequest {
  options: WorkbookOptions
  /** The path to write to; nothing may be there yet. */
  file: string
  /** Ms since 1970; stands on Summary and in the document's properties. */
  generatedAt: number
  generatedBy: string
  /** Names for Summary. */
  teachers: string[]
  /** Of the same snapshot as the book. */
  controls: ControlTotals
  signal?: AbortSignal | undefined
  /** Students written so far, of all that will be. */
  onProgress?: (done: number, of: number) => void
}

export interface WorkbookFacts {
  /** Bytes. */
  size: number
  /** Of the file, hex. */
  sha256: string
  /** Student rows in the workbook. */
  students: number
  /** Task cells with a score in the workbook. */
  scores: number
}
