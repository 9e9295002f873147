// Which row of a sheet is its header. People write titles above it, and merge cells of it.
import { Enough } from '../sources/enough.ts'
import type { MergedCells, Sheet } from './sheet.ts'

export interface SheetHeader {
  /** Trimmed. */
  names: string[]
  row: number
  /** The first row with values above the header. */
  titleRow?: number | undefined
}

interface HeadRow { cells: string[], row: number }

/** The header is one of the first rows with values, this many at most. */
const HEAD_ROWS = 20

/**
 * The header of a sheet: the first row with at least half as many values as the fullest of the first rows. If
 * cells of it are merged with the rows below it, the header ends with those rows, and each column is named by
 * its lowest cell. Undefined if the sheet has no values. Throws Refusal.
 */
export async function headerOf (sheet: Sheet): Promise<SheetHeader | undefined> {
  const rows = await firstRows(sheet)
  const counts = rows.map(({ cells }) => cells.filter((cell) => cell.trim() !== '').length)
  const most = Math.max(...counts)
  let at = counts.findIndex((count) => count > 0 && 2 * count >= most)
  const [first] = rows
  let header = rows[at]
  if (first === undefined || header === undefined) return undefined
  const merged = at > 0 || header.cells.some((cell) => cell.trim() === '')
    ? await sheet.merged({ lastRow: header.row })
    : []
  const top = header.row
  const bottom = Math.max(top, ...merged.filter((one) => isHeaderTitle(one, top)).map((one) => one.bottom))
  while ((rows[at + 1]?.row ?? Infinity) <= bottom) at++
  header = rows[at] ?? header
  return {
    names: namesOf(header, rows.slice(0, at), merged),
    row: header.row,
    titleRow: first.row < top ? first.row : undefined,
  }
}

/** Cells of the header that are merged with a few rows below it. */
function isHeaderTitle ({ top, bottom }: MergedCells, header: number): boolean {
  return top === header && bottom > header && bottom - header < HEAD_ROWS
}

function namesOf ({ cells, row }: HeadRow, above: HeadRow[], merged: MergedCells[]): string[] {
  const width = Math.max(cells.length, ...above.map((one) => one.cells.length))
  const names = Array.from({ length: width }, (_, at) => {
    const name = (cells[at] ?? '').trim()
    if (name !== '') return name
    const over = merged.find(({ top, bottom, left, right }) => {
      return left === at + 1 && right === at + 1 && top < row && bottom >= row
    })
    return above.find((one) => one.row === over?.top)?.cells[at]?.trim() ?? ''
  })
  while (names.at(-1) === '') names.pop()
  return names
}

async function firstRows (sheet: Sheet): Promise<HeadRow[]> {
  const rows: HeadRow[] = []
  try {
    await sheet.read((cells, row) => {
      rows.push({ cells, row })
      if (rows.length === HEAD_ROWS) throw new Enough()
    })
  } catch (error) {
    if (!(error instanceof Enough)) throw error
  }
  return rows
}
