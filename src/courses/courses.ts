import type { Database, Trx } from '../../db/index.ts'
import { listPeriods } from '../../db/queries/books.ts'
import * as queries from '../../db/queries/courses.ts'
import { forgetImports, forgetReportsOfCourse, uploadsOfEndedImports } from '../../db/queries/reports.ts'
import { deleteRosterOfCourse } from '../../db/queries/roster-records.ts'
import { forgetUndoOfCourse, forgetUnusedUsers } from '../../db/queries/undo-people.ts'
import { DomainError } from '../errors.ts'
import type { FileLibrary } from '../files/file-library.ts'
import type { JobQueue } from '../jobs/job-queue.ts'
import type { TaskOutcome } from '../jobs/task.ts'
import type { PageRequest } from './book-json.ts'
import type { PreviewSettingsTask, ReadPageTask, ReadStudentTask } from './book-tasks.ts'
import type { BookThreads } from './book-threads.ts'
import type { CourseSettings } from './course-settings.ts'
import { dayAt } from './course-time.ts'
import { gradingScaleOf, gradingScaleText } from './grading-scale.ts'
import { effectiveWeights } from './weights.ts'

/** The category of uploaded files, see `import.job.ts`. */
const UPLOADS = 'import-source'

export interface Courses {
  find: (id: number) => Promise<queries.CourseRow | undefined>
  /** In the caller's transaction. Until it ends, the course is not deleted. */
  exists: (trx: Trx, id: number) => Promise<boolean>
  /** Names by id, of the courses that exist. */
  names: (ids: readonly number[]) => Promise<ReadonlyMap<number, string>>
  /** All courses, or those that `teacherKey` teaches, with the number of students who are not dropped. */
  list: (
    filter: { teacherKey?: string | undefined, sourceId?: string | undefined }
  ) => Promise<queries.CourseListRow[]>
  /** Throws VALIDATION_FAILED for a category of another course. */
  checkSettings: (courseId: number, settings: CourseSettings) => Promise<void>
  /**
   * Stores settings. The data version rises only if something changed. False: there is no such course. Throws
   * VALIDATION_FAILED for a category of another course.
   */
  set: (courseId: number, settings: CourseSettings) => Promise<boolean>
  categories: (courseId: number) => ReturnType<typeof queries.listCategories>
  periods: (courseId: number) => ReturnType<typeof listPeriods>
  /** A page of the course's book as the API returns it. `exports` is the JSON of its exports. */
  readPage: (courseId: number, page: PageRequest, exports: string) => Promise<TaskOutcome<ReadPageTask>>
  /** One student of the course as the API returns them. */
  readStudent: (courseId: number, studentId: number) => Promise<TaskOutcome<ReadStudentTask>>
  /** The course's settings and averages as they would be under `settings`. */
  previewSettings: (
    courseId: number,
    settings: CourseSettings,
    options: { withStudents: boolean }
  ) => Promise<TaskOutcome<PreviewSettingsTask>>
  /**
   * Ends the course's jobs and deletes the course with its scores, its files, people's data in its reports,
   * and the part of the stored roster that no other course needs. With the last course, all data about
   * students is gone. False: there is no such course.
   */
  delete: (courseId: number) => Promise<boolean>
}

interface CoursesOptions {
  db: Database
  files: FileLibrary
  queue: JobQueue
  /** Threads that read books. */
  readers: BookThreads
  now: () => number
}

export function createCourses ({ db, files, queue, readers, now }: CoursesOptions): Courses {
  return {
    find: (id) => queries.findCourse(db.reads, id),
    exists: async (trx, id) => await queries.lockCourse(trx, id, 'reference') !== undefined,
    names: (ids) => queries.courseNames(db.reads, ids),
    list: ({ teacherKey, sourceId }) =>
      queries.listCourses(db.reads, { teacherKey, sourceId, today: (timeZone) => dayAt(now(), timeZone) }),
    categories: (courseId) => queries.listCategories(db.reads, courseId),
    periods: (courseId) => listPeriods(db.reads, courseId),
    readPage: (courseId, page, exports) =>
      readers.run('readPage', { database: db.location, courseId, now: now(), page, exports }),
    readStudent: (courseId, studentId) =>
      readers.run('readStudent', { database: db.location, courseId, studentId, now: now() }),
    previewSettings: (courseId, settings, { withStudents }) =>
      readers.run('previewSettings', {
        database: db.location,
        courseId,
        now: now(),
        settings,
        withStudents,
      }),
    async checkSettings (courseId, settings) {
      checkWeights(await queries.listCategories(db.reads, courseId), settings)
    },
    set: (courseId, settings) =>
      db.write(async (trx) => {
        const course = await queries.lockCourse(trx, courseId, 'change')
        if (course === undefined) return false
        const categories = await queries.listCategories(trx, courseId)
        checkWeights(categories, settings)
        const { missingCounts, timeZone, weights, gradingScale } = settings
        const weighted = categories.map((category) => {
          const weight = weights?.get(category.id)
          return weight === undefined ? category : { ...category, set_weight: weight }
        })
        const weightsBefore = effectiveWeights(categories)
        const scale = gradingScale === undefined ? undefined : gradingScaleText(gradingScale)
        const isChanged =
          (missingCounts !== undefined &&
            missingCounts !== (course.set_missing_counts ?? course.imported_missing_counts)) ||
          (timeZone !== undefined && timeZone !== (course.set_time_zone ?? course.imported_time_zone)) ||
          (scale !== undefined && scale !== gradingScaleText(gradingScaleOf(course))) ||
          effectiveWeights(weighted).some((weight, i) => weight !== weightsBefore[i])
        // Stored even if it equals the imported value: from now on, an import no longer changes it.
        if (missingCounts !== undefined) {
          await queries.updateCourse(trx, courseId, { set_missing_counts: missingCounts })
        }
        if (timeZone !== undefined) await queries.updateCourse(trx, courseId, { set_time_zone: timeZone })
        if (scale !== undefined) await queries.updateCourse(trx, courseId, { set_grading_scale: scale })
        for (const category of weighted) {
          await queries.setCategoryWeight(trx, category.id, category.set_weight)
        }
        if (isChanged) await queries.raiseDataVersion(trx, courseId, now())
        return true
      }),
    async delete (courseId) {
      const owner = { type: 'course', id: courseId }
      const isDeleted = await db.write(async (trx) => {
        await trx.lock(queries.DELETION_LOCK)
        if (await queries.findCourse(trx, courseId) === undefined) return false
        // Before the course: an export that ends has its job first.
        await queue.cancelAll(trx, owner)
        if (await queries.lockCourse(trx, courseId, 'deletion') === undefined) return false
        // Those that were requested meanwhile. From here on, no request finds the course.
        await queue.cancelAll(trx, owner)
        await files.deleteAllOf(trx, owner)
        await forgetReportsOfCourse(trx, courseId)
        await forgetUndoOfCourse(trx, courseId)
        await deleteRosterOfCourse(trx, courseId)
        await queries.deleteCourse(trx, courseId)
        await forgetUnusedUsers(trx)
        if (!await queries.hasCourses(trx)) {
          await forgetImports(trx)
          await files.deleteIn(trx, await uploadsOfEndedImports(trx, UPLOADS))
        }
        return true
      })
      if (isDeleted) await db.emptyLog()
      return isDeleted
    },
  }
}

function checkWeights (categories: ReadonlyArray<{ id: number }>, { weights }: CourseSettings): void {
  const known = new Set(categories.map(({ id }) => id))
  for (const id of weights?.keys() ?? []) {
    if (!known.has(id)) {
      throw new DomainError('VALIDATION_FAILED', {
        detail: `categories: the course has no category with id ${id}`,
      })
    }
  }
}
