// A book as a file may show it: with names, with ids only, or with pseudonyms. Writers do not know the
// difference.
import type { StudentRow } from '../../db/queries/books.ts'
import type { Book } from '../../src/courses/book.ts'
import type { BookRow } from '../../src/courses/book-row.ts'
import type { Identity } from '../../src/exports/export-names.ts'

/**
 * The book with students named that way. For pseudonyms it must have been read in their order. Iterating
 * throws if a student has no pseudonym: they were added just now, so another attempt finds one.
 */
export function identifiedBook (book: Book, identity: Identity): Book {
  if (identity === 'names') return book
  const shown = identity === 'ids' ? withoutNames : withPseudonym
  return {
    ...book,
    async * batches (filter) {
      for await (const batch of book.batches(filter)) yield each(batch, shown)
    },
  }
}

function * each (batch: Iterable<BookRow>, shown: (student: StudentRow) => StudentRow): Generator<BookRow> {
  for (const row of batch) {
    row.student = shown(row.student)
    yield row
  }
}

function withoutNames (student: StudentRow): StudentRow {
  const id = student.student_identifier
  return {
    ...student,
    first_name: null,
    last_name: null,
    email: null,
    student_identifier: id === null || isEmail(id) ? null : id,
  }
}

/** Some systems use email addresses as ids, which a file with ids only must not have. */
export function isEmail (id: string): boolean { return id.includes('@') }

function withPseudonym (student: StudentRow): StudentRow {
  if (student.pseudonym == null) throw new Error('a student was added after the pseudonyms were made')
  return {
    ...student,
    first_name: null,
    last_name: student.pseudonym,
    student_identifier: null,
    email: null,
    source_id: student.pseudonym,
  }
}
