import type { Test } from 'tap'
import { openBookReader, sqliteFile, type DatabaseLocation, type Reads } from '../../db/index.ts'
import type { Book, RowFilter } from '../../src/courses/book.ts'
import type { BookRow } from '../../src/courses/book-row.ts'

/** All rows of a book, without their batches. A row holds until the next one. */
export async function * rowsOf (book: Pick<Book, 'batches'>, filter?: RowFilter): AsyncGenerator<BookRow> {
  for await (const batch of book.batches(filter)) yield * batch
}

/** A snapshot of a database, or of an SQLite file, that is open until the test ends. */
export async function openSnapshot (t: Test, place: DatabaseLocation | string): Promise<Reads> {
  const reader = openBookReader(typeof place === 'string' ? sqliteFile(place) : place)
  const over = Promise.withResolvers<void>()
  const open = Promise.withResolvers<Reads>()
  const reading = reader.read(async (snapshot) => {
    open.resolve(snapshot)
    await over.promise
  })
  reading.catch(open.reject)
  t.teardown(async () => {
    over.resolve()
    await reading
    await reader.close()
  })
  return await open.promise
}
