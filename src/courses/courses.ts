import type { Database, Trx } from '../../db/index.ts'
import { listPeriods } from '../../db/queries/books.ts'
import { listTeachersOf, type CourseTeacher } from '../../db/queries/course-teachers.ts'
import * as queries from '../../db/queries/courses.ts'
import { forgetImports, forgetReportsOfCourse, uploadsOfEndedImports } from '../../db/queries/reports.ts'
import { deleteRosterOfCourse } from '../../db/queries/roster-records.ts'
import { forgetUndoOfCourse, forgetUnusedUsers } from '../../db/queries/undo-people.ts'
import type { FileLibrary } from '../files/file-library.ts'
import type { JobQueue } from '../jobs/job-queue.ts'
import type { TaskOutcome } from '../jobs/task.ts'
import type { PageRequest } from './book-json.ts'
import type { PreviewSettingsTask, ReadPageTask, ReadStudentsTask, ReadStudentTask } from './book-tasks.ts'
import type { BookThreads } from './book-threads.ts'
import type { CourseSettings, SettingsChanges } from './course-settings.ts'
import { dayAt } from './course-time.ts'
import { checkSettings, settingsChanges } from './set-settings.ts'

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
    filter: {
      teacherKey?: string | undefined,
      sourceId?: string | undefined,
      /** Default: all courses, archived or not. */
      isArchived?: boolean | undefined,
    }
  ) => Promise<queries.CourseListRow[]>
  /** What administrators see of all courses in a list, and their teachers, by course id. */
  details: () => Promise<ReadonlyMap<number, CourseDetails>>
  /** Throws VALIDATION_FAILED for a category of another course, and ALL_WEIGHTS_ZERO. */
  checkSettings: (courseId: number, settings: CourseSettings) => Promise<void>
  /**
   * Stores settings, and returns what changed. The data version rises only if the book changed. Undefined:
   * there is no such course. Throws VALIDATION_FAILED for a category of another course, and ALL_WEIGHTS_ZERO.
   */
  set: (courseId: number, settings: CourseSettings) => Promise<SettingsChanges | undefined>
  categories: (courseId: number) => ReturnType<typeof queries.listCategories>
  periods: (courseId: number) => ReturnType<typeof listPeriods>
  /** A page of the course's book as the API returns it. `exports` is the JSON of its exports. */
  readPage: (courseId: number, page: PageRequest, exports: string) => Promise<TaskOutcome<ReadPageTask>>
  /** One student of the course as the API returns them. */
  readStudent: (courseId: number, studentId: number) => Promise<TaskOutcome<ReadStudentTask>>
  /** A page of students, with the details of their own views. */
  readStudents: (courseId: number, page: PageRequest) => Promise<TaskOutcome<ReadStudentsTask>>
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

export type CourseDetails = queries.CourseDetailsRow & { teachers: CourseTeacher[] }

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
    list: (filter) =>
      queries.listCourses(db.reads, { ...filter, today: (timeZone) => dayAt(now(), timeZone) }),
    async details () {
      const teachers = Map.groupBy(await listTeachersOf(db.reads), (teacher) => teacher.course_id)
      const rows = await queries.listCourseDetails(db.reads)
      return new Map(rows.map((row) => [row.id, { ...row, teachers: teachers.get(row.id) ?? [] }]))
    },
    categories: (courseId) => queries.listCategories(db.reads, courseId),
    periods: (courseId) => listPeriods(db.reads, courseId),
    readPage: (courseId, page, exports) =>
      readers.run('readPage', { database: db.location, courseId, now: now(), page, exports }),
    readStudent: (courseId, studentId) =>
      readers.run('readStudent', { database: db.location, courseId, studentId, now: now() }),
    readStudents: (courseId, page) =>
      readers.run('readStudents', { database: db.location, courseId, now: now(), page }),
    previewSettings: (courseId, settings, { withStudents }) =>
      readers.run('previewSettings', {
        database: db.location,
        courseId,
        now: now(),
        settings,
        withStudents,
      }),
    async checkSettings (courseId, settings) {
      checkSettings(await queries.listCategories(db.reads, courseId), settings)
    },
    set: (courseId, settings) =>
      db.write(async (trx) => {
        const course = await queries.lockCourse(trx, courseId, 'change')
        if (course === undefined) return undefined
        const categories = await queries.listCategories(trx, courseId)
        checkSettings(categories, settings)
        const { changes, row, isBookChanged } = settingsChanges(course, categories, { settings, at: now() })
        if (Object.keys(row).length > 0) await queries.updateCourse(trx, courseId, row)
        for (const [id, weight] of settings.weights ?? []) await queries.setCategoryWeight(trx, id, weight)
        if (isBookChanged) await queries.raiseDataVersion(trx, courseId, now())
        return changes
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
