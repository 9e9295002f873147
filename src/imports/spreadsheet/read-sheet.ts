// A sheet as a table, for the same readers as text tables.
import { shorten } from '../../short-text.ts'
import { columnLetters } from '../column-letters.ts'
import { Refusal, type Problems } from '../problems.ts'
import type { HeaderVisitor } from '../sources/row-splitter.ts'
import type { HeaderMode } from '../sources/table-dialect.ts'
import { EITHER, TableNumbers } from '../sources/table-numbers.ts'
import { headerOf } from './sheet-header.ts'
import type { Sheet, SheetFindings } from './sheet.ts'
import { importError } from '../error-messages.ts'

interface SheetTableReading {
  /** The workbook, as errors name it. */
  file: string
  problems: Problems
  header: HeaderMode
  onBlock?: ((bytes: number) => void) | undefined
}

/** Thrown at a number such as 1,234 while it is unknown whether its comma groups digits. */
class Unproven extends Error {}

/**
 * Reads a sheet row by row. A row's line is its number in the sheet. Rows without values are skipped. Cells
 * beyond the header are left out with a warning. Throws Refusal.
 */
export async function readSheet (
  sheet: Sheet, onHeader: HeaderVisitor, { file, problems, header: mode, onBlock }: SheetTableReading
): Promise<void> {
  const header = await headerOf(sheet)
  if (header === undefined) {
    throw new Refusal({ file }, importError('empty_sheet', { sheet: shorten(sheet.name) }))
  }
  // Without a known header, every row is visited.
  const isKnown = mode === 'first'
  if (isKnown && header.titleRow !== undefined) problems.warn('title_rows', { file, line: header.titleRow })
  const numbers = new TableNumbers({ isCommaSeparator: true })
  const visit = onHeader(isKnown ? header.names : [], header.row, numbers)
  const width = isKnown ? header.names.length : Infinity
  let isProven = false
  let last = isKnown ? header.row : 0
  const take = (cells: string[], row: number) => {
    if (row <= last) return
    if (!isProven && cells.some(isUnproven)) throw new Unproven()
    last = row
    const beyond = cells.findIndex((cell, at) => at >= width && cell.trim() !== '')
    if (beyond !== -1) {
      const cell = `${columnLetters(beyond + 1)}${row} is "${shorten(cells[beyond] ?? '')}"`
      problems.warn('cells_without_header', { file, line: row, cell })
    }
    if (cells.length > width) cells.length = width
    if (cells.some((cell) => cell.trim() !== '')) visit(cells, row)
  }
  let findings: SheetFindings
  try {
    findings = await sheet.read(take, { onBlock })
  } catch (error) {
    if (!(error instanceof Unproven)) throw error
    await learn(sheet, numbers)
    isProven = true
    findings = await sheet.read(take, { isAgain: true, onBlock })
  }
  const { formulasWithoutValue: { count, first }, hidden } = findings
  if (hidden.count > 0) problems.warn('hidden_cells', { file, cell: hidden.first }, hidden.count)
  if (count > 0) {
    const message = count === 1
      ? importError('formula', { cell: first })
      : importError('formulas', { cell: first, count: count - 1 })
    throw new Refusal({ file }, message)
  }
  visit.end?.()
}

function isUnproven (cell: string): boolean { return cell.includes(',') && EITHER.test(cell.trim()) }

/** A number that is stored as text. */
const TEXT_NUMBER = /^[+-]?[\d.,]{1,100} ?%?$/

/** Reads the sheet again, to learn what the commas in its texts mean. */
async function learn (sheet: Sheet, numbers: TableNumbers): Promise<void> {
  await sheet.read((cells) => {
    const found = cells.filter((cell) => TEXT_NUMBER.test(cell.trim()))
    if (found.length > 0) numbers.learn(found.map((cell) => `"${cell.trim()}"`).join(','))
  }, { isAgain: true, isTextOnly: true })
}
