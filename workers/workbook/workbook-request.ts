import type { Change } from '../../src/snapshots/change.ts'
import type { Paper } from './paper.ts'

/** Of labels, statuses and the legend. */
export type WorkbookLanguage = 'en' | 'es'

export interface WorkbookOptions {
  /** All students on one worksheet, or a worksheet for each period. */
  sheets: 'course' | 'period'
  /** What a task cell shows: the score in percent, or score × points possible. */
  values: 'percent' | 'points'
  include_dropped: boolean
  language: WorkbookLanguage
}

/** Totals as the database itself adds them up, dropped students included. */
export interface ControlTotals {
  students: number
  dropped: number
  scores: number
  score_sum: number
  /** Cells that count 0 although the import recorded no score: `Book.zeroedCells`. */
  zeroedCells: number
}

/** What the sheet Changes shows. */
export interface WorkbookChanges {
  /** When the other export read the book, ms; null: there is no earlier export. */
  since: number | null
  /** The changes in batches. The iteration ends early if the workbook cannot be written. */
  batches: () => AsyncIterable<Change[]>
}

export interface WorkbookRequest {
  options: WorkbookOptions
  /** The path to write to. There must be no file yet. */
  file: string
  /** `auto` (default): what schools in the course's time zone use. */
  paper?: Paper | 'auto'
  /** Ms since 1970. Shown on Summary and in the document's properties. */
  generatedAt: number
  /** A person; undefined: the command line. */
  generatedBy: string | undefined
  /** Names for Summary. */
  teachers: string[]
  /** Of the same snapshot as the book. */
  controls: ControlTotals
  /** For the sheet Changes; undefined: there is none. */
  changes?: WorkbookChanges | undefined
  signal?: AbortSignal | undefined
  /** Students written so far, and all that will be written. */
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
