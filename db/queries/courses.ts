import { sql } from 'kysely'
import type { Reads, Trx } from '../index.ts'
import type { NewRow, Row } from '../tables.ts'
import { isTaughtBy } from './course-teachers.ts'

export type CourseRow = Row<'courses'>

export async function findCourse (db: Reads | Trx, id: number): Promise<CourseRow | undefined> {
  return await db.selectFrom('courses').selectAll().where('id', '=', id).executeTakeFirst()
}

/** The name that the source of a course gave it, which an administrator may have replaced. */
export function sourceName (course: Pick<CourseRow, 'name' | 'roster_name'>): string {
  return course.roster_name ?? course.name
}

interface CourseListFilter {
  /** Only courses that the person with this email address teaches. */
  teacherKey?: string | undefined
  sourceId?: string | undefined
  /** Only archived courses, or only others. Default: all. */
  isArchived?: boolean | undefined
  /** The current date in a time zone. Students who were dropped on that date or before do not count. */
  today: (timeZone: string) => string
}

export type CourseListRow = Pick<CourseRow, 'id' | 'source_id' | 'name' | 'term' | 'school'> & {
  student_count: number,
}

/** What administrators see of a course in a list, besides its teachers. */
export type CourseDetailsRow = Pick<CourseRow, 'id' | 'roster_name' | 'archived_at' | 'imported_at'> & {
  periods: string[],
}

/** Courses by id, with the number of students who are not dropped. */
export async function listCourses (
  db: Reads,
  { teacherKey, sourceId, isArchived, today }: CourseListFilter
): Promise<CourseListRow[]> {
  const zone = sql<string>`coalesce(courses.set_time_zone, courses.imported_time_zone)`
  const zones = await db.selectFrom('courses').select(zone.as('zone')).distinct().execute()
  if (zones.length === 0) return []
  const day = sql`CASE ${zone} ${
    sql.join(zones.map((row) => sql`WHEN ${row.zone} THEN ${today(row.zone)}`), sql` `)
  } END`
  let query = db.selectFrom('courses')
    .select(['courses.id', 'courses.source_id', 'courses.name', 'courses.term', 'courses.school'])
    .select(
      sql<
        number
      >`(SELECT count(*) FROM students WHERE students.course_id = courses.id AND students.is_unenrolled = 0
      AND (students.dropped_on IS NULL OR students.dropped_on > ${day}))`.as('student_count')
    )
    .orderBy('courses.id')
  if (sourceId !== undefined) query = query.where('courses.source_id', '=', sourceId)
  if (isArchived !== undefined) query = query.where('archived_at', isArchived ? 'is not' : 'is', null)
  if (teacherKey !== undefined) query = query.where(isTaughtBy(teacherKey, sql.ref('courses.id')))
  return await query.execute()
}

/** Details of all courses, by id. */
export async function listCourseDetails (db: Reads): Promise<CourseDetailsRow[]> {
  const rows = await db.selectFrom('courses').select(['id', 'roster_name', 'archived_at', 'imported_at'])
    .orderBy('id').execute()
  const periods = Map.groupBy(
    await db.selectFrom('periods').select(['course_id', 'name']).orderBy('course_id').orderBy('position')
      .orderBy('id').execute(),
    (period) => period.course_id
  )
  return rows.map((row) => ({ ...row, periods: (periods.get(row.id) ?? []).map(({ name }) => name) }))
}

/** Names of schools in alphabetical order, at most `most`. */
export async function schoolNames (db: Reads, most: number): Promise<string[]> {
  const rows = await db.selectFrom('courses').select('school').where('school', 'is not', null).distinct()
    .orderBy('school').limit(most).execute()
  return rows.flatMap(({ school }) => school === null ? [] : [school])
}

/** Names of courses by their ids. Deleted courses are left out. */
export async function courseNames (db: Reads, ids: readonly number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('courses').select(['id', 'name']).where('id', 'in', ids).execute()
  return new Map(rows.map(({ id, name }) => [id, name]))
}

export async function listCategories (db: Reads | Trx, courseId: number): Promise<Array<Row<'categories'>>> {
  return await db.selectFrom('categories').selectAll().where('course_id', '=', courseId).orderBy('position')
    .orderBy('id').execute()
}

export async function updateCourse (trx: Trx, id: number, change: Partial<NewRow<'courses'>>): Promise<void> {
  await trx.updateTable('courses').set(change).where('id', '=', id).execute()
}

/** Every change of a course's book ends with this call, in the same transaction. */
export async function raiseDataVersion (trx: Trx, id: number, at: number): Promise<void> {
  await trx.updateTable('courses').set({ data_version: sql<number>`data_version + 1`, updated_at: at }).where(
    'id',
    '=',
    id
  ).execute()
}

export async function setCategoryWeight (trx: Trx, id: number, weight: number | null): Promise<void> {
  await trx.updateTable('categories').set({ set_weight: weight }).where('id', '=', id).execute()
}

/**
 * The lock of deletions of courses, which look at what other courses still need. Imports that delete courses
 * take it too.
 */
export const DELETION_LOCK = 'course-deletion'

/**
 * Returns the course and locks it until the end of this write: no one else can delete it (`reference`), also
 * not change it (`change`), or also not refer to it (`deletion`). Call this before changing parts of the
 * course. SQLite's writes are serial anyway.
 */
export async function lockCourse (
  trx: Trx, id: number, purpose: 'reference' | 'change' | 'deletion'
): Promise<CourseRow | undefined> {
  const query = trx.selectFrom('courses').selectAll().where('id', '=', id)
  if (trx.engine === 'sqlite') return await query.executeTakeFirst()
  const locked = purpose === 'reference'
    ? query.forKeyShare()
    : purpose === 'change' ? query.forNoKeyUpdate() : query.forUpdate()
  return await locked.executeTakeFirst()
}

/** Deletes the course with everything that refers to it, except files and jobs. */
export async function deleteCourse (trx: Trx, id: number): Promise<void> {
  await trx.deleteFrom('courses').where('id', '=', id).execute()
}

export async function hasCourses (db: Trx): Promise<boolean> {
  return await db.selectFrom('courses').select('id').limit(1).executeTakeFirst() !== undefined
}
