// What a book is besides its students: the course, its periods, and its columns. It costs little to read.
import type { Reads } from '../../db/index.ts'
import { listPeriods, listTasks } from '../../db/queries/books.ts'
import { findCourse, listCategories, sourceName } from '../../db/queries/courses.ts'
import { bookCategories, bookTasks, type BookCategory, type BookTask } from './book-columns.ts'
import { RowComputation } from './book-row.ts'
import type { CourseSettings } from './course-settings.ts'
import { dayAt } from './course-time.ts'
import { gradingScaleOf, type GradingScale } from './grading-scale.ts'

export interface BookCourse {
  id: number
  sourceId: string
  name: string
  school: string | null
  term: string | null
  timeZone: string
  missingCounts: 'ignored' | 'zero'
  /** Empty: the course has none. */
  gradingScale: GradingScale
}

export interface BookPeriod {
  id: number
  sourceId: string
  name: string
}

export interface BookFrame {
  course: BookCourse
  isArchived: boolean
  dataVersion: number
  periods: BookPeriod[]
  categories: BookCategory[]
  tasks: BookTask[]
  /** Plain date at the time of reading, in the course's zone. */
  today: string
  /** Computes the rows of students. */
  computation: RowComputation
}

/**
 * Reads a course's frame. Due dates are judged at `now`, ms. `settings` replace those that are stored.
 * `undefined`: there is no such course.
 */
export async function readFrame (
  snapshot: Reads,
  courseId: number,
  { now, settings = {} }: { now: number, settings?: CourseSettings | undefined }
): Promise<BookFrame | undefined> {
  const courseRow = await findCourse(snapshot, courseId)
  if (courseRow === undefined) return undefined
  const timeZone = settings.timeZone ?? courseRow.set_time_zone ?? courseRow.imported_time_zone
  const missingCounts = settings.missingCounts ?? courseRow.set_missing_counts ??
    courseRow.imported_missing_counts
  const { source_id: sourceId, school, term, data_version: dataVersion } = courseRow
  const name = settings.name === undefined ? courseRow.name : settings.name ?? sourceName(courseRow)
  const gradingScale = settings.gradingScale ?? gradingScaleOf(courseRow)
  const periods = (await listPeriods(snapshot, courseId))
    .map((row): BookPeriod => ({ id: row.id, sourceId: row.source_id, name: row.name }))
  const categories = bookCategories(await listCategories(snapshot, courseId), settings)
  const tasks = bookTasks(await listTasks(snapshot, courseId), categories, timeZone)
  return {
    course: { id: courseId, sourceId, name, school, term, timeZone, missingCounts, gradingScale },
    isArchived: settings.archived ?? courseRow.archived_at !== null,
    dataVersion,
    periods,
    categories,
    tasks,
    today: dayAt(now, timeZone),
    computation: new RowComputation(tasks, categories, ({ dueAt }) =>
      missingCounts === 'zero' && dueAt !== null && now > dueAt),
  }
}
