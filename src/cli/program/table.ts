import { oneLine } from './printer.ts'

/**
 * Rows as text columns for people: the first row is the header. Each cell becomes one line that a terminal
 * does not obey.
 */
export function textTable (given: ReadonlyArray<readonly string[]>): string {
  const rows = given.map((row) => row.map(oneLine))
  const [head = []] = rows
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const padded = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)))
  return padded.map((cells) => `${cells.join('  ').trimEnd()}\n`).join('')
}
