import type { Reads } from '../../db/index.ts'
import type { Book } from '../../src/courses/book.ts'
import type { ExportOptions } from '../../src/exports/export-options.ts'
import type { Choice, Receipts } from '../../src/exports/receipts.ts'

export interface OutletRequest {
  /** The book of the whole course: the same book, unless that has only one period or other names. */
  whole: Book
  options: ExportOptions
  /** The path to write to. There must be no file yet. */
  file: string
  /** The snapshot of the database that the book was read from, for what the book does not have. */
  snapshot: Reads
  /** The paper size that pages are set up for. */
  paper: 'auto' | 'letter' | 'a4'
  /** The path of a font for reports; empty: the built-in one. */
  reportFont: string
  /** Ms since 1970. */
  generatedAt: number
  /** The name of the person who requested the file; undefined: the command line; empty: nobody is named. */
  generatedBy: string | undefined
  /** Counts what the format cannot express. */
  receipts: Receipts
  signal?: AbortSignal | undefined
  /** Students written so far, and all that will be written. */
  onProgress: (done: number, of: number) => void
}

export interface OutletFacts {
  /** Bytes. */
  size: number
  /** Of the file, hex. */
  sha256: string
  /** Students in the file. */
  students: number
  /** Task cells with a score in the file. */
  scores: number
  /** What to choose where the file is imported. */
  choices?: Choice[]
}

/**
 * Writes a book to `request.file` and flushes it to disk. The book's snapshot must stay open meanwhile. The
 * same book, options and clock give the same bytes. Throws DomainErrors for which a job fails, the signal's
 * reason, or what the file system throws; then no file is left.
 */
export type WriteOutlet = (book: Book, request: OutletRequest) => Promise<OutletFacts>
