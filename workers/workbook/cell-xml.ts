// Pieces of a cell that all cells of students share.
import type { BookRow } from '../../src/courses/book-row.ts'
import { DomainError } from '../../src/errors.ts'
import { personName } from '../../src/person-name.ts'
import { columnName } from './sheet-plan.ts'

export const VALUE_END = Buffer.from('</v></c>')

/** A cell up to its column: the number of its row follows. */
export function cellStart (column: number): Buffer {
  return Buffer.from(`<c r="${columnName(column)}`)
}

/** `what` is a number of this student, such as “The score in ‘Homework 1’”. */
export function unwritable (what: string, { student }: BookRow): DomainError {
  const name = personName(student.first_name, student.last_name) ||
    student.student_identifier || student.source_id
  return new DomainError('CHECK_FAILED', {
    detail: `${what} of ${name} is not a number that a worksheet can hold. ` +
      'Correct it where it comes from and import it again.',
  })
}
