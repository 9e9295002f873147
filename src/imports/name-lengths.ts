import { isNameTooLong, NAME_MAX, shorten } from '../short-text.ts'
import type { BookSource } from './book-source.ts'
import { importError } from './error-messages.ts'
import type { Problems } from './problems.ts'

/**
 * Adds an error for every name, title, id and email address of a course that is longer than `NAME_MAX`.
 * Readers refuse most of them earlier, with their line. Returns whether there was none.
 */
export function checkNameLengths (book: BookSource, problems: Problems): boolean {
  let isFine = true
  const check = (what: string, names: Record<string, string | null>) => {
    for (const [field, name] of Object.entries(names)) {
      if (name === null || !isNameTooLong(name)) continue
      const found = { field, what, value: shorten(name), most: NAME_MAX }
      problems.error(book.place, importError('long_name', found))
      isFine = false
    }
  }
  const { sourceId, name, school, term } = book
  check('the course', { id: sourceId, name, school, term })
  for (const { sourceId, name } of book.periods) check('a period', { id: sourceId, name })
  for (const { sourceId, name } of book.categories) check('a category', { id: sourceId, name })
  for (const { sourceId, title, category, items } of book.tasks) {
    check('a task', { id: sourceId, title, category })
    for (const item of items) check('a line item', { id: item.sourceId })
  }
  for (const { sourceId, firstName, lastName, email } of book.teachers) {
    check('a teacher', {
      id: sourceId,
      'first name': firstName,
      'last name': lastName,
      'email address': email,
    })
  }
  for (const { sourceId, firstName, lastName, studentIdentifier, email, period } of book.students) {
    check('a student', {
      id: sourceId,
      'first name': firstName,
      'last name': lastName,
      'student id': studentIdentifier,
      'email address': email,
      period,
    })
  }
  return isFine
}
