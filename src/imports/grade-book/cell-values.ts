// Values as the cells of grade books have them.
import { shorten } from '../../short-text.ts'
import type { Problems, Place } from '../problems.ts'
import { importError } from '../error-messages.ts'
import { isRounded, withoutNull } from '../sources/text-values.ts'

/** An id; null if blank. Adds an error if a spreadsheet has lost its digits. */
export function idOf (cell: string, column: string, place: Place, problems: Problems): string | null {
  const id = withoutNull(cell.trim())
  if (isRounded(id)) {
    problems.error(place, importError('rounded_id', { column: shorten(column), value: shorten(id) }))
  }
  return id === '' ? null : id
}
