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

export type BookTasks = { readPage: ReadPageTask, previewSettings: PreviewSettingsTask }
