/** A cell as in RFC 4180, with quotes if it needs them. */
export function csvCell (text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A line of cells, with its line end. */
export function csvRow (cells: ReadonlyArray<string | number>): string {
  return cells.map((cell) => typeof cell === 'number' ? String(cell) : csvCell(cell)).join(',') + '\r\n'
}
