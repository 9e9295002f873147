import type { CourseSettings } from './courses.ts'
import type { PageRequest } from './book-json.ts'

/** Finished JSON, to be sent chunk by chunk, or why there is none. */
export type BookAnswer =
  | { ok: true, chunks: Uint8Array[] }
  | { ok: false, code: 'COURSE_NOT_FOUND' | 'VALIDATION_FAILED', message?: string }

export interface Books {
  /** A page of a course's book as the API gives it; `exports` is the JSON of its exports. */
  page: (courseId: number, page: PageRequest, exports: string) => Promise<BookAnswer>
  /**
   * A course's settings and averages as they would be under `settings`; with `students`, everybody's course
   * average.
   */
  trySettings: (courseId: number, settings: CourseSettings, withStudents: boolean) => Promise<BookAnswer>
}

/** What runs a task in a thread. */
interface Readers {
  run: <Result>(task: string, input: Record<string, unknown>) => Promise<Result>
}

/**
 * Reads whole books for the page, in threads of their own: ten million cells would hold the server's thread
 * for seconds.
 */
export function createBooks (
  { databaseFile, readers, now }: { databaseFile: string, readers: Readers, now: () => number }
): Books {
  return {
    page: (courseId, page, exports) =>
      readers.run('readBookPage', { databaseFile, courseId, now: now(), page, exports }),
    trySettings: (courseId, { timeZone, missingCounts, weights }, withStudents) =>
      readers.run('trySettings', {
        databaseFile,
        courseId,
        now: now(),
        timeZone,
        missingCounts,
        weights: weights === undefined ? undefined : Array.from(weights),
        withStudents,
      }),
  }
}
