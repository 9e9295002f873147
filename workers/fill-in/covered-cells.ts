// Cells that a merged cell covers: a value there is not visible.
import type { MergedCells } from '../../src/imports/spreadsheet/sheet.ts'

/** Tells whether a merged cell covers a cell, by its row and its column, both from 1. */
export function coveredCells (
  merged: readonly MergedCells[], columns: ReadonlySet<number>
): (row: number, column: number) => boolean {
  // Merged cells do not overlap, so in one column they are one below the other.
  const inColumn = new Map<number, MergedCells[]>()
  const sorted = [...merged].sort((a, b) => a.top - b.top)
  for (const column of columns) {
    inColumn.set(column, sorted.filter(({ left, right }) => column >= left && column <= right))
  }
  return (row, column) => {
    const areas = inColumn.get(column) ?? []
    let [low, high] = [0, areas.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((areas[middle]?.top ?? Infinity) <= row) low = middle + 1
      else high = middle
    }
    const area = areas[low - 1]
    return area !== undefined && row <= area.bottom && (row !== area.top || column !== area.left)
  }
}
