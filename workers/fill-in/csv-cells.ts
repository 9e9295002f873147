// The cells of a text table (RFC 4180 and its variants) with their places in the text, so that one cell can
// be changed and every other character stays.
import type { DomainError } from '../../src/errors.ts'
import { fillInMessage } from '../../src/fill-in/fill-in-messages.ts'
import { fillInFailure } from './fill-in-failure.ts'

export interface CsvCell {
  /** Without quotes. */
  text: string
  isQuoted: boolean
  /** Where it begins and ends in the text, its quotes included. */
  start: number
  end: number
}

export interface CsvRow {
  /** From 1. */
  row: number
  cells: CsvCell[]
}

const QUOTE = '"'
/** `="0042"`, which keeps a spreadsheet from removing zeros. */
const FORMULA = /^="([^"]*)"$/
const COLUMNS_MAX = 20_000
/** Most characters of a cell. A spreadsheet has at most 32,767. */
const CELL_MAX = 1_000_000

/** Reads the rows from a place in the text on. Throws FILL_IN_FAILED for a misplaced quote. */
export function * csvRows (text: string, separator: string, from = 0): Generator<CsvRow> {
  let at = from
  for (let row = 1; at < text.length; row++) {
    const cells: CsvCell[] = []
    for (;;) {
      const cell = cellAt(text, { at, separator, row })
      if (cells.length === COLUMNS_MAX) throw fillInFailure(fillInMessage('many_columns', { row }))
      cells.push(cell)
      at = cell.end
      if (text[at] !== separator) break
      at++
    }
    yield { row, cells }
    if (text[at] === '\r') at++
    if (text[at] === '\n') at++
  }
}

function cellAt (
  text: string, { at, separator, row }: { at: number, separator: string, row: number }
): CsvCell {
  if (text[at] === QUOTE) return quotedCell(text, { at, separator, row })
  let end = at
  for (; end < text.length; end++) {
    const character = text[end]
    if (character === separator || character === '\n' || character === '\r') break
  }
  if (end - at > CELL_MAX) throw tooLong(row)
  return { text: withoutFormula(text.slice(at, end)), isQuoted: false, start: at, end }
}

function quotedCell (
  text: string, { at, separator, row }: { at: number, separator: string, row: number }
): CsvCell {
  let close = at
  for (;;) {
    close = text.indexOf(QUOTE, close + 1)
    if (close - at > CELL_MAX) throw tooLong(row)
    if (close === -1) throw fillInFailure(fillInMessage('open_quote', { row }))
    if (text[close + 1] !== QUOTE) break
    close++
  }
  const end = close + 1
  const next = text[end]
  if (next !== undefined && next !== separator && next !== '\n' && next !== '\r') {
    throw fillInFailure(fillInMessage('after_quote', { row }))
  }
  const inner = text.slice(at + 1, close).replaceAll('""', QUOTE)
  return { text: withoutFormula(inner), isQuoted: true, start: at, end }
}

function tooLong (row: number): DomainError {
  return fillInFailure(fillInMessage('long_cell', { row }))
}

function withoutFormula (text: string): string {
  return text.startsWith('="') ? FORMULA.exec(text)?.[1] ?? text : text
}
