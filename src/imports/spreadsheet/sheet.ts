/** Called for each row that has a value. `cells` from column A on, blank ones empty. `row` from 1. */
export type SheetRowVisitor = (cells: string[], row: number) => void

export interface SheetReading {
  /** The sheet was read before, so its bytes do not count again. */
  isAgain?: boolean
  /** Only whether a cell has a value matters, not the value. Default: false. */
  isOutline?: boolean
  /** Only cells that are stored as text have a value. Default: false. */
  isTextOnly?: boolean
  /** Called after each block, with the bytes read. May throw to stop. */
  onBlock?: ((bytes: number) => void) | undefined
}

/** What a reading has found besides the values. Each is a cell such as `C7`, the first one. */
export interface SheetFindings {
  formulasWithoutValue: { count: number, first: string }
  /** A value in a hidden row or column. */
  hidden: { count: number, first: string }
}

/** A rectangle of merged cells, by rows and columns from 1. */
export interface MergedCells { top: number, bottom: number, left: number, right: number }

/** One sheet of a workbook. Its cells are given as text; see `cell-text.ts`. */
export interface Sheet {
  name: string
  /** Throws Refusal if the workbook is damaged or too large. What the visitor throws is thrown on. */
  read: (visit: SheetRowVisitor, options?: SheetReading) => Promise<SheetFindings>
  /** Merged cells that begin in one of the first rows. Reads the whole sheet. Throws Refusal. */
  merged: (options: { lastRow: number }) => Promise<MergedCells[]>
}
