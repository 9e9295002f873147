import type { Style } from 'xlsx-populate'
import type { WorkbookStyles } from './workbook-styles.ts'

export interface SummaryCell {
  row: number
  column: number
  style: Style
  /** Text as it came in, or a number; a cell with a formula has none. */
  value?: string | number
  formula?: string
  isArray?: boolean
  /** The formula's value, null for the empty text. Known when all rows have been written. */
  result?: () => string | number | null
}

/** Collects the cells of Summary, row by row. */
export class SummaryCells {
  readonly cells: SummaryCell[] = []
  /** The current row. */
  row = 0
  readonly #styles: WorkbookStyles

  constructor (styles: WorkbookStyles) {
    this.#styles = styles
  }

  /** A label in column A of the next row, and its value in column B. */
  line (label: string, value: string | number | null, style = this.#styles.summaryValue): void {
    this.row++
    this.put(1, this.#styles.label, label)
    this.put(2, style, value)
  }

  /** The headings of a table below an empty row: the first `texts` of them are above texts. */
  heading (names: string[], texts = 1): void {
    this.row += 2
    const { heading, numberHeading } = this.#styles
    for (const [i, name] of names.entries()) this.put(i + 1, i < texts ? heading : numberHeading, name)
  }

  /** A value in the current row. Null and the empty text are no cell. */
  put (column: number, style: Style, value: string | number | null): void {
    if (value !== null && value !== '') this.cells.push({ row: this.row, column, style, value })
  }

  /** A formula, by default in the current row. */
  formula (
    column: number,
    formula: string,
    result: () => string | number | null,
    { style = this.#styles.average, row = this.row, isArray = false }:
    { style?: Style, row?: number, isArray?: boolean } = {}
  ): void {
    this.cells.push({ row, column, style, formula, isArray, result })
  }
}
