import { openBookReader, type BookReader } from '../db/queries/book.ts'
import { BookCache, readBook } from '../src/courses/book.ts'
import { bookJson, settingsJson } from '../src/courses/book-json.ts'
import type { PreviewSettingsTask, ReadPageTask } from '../src/courses/book-tasks.ts'
import type { TaskOutcome } from '../src/jobs/task.ts'

const NO_COURSE = { ok: false, code: 'COURSE_NOT_FOUND', message: 'There is no such course.' } as const

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

/** Reads a page of a course's performance book. */
export function readPage (
  { databaseFile, courseId, now, page, exports }: ReadPageTask['input']
): TaskOutcome<ReadPageTask> {
  const snapshot = threadReader(databaseFile).snapshot()
  try {
    const book = readBook(snapshot, courseId, { now, cache })
    if (book === undefined) return NO_COURSE
    if (page.periodId !== undefined && !book.periods.some((period) => period.id === page.periodId)) {
      return {
        ok: false,
        code: 'VALIDATION_FAILED',
        message: `period_id: the course has no period with id ${page.periodId}`,
      }
    }
    return transferred(bookJson(book, page, exports))
  } finally {
    snapshot.end()
  }
}

/** Computes a course's averages under other settings, without storing them. */
export function previewSettings (
  { databaseFile, courseId, now, settings, withStudents }: PreviewSettingsTask['input']
): TaskOutcome<PreviewSettingsTask> {
  const snapshot = threadReader(databaseFile).snapshot()
  try {
    const book = readBook(snapshot, courseId, { now, overrides: settings, cache })
    return book === undefined ? NO_COURSE : transferred(settingsJson(book, withStudents))
  } finally {
    snapshot.end()
  }
}

function transferred (chunks: Uint8Array[]) {
  return { ok: true, facts: chunks, transfer: chunks.map((chunk) => chunk.buffer) } as const
}
