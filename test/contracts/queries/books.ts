import { sql } from 'kysely'
import type { Database } from '../../../db/index.ts'
import * as bookQueries from '../../../db/queries/books.ts'
import * as teacherQueries from '../../../db/queries/course-teachers.ts'
import * as courseQueries from '../../../db/queries/courses.ts'
import * as exportQueries from '../../../db/queries/exports.ts'
import { insertFile } from '../../../db/queries/files.ts'
import * as pseudonymQueries from '../../../db/queries/pseudonyms.ts'
import { insertCourse, type CourseDescription } from '../../support/book-database.ts'
import type { Recorded } from './recorder.ts'

const TODAY = '2015-04-01'
const NOW = 1_427_889_600_000
const DAY = 86_400_000

/** Names sort by their bytes; some are missing; positions are equal. */
const COURSE: CourseDescription = {
  name: 'Physics',
  school: 'Äpfel',
  timeZone: 'Europe/Berlin',
  periods: ['2nd', '10th', 'éa'],
  categories: [{ name: 'B', weight: 0.1 }, { name: 'A' }, { name: 'ä', setWeight: 1 / 3 }],
  tasks: [
    { title: 'Z', category: 0, pointsPossible: 10, dueAt: 2 ** 45 },
    { title: 'a', pointsPossible: 1e-7, dueOn: '2015-05-01' },
    { title: 'Ü' },
  ],
  teachers: [{ email: 'Jo@Example.edu' }, { email: null, lastName: 'Œ' }, { email: 'ann@example.edu' }],
  students: [
    { lastName: 'Zoë', period: 0, cells: [10, 1e-8] },
    { lastName: null, firstName: null },
    { lastName: 'Ärger', period: 1, droppedOn: '2015-03-01', cells: [0.1] },
    { lastName: '中', droppedOn: '2015-04-02', cells: [0.2, undefined, 3] },
    { lastName: 'Ames', isUnenrolled: true, droppedOn: '2016-01-01', cells: [{ status: 'missing' }] },
    { lastName: '𝒜', period: 2, droppedOn: '2015-05-01' },
  ],
}
const BY_SCHOOL: CourseDescription[] = ['b', 'A', null, 'a', 'B', 'Ä', 'a'].map((school, i) => ({
  name: `C${i}`, sourceId: `c${i}`, school, timeZone: i % 2 === 0 ? 'UTC' : 'Asia/Tokyo',
}))

export async function callAboutBooks (db: Database, recorded: Recorded): Promise<void> {
  const books = recorded(bookQueries)
  const courses = recorded(courseQueries)
  const teachers = recorded(teacherQueries)
  await db.write(async (trx) => {
    await insertCourse(trx, COURSE)
    for (const course of BY_SCHOOL) await insertCourse(trx, { ...course, students: COURSE.students ?? [] })
    await sql`UPDATE students SET position = position / 2`.execute(trx)
  })
  const { reads } = db
  for (const id of [1, 2, 99]) {
    await courses.findCourse(reads, id)
    await courses.listCategories(reads, id)
    await books.listPeriods(reads, id)
    for (const period of [1, 3, 2 ** 52]) await books.findPeriod(reads, id, period)
    await books.listTasks(reads, id)
    await teachers.listTeachers(reads, id)
    for (const student of [1, 7, 2 ** 52]) await books.findStudent(reads, id, student)
    for (const student of [1, 3, 5, 2 ** 52]) await books.findStudentWithCells(reads, id, student, TODAY)
    for (const isDropped of [false, true]) {
      for (const position of [-1, 1, 2, 99]) {
        for (const side of ['previous', 'next'] as const) {
          await books.findNeighbor(reads, id, { isDropped, position, id: 3 }, { today: TODAY, side })
        }
      }
    }
    for (const day of ['2015-01-01', TODAY, '2015-04-02', '2017-01-01']) {
      for (const periodId of [undefined, 1, 3, 2 ** 52]) {
        await books.controlTotals(reads, id, { today: day, periodId })
      }
    }
    for (const filter of [
      {}, { periodId: null }, { periodId: 1 }, { isDropped: true }, { isDropped: false },
    ]) {
      for (const size of [1, 2, 100]) {
        let last: bookQueries.Place | undefined
        for await (const batch of books.studentBatches(reads, id, { today: TODAY, ...filter }, size)) {
          last ??= { isDropped: batch[0]?.is_dropped === 1, position: batch[0]?.position ?? 0, id: 1 }
        }
        const rest = books.studentBatches(reads, id, { today: TODAY, ...filter, after: last }, size)
        await Array.fromAsync(rest)
      }
    }
  }
  await callAboutPseudonyms(db, recorded)
  const days: Record<string, string> = { UTC: TODAY, 'Europe/Berlin': '2015-04-02' }
  const today = (zone: string) => days[zone] ?? '2015-05-01'
  for (const filter of [{}, { sourceId: 'c3' }, { sourceId: 'ü' }, { teacherKey: 'jo@example.edu' }, {
    teacherKey: 'ann@example.edu', sourceId: 'c1',
  }]) await courses.listCourses(reads, { ...filter, today })
  await db.write((trx) => courses.updateCourse(trx, 2, {
    name: 'Ü', roster_name: 'B', archived_at: NOW, imported_at: NOW,
  }))
  await courses.listCourseDetails(reads)
  for (const isArchived of [true, false]) await courses.listCourses(reads, { isArchived, today })
  for (const most of [3, 100]) await courses.schoolNames(reads, most)
  for (const ids of [[], [3, 1, 99], [2 ** 52]]) await courses.courseNames(reads, ids)
  await callAboutExports(db, recorded)
  await db.write(async (trx) => {
    for (const purpose of ['reference', 'change', 'deletion'] as const) {
      for (const id of [1, 99]) await courses.lockCourse(trx, id, purpose)
    }
    await courses.updateCourse(trx, 1, { set_missing_counts: 'zero', set_time_zone: null })
    await courses.raiseDataVersion(trx, 1, NOW)
    await courses.setCategoryWeight(trx, 1, 1 / 3)
    await courses.setCategoryWeight(trx, 2, null)
    await courses.findCourse(trx, 1)
    await courses.listCategories(trx, 1)
    for (let id = 1; id <= 9; id++) {
      await courses.hasCourses(trx)
      await courses.deleteCourse(trx, id)
    }
  })
  await courses.listCourses(reads, { today })
  await courses.hasCourses(reads as never)
}

/** Some students of a course have pseudonyms, the others have none yet. */
async function callAboutPseudonyms (db: Database, recorded: Recorded): Promise<void> {
  const books = recorded(bookQueries)
  const pseudonyms = recorded(pseudonymQueries)
  const names = new Map([[1, 'S-Z'], [2, 'S-a'], [3, 'S-A'], [4, 'S-10'], [5, 'S-9']])
  await db.write(async (trx) => {
    await pseudonyms.studentsWithoutPseudonym(trx, 1, 100)
    await pseudonyms.insertPseudonyms(trx, 1, names)
    // Another student cannot get a name that is there; this one stays without.
    await pseudonyms.insertPseudonyms(trx, 1, new Map([[6, 'S-Z']]))
    for (const id of [1, 6, 99]) await pseudonyms.findPseudonym(trx, id)
  })
  for (const id of [1, 2, 99]) {
    for (const after of ['', 'S-9']) await pseudonyms.listPseudonyms(db.reads, id, { after, limit: 2 })
    await pseudonyms.studentsWithoutPseudonym(db.reads, id, 2)
    for (const period of [undefined, 1, 99]) await books.countIdentifiers(db.reads, id, period)
    for (const filter of [
      {}, { periodId: null }, { periodId: 1 }, { isDropped: true }, { isDropped: false },
    ]) {
      for (const size of [2, 100]) {
        await Array.fromAsync(books.pseudonymBatches(db.reads, id, { today: TODAY, ...filter }, size))
      }
    }
  }
}

/** Exports of two courses, one of them without its file. */
async function callAboutExports (db: Database, recorded: Recorded): Promise<void> {
  const exports = recorded(exportQueries)
  const rules = [{ retentionMs: 0, keepLatest: true }, { retentionMs: 10 * DAY, keepLatest: true }, {
    retentionMs: DAY / 2, keepLatest: false,
  }]
  await db.write(async (trx) => {
    for (let i = 0; i < 8; i++) {
      const file = await insertFile(trx, {
        owner_type: 'course', owner_id: 1 + i % 2, category: 'x', filename: `ü ${i}`, hex: `h${i}`,
        content_type: 'a/b', size: 5e12 + i, sha256: 's', created_at: NOW + (i >> 1) * DAY,
        created_by: i === 2 ? null : 'Jo',
        expires_at: i === 3 ? NOW + 1 : null, removed_at: i === 4 ? NOW : null, lost_at: i === 5 ? NOW : null,
      })
      await exports.insertExport(trx, {
        course_id: 1 + i % 2, file_id: file.id, job_id: null, options: '{}', data_version: 1 + i % 3,
        current_until: i === 6 ? NOW + DAY : null,
      })
    }
    for (const courseId of [1, 2, 3]) {
      await exports.lockExports(trx, courseId)
      await exports.lockCourseExports(trx, courseId)
      for (const jobId of [null, 1, 99]) {
        await exports.newestTimes(trx, courseId, { time: sql<number>`CAST(${NOW} AS bigint)`, jobId })
      }
      for (const id of [1, 2, 99]) await exports.findExport(trx, courseId, id)
    }
  })
  for (const rule of rules) {
    for (const now of [NOW, NOW + 5 * DAY, NOW + 12 * DAY]) {
      await exports.coursesWithOtherExpiry(db.reads, rule, { now, after: 0, limit: 1 })
      await exports.coursesWithOtherExpiry(db.reads, rule, { now, after: 1, limit: 100 })
      await db.write((trx) => exports.setExportExpiry(trx, rule, now, 1))
      for (const courseId of [1, 2, 3]) {
        await exports.listExports(db.reads, courseId)
        await exports.latestExport(db.reads, courseId, { format: 'xlsx', now })
        for (const id of [1, 2, 99]) await exports.availableExport(db.reads, courseId, { id, now })
      }
    }
  }
  for (const id of [1, 8, 99]) {
    await exports.exportOfJob(db.reads, id)
    await exports.exportOfFile(db.reads, id)
  }
}
