// What rosters say about who may sign in. Only an administrator's import writes it.
import type { Reads, Trx } from '../index.ts'
import type { Row } from '../tables.ts'

export interface DisablingCourse {
  email_key: string
  id: number
  name: string
}

/** Whether the roster of a course says that the teacher with this email address is disabled. */
export async function isDisabledTeacher (db: Reads | Trx, key: string): Promise<boolean> {
  const row = await db.selectFrom('course_teachers').select('id')
    .where('email_key', '=', key).where('is_enabled', '=', 0).limit(1).executeTakeFirst()
  return row !== undefined
}

/** Courses whose roster says that a teacher is disabled, by id. Without an email address: of all teachers. */
export async function disablingCourses (db: Reads | Trx, key?: string): Promise<DisablingCourse[]> {
  let query = db.selectFrom('course_teachers').innerJoin('courses', 'courses.id', 'course_teachers.course_id')
    .select(['course_teachers.email_key', 'courses.id', 'courses.name'])
    .where('course_teachers.is_enabled', '=', 0).where('course_teachers.email_key', 'is not', null)
  if (key !== undefined) query = query.where('course_teachers.email_key', '=', key)
  const rows = await query.orderBy('courses.id').execute()
  return rows.flatMap((row) => row.email_key === null ? [] : [{ ...row, email_key: row.email_key }])
}

/**
 * Removes what rosters say against a user, also from the stored roster: a later delta without this person
 * must not repeat it.
 */
export async function enableInRosters (trx: Trx, user: Row<'users'>): Promise<void> {
  const key = user.email_key
  const rows = await trx.selectFrom('course_teachers').select('source_id').distinct()
    .where('email_key', '=', key).execute()
  const sourceIds = new Set(rows.map((row) => row.source_id))
  if (user.roster_disabled_by !== null) sourceIds.add(user.roster_disabled_by)
  await trx.updateTable('course_teachers').set({ is_enabled: 1 }).where('email_key', '=', key).execute()
  await trx.updateTable('users').set({ roster_disabled_by: null }).where('id', '=', user.id).execute()
  for (const sourceId of sourceIds) while (!await enableInRoster(trx, sourceId)) { /* It was changed. */ }
}

/** False: an import has changed the record since it was read. */
async function enableInRoster (trx: Trx, sourceId: string): Promise<boolean> {
  const record = await trx.selectFrom('roster_records').select('body')
    .where('kind', '=', 'user').where('source_id', '=', sourceId).executeTakeFirst()
  if (record === undefined) return true
  const [, ...rest] = JSON.parse(record.body) as unknown[]
  const { numUpdatedRows } = await trx.updateTable('roster_records')
    .set({ body: JSON.stringify([1, ...rest]) })
    .where('kind', '=', 'user').where('source_id', '=', sourceId).where('body', '=', record.body)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
