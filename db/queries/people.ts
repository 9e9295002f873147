// Finds a person in books and rosters by source id, email address or student identifier.
import { sql } from 'kysely'
import type { Reads, Trx } from '../index.ts'
import type { Row } from '../tables.ts'

type Db = Reads | Trx

interface InCourse {
  course_name: string
  course_source_id: string
  /** 1: the course came from a roster, so its source ids are those of the roster. */
  is_rostered: 0 | 1
}
export type StudentInCourse = Row<'students'> & InCourse
export type TeacherInCourse = Row<'course_teachers'> & InCourse
export type RosterRecordRow = Row<'roster_records'>

function students (db: Db) {
  return db
    .selectFrom('students')
    .innerJoin('courses', 'courses.id', 'students.course_id')
    .selectAll('students')
    .select([
      'courses.name as course_name',
      'courses.source_id as course_source_id',
      sql<0 | 1>`CASE WHEN courses."grouping" IS NULL THEN 0 ELSE 1 END`.as('is_rostered'),
    ])
    .orderBy('students.id')
}

function teachers (db: Db) {
  return db
    .selectFrom('course_teachers')
    .innerJoin('courses', 'courses.id', 'course_teachers.course_id')
    .selectAll('course_teachers')
    .select([
      'courses.name as course_name',
      'courses.source_id as course_source_id',
      sql<0 | 1>`CASE WHEN courses."grouping" IS NULL THEN 0 ELSE 1 END`.as('is_rostered'),
    ])
    .orderBy('course_teachers.id')
}

/**
 * Source ids of the students, teachers and users of the roster who have this id, or this email address in any
 * case.
 */
export async function matchingSourceIds (db: Db, text: string): Promise<string[]> {
  const key = text.toLowerCase()
  const inBooks = await db
    .selectFrom('students')
    .select('source_id')
    .distinct()
    .where((eb) =>
      eb.or([
        eb('source_id', '=', text),
        eb('student_identifier', '=', text),
        eb(eb.fn<string>('lower', ['email']), '=', key),
        eb('email', '=', text),
      ])
    )
    .execute()
  const teaching = await db
    .selectFrom('course_teachers')
    .select('source_id')
    .distinct()
    .where((eb) => eb.or([eb('source_id', '=', text), eb('email_key', '=', key)]))
    .execute()
  const pattern = `%${JSON.stringify(key).replace(/[\\%_]/g, '\\$&')}%`
  const inRoster = await db
    .selectFrom('roster_records')
    .select(['source_id', 'body'])
    .where('kind', '=', 'user')
    .where((eb) => eb.or([eb('source_id', '=', text), sql<boolean>`lower(body) LIKE ${pattern} ESCAPE '\\'`]))
    .execute()
  const isMeant = ({ source_id: id, body }: { source_id: string, body: string }) => {
    const [, , , identifier, email] = JSON.parse(body) as Array<string | null>
    return id === text || identifier === text || email?.toLowerCase() === key
  }
  return [...new Set([...inBooks, ...teaching, ...inRoster.filter(isMeant)].map((row) => row.source_id))]
}

/** The ids of every student, in each course. */
export async function identifiersOfAll (
  db: Db
): Promise<
  Array<Pick<StudentInCourse, 'source_id' | 'student_identifier' | 'course_source_id' | 'is_rostered'>>
> {
  return await db
    .selectFrom('students')
    .innerJoin('courses', 'courses.id', 'students.course_id')
    .select([
      'students.source_id',
      'students.student_identifier',
      'courses.source_id as course_source_id',
      sql<0 | 1>`CASE WHEN courses."grouping" IS NULL THEN 0 ELSE 1 END`.as('is_rostered'),
    ])
    .execute()
}

/** All users of the stored roster. */
export async function rosterUsers (
  db: Db
): Promise<Array<Pick<RosterRecordRow, 'kind' | 'source_id' | 'body'>>> {
  return await db
    .selectFrom('roster_records')
    .select(['kind', 'source_id', 'body'])
    .where('kind', '=', 'user')
    .execute()
}

export async function studentsBySource (db: Db, sourceId: string): Promise<StudentInCourse[]> {
  return await students(db).where('students.source_id', '=', sourceId).execute()
}

export async function teachersBySource (db: Db, sourceId: string): Promise<TeacherInCourse[]> {
  return await teachers(db).where('course_teachers.source_id', '=', sourceId).execute()
}

type StudentTraits = Pick<
  StudentInCourse,
  | 'id'
  | 'course_id'
  | 'source_id'
  | 'first_name'
  | 'last_name'
  | 'student_identifier'
  | 'email'
  | 'course_name'
  | 'is_rostered'
>

/** The identities of students of all courses: at most `limit` rows, by id, with ids above `after`. */
export async function studentTraits (
  db: Db,
  { after, limit }: { after: number, limit: number }
): Promise<StudentTraits[]> {
  return await db
    .selectFrom('students')
    .innerJoin('courses', 'courses.id', 'students.course_id')
    .select([
      'students.id',
      'students.course_id',
      'students.source_id',
      'students.first_name',
      'students.last_name',
      'students.student_identifier',
      'students.email',
      'courses.name as course_name',
      sql<0 | 1>`CASE WHEN courses."grouping" IS NULL THEN 0 ELSE 1 END`.as('is_rostered'),
    ])
    .where('students.id', '>', after)
    .orderBy('students.id')
    .limit(limit)
    .execute()
}

/** What the stored roster has about one of its users: the user, and their enrollments. */
export async function rosterRecordsOf (db: Db, sourceId: string): Promise<RosterRecordRow[]> {
  return await db
    .selectFrom('roster_records')
    .selectAll()
    .where((eb) =>
      eb.or([
        eb.and([eb('kind', '=', 'user'), eb('source_id', '=', sourceId)]),
        eb.and([eb('kind', '=', 'enrollment'), eb('other', '=', sourceId)]),
      ])
    )
    .orderBy('kind')
    .orderBy('source_id')
    .execute()
}

export async function deleteRosterRecords (trx: Trx, records: readonly RosterRecordRow[]): Promise<void> {
  for (const { kind, source_id: id } of records) {
    await trx.deleteFrom('roster_records').where('kind', '=', kind).where('source_id', '=', id).execute()
  }
}

/**
 * Deletes students with their scores and origins of results. The students after them in the book move up, so
 * that the next import finds nothing to change.
 */
export async function deleteStudent (trx: Trx, id: number): Promise<void> {
  const gone = await trx
    .deleteFrom('students')
    .where('id', '=', id)
    .returning(['course_id', 'position'])
    .executeTakeFirst()
  if (gone === undefined) return
  await trx
    .updateTable('students')
    .set({ position: sql<number>`position - 1` })
    .where('course_id', '=', gone.course_id)
    .where('position', '>', gone.position)
    .execute()
}

export async function usersByKeys (db: Db, emailKeys: readonly string[]): Promise<Array<Row<'users'>>> {
  if (emailKeys.length === 0) return []
  return await db.selectFrom('users').selectAll().where('email_key', 'in', emailKeys).orderBy('id').execute()
}

/**
 * Deletes an account with its tokens, sessions and links. Jobs that it requested stay, without a requester.
 */
export async function deleteUser (trx: Trx, id: number): Promise<void> {
  await trx.deleteFrom('users').where('id', '=', id).execute()
}

export async function resultOrigins (
  db: Db, studentId: number
): Promise<Pick<Row<'student_result_origins'>, 'origins' | 'ids'> | undefined> {
  return await db
    .selectFrom('student_result_origins')
    .select(['origins', 'ids'])
    .where('student_id', '=', studentId)
    .executeTakeFirst()
}

export async function lineItemsByNumber (db: Db, courseId: number): Promise<Map<number, string>> {
  const rows = await db
    .selectFrom('task_sources')
    .select(['number', 'source_id'])
    .where('course_id', '=', courseId)
    .execute()
  return new Map(rows.map((row) => [row.number, row.source_id]))
}

export async function tokensOfUsers (db: Db, ids: readonly number[]): Promise<Array<Row<'tokens'>>> {
  return ids.length === 0
    ? []
    : await db.selectFrom('tokens').selectAll().where('user_id', 'in', ids).orderBy('id').execute()
}

export async function sessionsOfUsers (db: Db, ids: readonly number[]): Promise<Array<Row<'sessions'>>> {
  return ids.length === 0
    ? []
    : await db.selectFrom('sessions').selectAll().where('user_id', 'in', ids).orderBy('id').execute()
}

export async function networksOfUsers (
  db: Db,
  ids: readonly number[]
): Promise<Array<Row<'sign_in_networks'>>> {
  if (ids.length === 0) return []
  return await db.selectFrom('sign_in_networks').selectAll().where('user_id', 'in', ids).orderBy('user_id')
    .orderBy('network').execute()
}

export async function linksOfUsers (db: Db, ids: readonly number[]): Promise<Array<Row<'password_links'>>> {
  return ids.length === 0
    ? []
    : await db.selectFrom('password_links').selectAll().where('user_id', 'in', ids).orderBy('id').execute()
}

export async function requestsOfUsers (db: Db, ids: readonly number[]): Promise<Array<Row<'job_requests'>>> {
  return ids.length === 0
    ? []
    : await db.selectFrom('job_requests').selectAll().where('user_id', 'in', ids).orderBy('id').execute()
}

/** What the person did and what was done to their accounts, according to the log. */
export async function auditOfUsers (db: Db, ids: readonly number[]): Promise<Array<Row<'audit_log'>>> {
  if (ids.length === 0) return []
  return await db
    .selectFrom('audit_log')
    .selectAll()
    .where((eb) =>
      eb.or([
        eb('actor_id', 'in', ids),
        ...ids.flatMap((id) => [eb('subject', '=', `user ${id}`), eb('subject', 'like', `user ${id},%`)]),
      ])
    )
    .orderBy('id')
    .execute()
}
