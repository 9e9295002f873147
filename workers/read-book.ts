import { openBookReader, type BookReader } from '../db/queries/book.ts'
import { BookCache, readBook } from '../src/courses/book.ts'
import { bookJson, settingsJson, type PageRequest } from '../src/courses/book-json.ts'

export interface ReadBookInput {
  databaseFile: string
  courseId: number
  now: number
  page: PageRequest
  /** JSON of the course's exports. */
  exports: string
}

export interface TrySettingsInput {
  databaseFile: string
  courseId: number
  now: number
  timeZone?: string | undefined
  missingCounts?: 'ignored' | 'zero' | undefined
  /** By category id; null: back to the imported one. */
  weights?: Array<[number, number | null]> | undefined
  withStudents: boolean
}

/** Finished JSON in chunks, or why there is none. */
export type BookBytes =
  | { ok: true, chunks: Uint8Array[] }
  | { ok: false, code: 'COURSE_NOT_FOUND' | 'VALIDATION_FAILED', message?: string }

const cache = new BookCache()
let reader: { file: string, reader: BookReader } | undefined

/** This thread's connection, opened once. */
export function threadReader (file: string): BookReader {
  if (reader?.file !== file) {
    reader?.reader.close()
    reader = { file, reader: openBookReader(file) }
  }
  return reader.reader
}

/** A page of a course's performance book. */
export function readBookPage ({ databaseFile, courseId, now, page, exports }: ReadBookInput): BookBytes {
  const snapshot = threadReader(databaseFile).snapshot()
  try {
    const book = readBook(snapshot, courseId, { now, cache })
    if (book === undefined) return { ok: false, code: 'COURSE_NOT_FOUND' }
    if (page.periodId !== undefined && !book.periods.some((period) => period.id === page.periodId)) {
      return {
        ok: false,
        code: 'VALIDATION_FAILED',
        message: `period_id: the course has no period with id ${page.periodId}`,
      }
    }
    return { ok: true, chunks: bookJson(book, page, exports) }
  } finally {
    snapshot.end()
  }
}

/** A course's averages under settings that need not be stored. */
export function trySettings (
  { databaseFile, courseId, now, timeZone, missingCounts, weights, withStudents }: TrySettingsInput
): BookBytes {
  const snapshot = threadReader(databaseFile).snapshot()
  try {
    const overrides = {
      timeZone,
      missingCounts,
      ...(weights === undefined ? {} : { weights: new Map(weights) }),
    }
    const book = readBook(snapshot, courseId, { now, overrides, cache })
    if (book === undefined) return { ok: false, code: 'COURSE_NOT_FOUND' }
    return { ok: true, chunks: settingsJson(book, withStudents) }
  } finally {
    snapshot.end()
  }
}
