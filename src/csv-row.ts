/** A cell as in RFC 4180: in quotes if it has the separator, a quote or a line end in it. */
export function csvCell (text: string, separator: ',' | ';' = ','): string {
  return text.includes(separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A line of cells, with its line end. */
export function csvRow (cells: ReadonlyArray<string | number>): string {
  return cells.map((cell) => typeof cell === 'number' ? String(cell) : csvCell(cell)).join(',') + '\r\n'
}

/**
 * A cell of a table for a spreadsheet: it is not run as a formula, and not split. Some spreadsheets separate
 * cells at semicolons and tabs too, and what follows one might be a formula.
 */
export function spreadsheetCell (text: string): string {
  const safe = isFormula(text) ? `'${text}` : text
  return /[";,\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Whether a spreadsheet may read a text as a formula (OWASP, CSV injection). */
export function isFormula (text: string): boolean { return /^[=+\-@\t\r]/.test(text) }
