// The file of a format, written as the worker writes it.
import { join } from 'node:path'
import { openBookReader, type DatabaseLocation } from '../../../db/index.ts'
import { readBook, type Book } from '../../../src/courses/book.ts'
import { completeOptions } from '../../../src/exports/export-options.ts'
import type { ExportOptionsGiven } from '../../../src/exports/export-request.ts'
import { Receipts, type Receipt } from '../../../src/exports/receipts.ts'
import { identifiedBook } from '../../../workers/outlets/identified-book.ts'
import type { OutletFacts } from '../../../workers/outlets/outlet.ts'
import { WRITERS } from '../../../workers/outlets/writers.ts'

export interface WrittenOutlet extends OutletFacts {
  file: string
  receipts: Receipt[]
}

let files = 0

/** Writes a course to a file in `folder`, or only its first students. Throws what the writer throws. */
export async function writtenOutlet (
  folder: string,
  database: DatabaseLocation,
  courseId: number,
  given: ExportOptionsGiven,
  now: number,
  firstStudents = Infinity
): Promise<WrittenOutlet> {
  const options = completeOptions(given)
  const reader = openBookReader(database)
  try {
    return await reader.read(async (snapshot) => {
      const book = await readBook(snapshot, courseId, { now, periodId: options.period_id ?? undefined })
      if (book === undefined) throw new Error('there is no such course')
      const receipts = new Receipts()
      const file = join(folder, `outlet-${++files}`)
      const write = await WRITERS[options.format]()
      const facts = await write(firstOf(identifiedBook(book, options.identity), firstStudents), {
        whole: book,
        options,
        file,
        snapshot,
        paper: 'auto',
        reportFont: '',
        generatedAt: now,
        generatedBy: undefined,
        receipts,
        onProgress () {},
      })
      return { ...facts, file, receipts: receipts.list() }
    })
  } finally {
    await reader.close()
  }
}

function firstOf (book: Book, most: number): Book {
  if (most === Infinity) return book
  return {
    ...book,
    async * batches (filter) {
      let left = most
      for await (const batch of book.batches(filter)) {
        yield Iterator.from(batch).filter(() => left-- > 0)
        if (left <= 0) return
      }
    },
  }
}
