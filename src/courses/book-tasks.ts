// Reading a whole book takes seconds for the largest courses, so it is a task for a thread.
import type { DatabaseLocation } from '../../db/index.ts'
import type { PageRequest } from './book-json.ts'
import type { CourseSettings } from './course-settings.ts'

interface BookInput {
  database: DatabaseLocation
  courseId: number
  /** The time at which due and drop dates are judged, ms. */
  now: number
}

export interface ReadPageTask {
  input: BookInput & {
    page: PageRequest
    /** JSON of the course's exports. */
    exports: string
  }
  /** Finished JSON in chunks. */
  facts: Uint8Array[]
  failure: 'COURSE_NOT_FOUND' | 'VALIDATION_FAILED'
}

export interface ReadStudentTask {
  input: BookInput & { studentId: number }
  /** Finished JSON in chunks. */
  facts: Uint8Array[]
  failure: 'COURSE_NOT_FOUND' | 'STUDENT_NOT_FOUND'
}

/** A page of students, with the details of their own views. */
export interface ReadStudentsTask {
  input: BookInput & { page: PageRequest }
  /** Finished JSON in chunks. */
  facts: Uint8Array[]
  failure: 'COURSE_NOT_FOUND' | 'VALIDATION_FAILED'
}

export interface PreviewSettingsTask {
  input: BookInput & {
    settings: CourseSettings
    /** Whether the course average of each student is included. */
    withStudents: boolean
  }
  /** Finished JSON in chunks. */
  facts: Uint8Array[]
  failure: 'COURSE_NOT_FOUND'
}

export interface ChangesPage {
  /** The most changes on this page. */
  limit: number
  /** Where the previous page ended; undefined: this is the first one. */
  cursor?: ChangesCursor | undefined
  /** The page ends early, but not before its first change, if it would have more bytes than this. */
  maxBytes: number
}

/** Changes come in a fixed order as long as the book stays the same. */
export interface ChangesCursor {
  dataVersion: number
  /** The number of changes on the previous pages. */
  skip: number
}

/** Compares a book with what an export read. */
export interface ReadChangesTask {
  input: BookInput & {
    exportId: number
    page: ChangesPage
  }
  /** Finished JSON in chunks. */
  facts: Uint8Array[]
  failure: 'COURSE_NOT_FOUND' | 'EXPORT_NOT_FOUND' | 'VALIDATION_FAILED'
}

export type BookTasks = {
  readPage: ReadPageTask
  readStudent: ReadStudentTask
  readStudents: ReadStudentsTask
  previewSettings: PreviewSettingsTask
  readChanges: ReadChangesTask
}
