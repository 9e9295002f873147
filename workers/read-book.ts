import { openBookReader, type BookReader, type DatabaseLocation } from '../db/index.ts'
import { noPeriod, readBook } from '../src/courses/book.ts'
import { BookCache } from '../src/courses/book-cache.ts'
import { bookJson, settingsJson } from '../src/courses/book-json.ts'
import type {
  PreviewSettingsTask, ReadChangesTask, ReadPageTask, ReadStudentsTask, ReadStudentTask,
} from '../src/courses/book-tasks.ts'
import { studentJson, studentsJson } from '../src/courses/student-json.ts'
import { DomainError } from '../src/errors.ts'
import { changesJson } from '../src/snapshots/changes-json.ts'
import { openSnapshot } from '../src/snapshots/snapshot.ts'
import type { TaskOutcome } from '../src/jobs/task.ts'

const NO_COURSE = { ok: false, code: 'COURSE_NOT_FOUND', message: 'There is no such course.' } as const

/** This thread's database: its connection, and what was computed from it. */
let open: { location: string, reader: BookReader, cache: BookCache } | undefined

/** The connection is opened once. */
async function openThread (database: DatabaseLocation): Promise<NonNullable<typeof open>> {
  const location = JSON.stringify(database)
  if (open?.location !== location) {
    await open?.reader.close()
    open = { location, reader: openBookReader(database), cache: new BookCache() }
  }
  return open
}

/** This thread's connection. */
export async function threadReader (database: DatabaseLocation): Promise<BookReader> {
  return (await openThread(database)).reader
}

/** Reads a page of a course's performance book. */
export async function readPage (
  { database, courseId, now, page, exports }: ReadPageTask['input']
): Promise<TaskOutcome<ReadPageTask>> {
  const { reader, cache } = await openThread(database)
  return await reader.read(async (snapshot) => {
    const book = await readBook(snapshot, courseId, { now, cache })
    if (book === undefined) return NO_COURSE
    if (page.periodId !== undefined && !book.periods.some((period) => period.id === page.periodId)) {
      return { ok: false, code: 'VALIDATION_FAILED', message: noPeriod(page.periodId).message }
    }
    return transferred(await bookJson(book, page, exports))
  })
}

/** Reads one student of a course. */
export async function readStudent (
  { database, courseId, studentId, now }: ReadStudentTask['input']
): Promise<TaskOutcome<ReadStudentTask>> {
  const reader = await threadReader(database)
  return await reader.read(async (snapshot) => {
    const json = await studentJson(snapshot, { courseId, studentId, now })
    if (json === 'COURSE_NOT_FOUND') return NO_COURSE
    return json === 'STUDENT_NOT_FOUND'
      ? { ok: false, code: json, message: new DomainError(json).message }
      : transferred(json)
  })
}

/** Reads a page of students of a course, with the details of their own views. */
export async function readStudents (
  { database, courseId, now, page }: ReadStudentsTask['input']
): Promise<TaskOutcome<ReadStudentsTask>> {
  const reader = await threadReader(database)
  return await reader.read(async (snapshot) => {
    try {
      const json = await studentsJson(snapshot, { courseId, now, page })
      return json === 'COURSE_NOT_FOUND' ? NO_COURSE : transferred(json)
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'VALIDATION_FAILED') throw error
      return { ok: false, code: error.code, message: error.message }
    }
  })
}

/** Computes a course's averages under other settings, without storing them. */
export async function previewSettings (
  { database, courseId, now, settings, withStudents }: PreviewSettingsTask['input']
): Promise<TaskOutcome<PreviewSettingsTask>> {
  const { reader, cache } = await openThread(database)
  return await reader.read(async (snapshot) => {
    const book = await readBook(snapshot, courseId, { now, settings, cache })
    return book === undefined ? NO_COURSE : transferred(await settingsJson(book, { withStudents }))
  })
}

/** Compares a course's book with what an export read. */
export async function readChanges (
  { database, courseId, exportId, now, page }: ReadChangesTask['input']
): Promise<TaskOutcome<ReadChangesTask>> {
  const { reader, cache } = await openThread(database)
  return await reader.read(async (reads) => {
    const book = await readBook(reads, courseId, { now, cache })
    if (book === undefined) return NO_COURSE
    const snapshot = await openSnapshot(reads, exportId)
    if (snapshot === undefined) {
      return { ok: false, code: 'EXPORT_NOT_FOUND', message: 'The export was deleted in the meantime.' }
    }
    if (page.cursor !== undefined && page.cursor.dataVersion !== book.dataVersion) {
      return {
        ok: false,
        code: 'VALIDATION_FAILED',
        message: 'cursor: the book has changed since the previous page; start again without a cursor',
      }
    }
    return transferred(await changesJson(snapshot, book, exportId, page))
  })
}

function transferred (chunks: Uint8Array[]) {
  return { ok: true, facts: chunks, transfer: chunks.map((chunk) => chunk.buffer) } as const
}
