import { readCursor } from '../courses/book-json.ts'
import { DomainError } from '../errors.ts'

/** The id of the last student of the page before; undefined: the first page. Throws VALIDATION_FAILED. */
export function checkedCursor (cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined
  const after = readCursor(cursor)
  if (after !== undefined) return after
  throw new DomainError('VALIDATION_FAILED', {
    detail: 'cursor: is not a cursor of this service; use next_cursor of the previous page',
  })
}
