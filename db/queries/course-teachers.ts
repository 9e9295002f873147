// Who teaches a course: the teachers of its roster, and those whom an administrator added or removed by hand,
// which wins.
import { sql, type RawBuilder } from 'kysely'
import type { Reads, Trx } from '../index.ts'
import type { Row } from '../tables.ts'

export interface CourseTeacher {
  /** Null: added by hand. */
  source_id: string | null
  email: string | null
  first_name: string | null
  last_name: string | null
  /** `manual`: added by hand, and not in the roster of the course. */
  origin: 'roster' | 'manual'
}

/** Whether a teacher of a roster, `t`, was removed by hand, perhaps with another email address. */
const isRemoved = sql`EXISTS (SELECT 1 FROM teachers_by_hand r
  WHERE r.course_id = t.course_id AND r.is_removed = 1 AND r.source_id = t.source_id)`

/** Whether the person with this email key teaches a course; `courseId` is a value or a column. */
export function isTaughtBy (key: string, courseId: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`coalesce(
    (SELECT 1 - h.is_removed FROM teachers_by_hand h JOIN users u ON u.id = h.user_id
      WHERE u.email_key = ${key} AND h.course_id = ${courseId}),
    (SELECT 1 FROM course_teachers t WHERE t.email_key = ${key} AND t.course_id = ${courseId}
      AND NOT ${isRemoved} LIMIT 1),
    0) = 1`
}

export async function teaches (db: Reads, key: string, courseId: number): Promise<boolean> {
  const { rows } = await sql<{ found: 0 | 1 }>`SELECT CASE WHEN ${isTaughtBy(key, sql`${courseId}`)}
    THEN 1 ELSE 0 END AS found`.execute(db)
  return rows[0]?.found === 1
}

/** The teachers of a course: those of its roster in their order, then those added by hand, by name. */
export async function listTeachers (db: Reads | Trx, courseId: number): Promise<CourseTeacher[]> {
  return (await listTeachersOf(db, courseId)).map(({ course_id: _, ...teacher }) => teacher)
}

/** The same for a course, or for all courses, with the id of the course. */
export async function listTeachersOf (
  db: Reads | Trx, courseId?: number
): Promise<Array<CourseTeacher & { course_id: number }>> {
  const ofCourse = (column: string) =>
    courseId === undefined ? sql`1 = 1` : sql`${sql.ref(column)} = ${courseId}`
  const { rows } = await sql<CourseTeacher & { course_id: number }>`
    SELECT t.course_id, t.source_id, t.email, t.first_name, t.last_name, 'roster' AS origin, 0 AS by_hand,
      t.position AS place, NULL AS last_key, t.id AS id
    FROM course_teachers t WHERE ${ofCourse('t.course_id')}
      AND NOT ${isRemoved}
      AND NOT EXISTS (SELECT 1 FROM teachers_by_hand h JOIN users u ON u.id = h.user_id
        WHERE h.course_id = t.course_id AND h.is_removed = 1 AND u.email_key = t.email_key)
    UNION ALL
    SELECT h.course_id, NULL, u.email, u.first_name, u.last_name, 'manual', 1, 0, u.email_key, u.id
    FROM teachers_by_hand h JOIN users u ON u.id = h.user_id
    WHERE ${ofCourse('h.course_id')} AND h.is_removed = 0
      AND NOT EXISTS (SELECT 1 FROM course_teachers t
        WHERE t.course_id = h.course_id AND t.email_key = u.email_key)
    ORDER BY 1, 7, 8, 9, 10`.execute(db)
  return rows.map(({ course_id, source_id, email, first_name, last_name, origin }) => (
    { course_id, source_id, email, first_name, last_name, origin }
  ))
}

/** The source id of the teacher with this email key in the roster of a course; undefined: there is none. */
export async function rosterTeacherOf (trx: Trx, key: string, courseId: number): Promise<string | undefined> {
  const row = await trx.selectFrom('course_teachers').select('source_id').where('email_key', '=', key)
    .where('course_id', '=', courseId).orderBy('position').orderBy('id').limit(1).executeTakeFirst()
  return row?.source_id
}

/** Whether the teacher with this source id was removed by hand from a course, perhaps as another user. */
export async function isSourceRemoved (trx: Trx, courseId: number, sourceId: string): Promise<boolean> {
  const row = await trx.selectFrom('teachers_by_hand').select('user_id').where('course_id', '=', courseId)
    .where('is_removed', '=', 1).where('source_id', '=', sourceId).limit(1).executeTakeFirst()
  return row !== undefined
}

/** Forgets that the teacher with this source id was removed by hand from a course. */
export async function restoreSource (trx: Trx, courseId: number, sourceId: string): Promise<void> {
  await trx.deleteFrom('teachers_by_hand').where('course_id', '=', courseId)
    .where('is_removed', '=', 1).where('source_id', '=', sourceId).execute()
}

/** What was done by hand about a user in a course; undefined: nothing. */
export async function teacherByHand (
  trx: Trx, courseId: number, userId: number
): Promise<Row<'teachers_by_hand'> | undefined> {
  return await trx.selectFrom('teachers_by_hand').selectAll().where('course_id', '=', courseId)
    .where('user_id', '=', userId).executeTakeFirst()
}

/**
 * Notes that a user was added or removed by hand; null: the roster decides. `sourceId`: of the teacher in the
 * roster who is removed.
 */
export async function setTeacherByHand (
  trx: Trx,
  { courseId, userId, isRemoved, sourceId = null }: {
    courseId: number,
    userId: number,
    isRemoved: boolean | null,
    sourceId?: string | null,
  }
): Promise<void> {
  await trx.deleteFrom('teachers_by_hand').where('course_id', '=', courseId).where('user_id', '=', userId)
    .execute()
  if (isRemoved === null) return
  await trx.insertInto('teachers_by_hand')
    .values({
      course_id: courseId, user_id: userId, is_removed: isRemoved ? 1 : 0, source_id: sourceId,
    }).execute()
}

/** What was done by hand about these users, by course. */
export async function coursesByHand (
  db: Reads | Trx, userIds: readonly number[]
): Promise<Array<Row<'teachers_by_hand'> & { course_name: string }>> {
  if (userIds.length === 0) return []
  return await db.selectFrom('teachers_by_hand').innerJoin('courses', 'courses.id', 'course_id')
    .selectAll('teachers_by_hand').select('courses.name as course_name')
    .where('user_id', 'in', userIds).orderBy('course_id').orderBy('user_id').execute()
}
