import type { Test } from 'tap'
import { columnName } from '../../workers/workbook/sheet-plan.ts'
import { decoded, type CellValue, type ReadSheet } from './openpyxl.ts'
import type { ExpectedSheet } from './workbook.ts'

/** Excel's longest text, which cuts the expectation too. */
const MOST_CHARACTERS = 32_767

export interface Reader {
  /** For values that were calculated again, or multiplied: part of the value, or of 1 below that. */
  tolerance?: number
  /** It turns other line ends into `\n`, now and then. */
  dropsReturns?: boolean
  /** It knows Excel's escapes. */
  isExact?: boolean
}

/**
 * Compares every cell of a student sheet, blank ones included, by value and by kind (a text that looks like a
 * number is no number), as openpyxl read it.
 */
export function compareSheet (t: Test, found: ReadSheet, expected: ExpectedSheet, reader: Reader = {}): void {
  t.strictSame(sheetDifferences(found.cells, expected, reader).slice(0, 10), [], `${found.name}: every cell`)
}

/** What differs, cell by cell: `A9: … instead of …`. */
export function sheetDifferences (
  cells: Record<string, CellValue>,
  expected: ExpectedSheet,
  reader: Reader
): string[] {
  const differences: string[] = []
  const seen = new Set<string>()
  expected.rows.forEach((row, r) =>
    row.forEach((wanted, c) => {
      const at = `${columnName(c + 1)}${r + 1}`
      seen.add(at)
      const value = cells[at] ?? null
      if (!sameCell(value, wanted, reader)) {
        differences.push(`${at}: ${show(value)} instead of ${show(wanted)}`)
      }
    })
  )
  for (const [at, value] of Object.entries(cells)) {
    if (!seen.has(at) && value !== '') differences.push(`${at}: ${show(value)} instead of nothing`)
  }
  return differences
}

export function sameCell (
  found: CellValue,
  wanted: CellValue,
  { tolerance = 0, dropsReturns = false, isExact = false }: Reader
): boolean {
  if (wanted === null || wanted === '') return found === null || found === ''
  if (typeof wanted === 'number') {
    return typeof found === 'number' &&
      (found === wanted || Math.abs(found - wanted) <= tolerance * Math.max(1, Math.abs(wanted)))
  }
  if (typeof wanted !== 'string') return JSON.stringify(found) === JSON.stringify(wanted)
  if (typeof found !== 'string') return false
  if (isExact) return found === asExcelShows(wanted)
  const lines = (text: string): string => dropsReturns ? text.replace(/\r\n?/g, '\n') : text
  // openpyxl drops the very escape that would keep `_x0041_` apart from `A`; packages are compared to the
  // letter elsewhere.
  return lines(decoded(found)) === lines(decoded(asExcelShows(wanted)))
}

/**
 * What differs between our stored values and those of a program that calculated again:
 * `Summary!B11: … instead of …`.
 */
export function formulaDifferences (ours: ReadSheet, theirs: ReadSheet): string[] {
  // This sheet has no formulas.
  if (ours.name === 'Changes') return []
  const addresses = Object.keys(ours.formulas)
  if (addresses.length === 0) return [`${ours.name} has no formula`]
  return addresses.flatMap((at) => {
    const [found, wanted] = [theirs.cells[at] ?? null, ours.cells[at] ?? null]
    if (sameCell(found, wanted, { tolerance: 1e-9 })) return []
    return [`${ours.name}!${at}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`]
  })
}

/** What of a text a cell can hold. */
export function asExcelShows (text: string): string {
  const whole = text.toWellFormed()
  if (whole.length <= MOST_CHARACTERS) return whole
  const cut = whole.slice(0, MOST_CHARACTERS - 1)
  return (/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut) + '…'
}

/** The cell beside a label in column A. */
export function addressed (sheet: ReadSheet, label: string, column = 'B'): CellValue | undefined {
  const row = Object.keys(sheet.cells).find((at) => /^A\d+$/.test(at) && sheet.cells[at] === label)?.slice(1)
  return row === undefined ? undefined : sheet.cells[column + row]
}

function show (value: CellValue): string {
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 60)}… (${text.length})` : text
}
