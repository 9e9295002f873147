import type { Database } from '../../db/index.ts'
import * as queries from '../../db/queries/courses.ts'
import { forgetImports, forgetReportsOfCourse, uploadsOfEndedImports } from '../../db/queries/reports.ts'
import { deleteRosterOfCourse } from '../../db/queries/roster-records.ts'
import type { FileLibrary } from '../files/file-library.ts'
import type { JobQueue } from '../jobs/job-queue.ts'
import { dayAt } from './course-time.ts'
import { effectiveWeights } from './weights.ts'

/** Category of the files of imports; see `import.job.ts`. */
const UPLOADS = 'import-source'

/** What a teacher may set; what is left out stays. */
export interface CourseSettings {
  missingCounts?: 'ignored' | 'zero' | undefined
  timeZone?: string | undefined
  /** By category id: a fraction, or null for the imported weight. */
  weights?: ReadonlyMap<number, number | null> | undefined
}

/** A setting that cannot be: names what is wrong with it. */
export class CourseSettingsError extends Error {}

export interface Courses {
  find: (id: number) => Promise<queries.CourseRow | undefined>
  /** All courses, or those that `teacherKey` teaches, with the number of students who are not dropped. */
  list: (
    filter: { teacherKey?: string | undefined, sourceId?: string | undefined },
  ) => Promise<queries.CourseListRow[]>
  /** Throws CourseSettingsError for a category of another course. */
  checkSettings: (courseId: number, settings: CourseSettings) => Promise<void>
  /**
   * Stores settings; the data version moves only if something changed. False: no such course. Throws
   * CourseSettingsError.
   */
  set: (courseId: number, settings: CourseSettings) => Promise<boolean>
  categories: (courseId: number) => ReturnType<typeof queries.listCategories>
  /**
   * Deletes the course with its scores, its files, what its jobs tell of people, and what of the stored
   * roster no other course needs, and ends its jobs. With the last course nothing about people is left.
   * False: no such course.
   */
  delete: (courseId: number) => Promise<boolean>
}

export function createCourses (
  { db, files, queue, now }: { db: Database, files: FileLibrary, queue: JobQueue, now: () => number }
): Courses {
  async function check (known: ReadonlySet<number>, { weights = new Map() }: CourseSettings): Promise<void> {
    for (const id of weights.keys()) {
      if (!known.has(id)) {
        throw new CourseSettingsError(`categories: the course has no category with id ${id}`)
      }
    }
  }
  return {
    find: (id) => queries.findCourse(db.reads, id),
    list: ({ teacherKey, sourceId }) =>
      queries.listCourses(db.reads, { teacherKey, sourceId, today: (timeZone) => dayAt(now(), timeZone) }),
    categories: (courseId) => queries.listCategories(db.reads, courseId),
    async checkSettings (courseId, settings) {
      await check(
        new Set((await queries.listCategories(db.reads, courseId)).map((category) => category.id)),
        settings
      )
    },
    set: (courseId, settings) =>
      db.write(async (trx) => {
        const course = await queries.findCourse(trx, courseId)
        if (course === undefined) return false
        const categories = await queries.listCategories(trx, courseId)
        await check(new Set(categories.map((category) => category.id)), settings)
        const { missingCounts, timeZone, weights } = settings
        const weighted = categories.map((category) =>
          weights?.has(category.id) === true
            ? { ...category, set_weight: weights.get(category.id)! }
            : category
        )
        const weightsBefore = effectiveWeights(categories)
        const isChanged =
          (missingCounts !== undefined &&
            missingCounts !== (course.set_missing_counts ?? course.imported_missing_counts)) ||
          (timeZone !== undefined && timeZone !== (course.set_time_zone ?? course.imported_time_zone)) ||
          effectiveWeights(weighted).some((weight, i) => weight !== weightsBefore[i])
        // Stored also where it is the imported value already: from now on a later import does not change it
        // any more.
        if (missingCounts !== undefined) {
          await queries.updateCourse(trx, courseId, { set_missing_counts: missingCounts })
        }
        if (timeZone !== undefined) await queries.updateCourse(trx, courseId, { set_time_zone: timeZone })
        for (const category of weighted) {
          await queries.setCategoryWeight(trx, category.id, category.set_weight)
        }
        if (isChanged) await queries.raiseDataVersion(trx, courseId, now())
        return true
      }),
    async delete (courseId) {
      const owner = { type: 'course', id: courseId }
      const isDeleted = await db.write(async (trx) => {
        if (await queries.findCourse(trx, courseId) === undefined) return false
        await queue.cancelAll(trx, owner)
        await files.deleteAllOf(trx, owner)
        await forgetReportsOfCourse(trx, courseId)
        await deleteRosterOfCourse(trx, courseId)
        await queries.deleteCourse(trx, courseId)
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
