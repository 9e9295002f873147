import { shorten } from '../../short-text.ts'
import type { ImportRun } from '../import-run.ts'
import type { Place } from '../problems.ts'

/** `="0042"`: how a program keeps a spreadsheet from removing leading zeros. */
const FORMULA = /^="([^"]*)"$/
/** What a spreadsheet makes of a long number. */
const ROUNDED = /^\d([.,]\d+)?E\+\d+$/i

/** An id without a spreadsheet's changes; null if blank. Adds an error if the spreadsheet has lost digits. */
export function idOf (cell: string | undefined, name: string, place: Place, run: ImportRun): string | null {
  const text = cell?.trim() ?? ''
  const id = (FORMULA.exec(text)?.[1] ?? text).trim()
  if (ROUNDED.test(id)) {
    run.problems.error(
      place,
      `${shorten(name)} is "${shorten(id)}": a spreadsheet changed the ids into rounded numbers; ` +
        'export the file again and do not save it from a spreadsheet, or format that column as text first'
    )
  }
  return id === '' ? null : id
}
