/** A cell of the grid: row 0 is the header, column 0 the student. */
export interface Place {
  row: number
  column: number
}

/**
 * The cell that a key leads to, by the WAI-ARIA grid pattern
 * (https://www.w3.org/WAI/ARIA/apg/patterns/grid/); undefined if the grid does not use the key. `page`: rows
 * that Page Down moves.
 */
export function moveInGrid (
  { key, ctrlKey, metaKey, altKey }: KeyboardEvent,
  { row, column }: Place,
  last: Place,
  { page, isRtl }: { page: number, isRtl: boolean }
): Place | undefined {
  if (altKey) return undefined
  const isFar = ctrlKey || metaKey
  const forward = isRtl ? 'ArrowLeft' : 'ArrowRight'
  const back = isRtl ? 'ArrowRight' : 'ArrowLeft'
  switch (key) {
    case 'ArrowDown':
      return { row: isFar ? last.row : Math.min(row + 1, last.row), column }
    case 'ArrowUp':
      return { row: isFar ? 0 : Math.max(row - 1, 0), column }
    case forward:
      return { row, column: isFar ? last.column : Math.min(column + 1, last.column) }
    case back:
      return { row, column: isFar ? 0 : Math.max(column - 1, 0) }
    case 'Home':
      return { row: isFar ? 0 : row, column: 0 }
    case 'End':
      return { row: isFar ? last.row : row, column: last.column }
    case 'PageDown':
      return { row: Math.min(row + page, last.row), column }
    case 'PageUp':
      return { row: Math.max(row - page, 0), column }
    default:
      return undefined
  }
}
