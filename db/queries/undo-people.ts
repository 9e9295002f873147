// What is kept for undos about a person, or about a course that is deleted.
import { sql } from 'kysely'
import type { Reads, Trx } from '../index.ts'
import type { Row } from '../tables.ts'

type Db = Reads | Trx

/** A student as they were before an import. */
export type FormerStudent = Row<'undo_students'> & { source_id: string }
/** A user of the stored roster, or an enrollment of theirs, before an import; also one that it added. */
export type FormerRecord = Row<'undo_records'>

export interface FormerRows {
  students: FormerStudent[]
  records: FormerRecord[]
}

/** Source ids of people who are kept under this id, student identifier, or email address in lower case. */
export async function formerSourceIds (db: Db, text: string): Promise<string[]> {
  const key = text.toLowerCase()
  const students = await db.selectFrom('undo_students').select('source_id').distinct()
    .where('source_id', 'is not', null)
    .where((eb) => eb.or([
      eb('source_id', '=', text), eb('student_identifier', '=', text),
      eb(eb.fn<string>('lower', ['email']), '=', key),
    ])).execute()
  const users = await db.selectFrom('undo_records').select('source_id').distinct()
    .where('kind', '=', 'user').where('source_id', '=', text).where('body', 'is not', null).execute()
  return [...students, ...users].flatMap((row) => row.source_id ?? [])
}

/** What is kept of the person with this source id, by import. */
export async function formerRows (db: Db, sourceId: string): Promise<FormerRows> {
  const students = await db.selectFrom('undo_students').selectAll().where('source_id', '=', sourceId)
    .orderBy('import_id').orderBy('id').execute()
  const records = await db.selectFrom('undo_records').selectAll()
    .where((eb) => eb.or([
      eb.and([eb('kind', '=', 'user'), eb('source_id', '=', sourceId)]),
      eb.and([eb('kind', '=', 'enrollment'), eb('other', '=', sourceId)]),
    ]))
    .orderBy('import_id').orderBy('kind').orderBy('source_id').execute()
  return { students: students as FormerStudent[], records }
}

/** The cells of a student before each import that changed them, with the titles of tasks by their slots. */
export async function formerCells (db: Db, studentId: number): Promise<Array<{
  import_id: number, course_id: number, cells: Buffer, titles: Map<number, string>,
}>> {
  const rows = await db.selectFrom('undo_scores').select(['import_id', 'course_id', 'cells'])
    .where('student_id', '=', studentId).where('cells', 'is not', null).orderBy('import_id').execute()
  return await Promise.all(rows.map(async ({ cells, ...row }) => {
    const now = await db.selectFrom('tasks').select(['slot', 'title']).where('course_id', '=', row.course_id)
      .execute()
    const before = await db.selectFrom('undo_tasks').select(['slot', 'title'])
      .where('course_id', '=', row.course_id).where('import_id', '=', row.import_id)
      .where('title', 'is not', null).execute()
    const titles = new Map([...now, ...before].map(({ slot, title }) => [slot ?? 0, title ?? '']))
    return { ...row, cells: cells ?? Buffer.alloc(0), titles }
  }))
}

interface FormerPerson extends FormerRows {
  sourceId: string | null
  /** Another person has the same source id. */
  isIdShared: boolean
  /** Students that they are now. */
  studentIds: readonly number[]
  userIds: readonly number[]
}

/**
 * Deletes what is kept about a person, so that no undo brings them back. Students after them in the books
 * move up, as in `deleteStudent`. Call it before their students are deleted. Returns
 * how many rows were deleted.
 */
export async function forgetFormer (trx: Trx, person: FormerPerson): Promise<number> {
  const { students, records, sourceId, isIdShared, studentIds, userIds } = person
  let deleted = 0
  const count = ({ numDeletedRows }: { numDeletedRows: bigint }) => { deleted += Number(numDeletedRows) }
  for (const id of new Set([...studentIds, ...students.map((row) => row.id)])) {
    await closeGaps(trx, id)
    count(await trx.deleteFrom('undo_students').where('id', '=', id).executeTakeFirstOrThrow())
    count(await trx.deleteFrom('undo_scores').where('student_id', '=', id).executeTakeFirstOrThrow())
  }
  for (const { import_id: importId, kind, source_id: id } of records) {
    count(await trx.deleteFrom('undo_records').where('import_id', '=', importId).where('kind', '=', kind)
      .where('source_id', '=', id).executeTakeFirstOrThrow())
  }
  if (userIds.length > 0) {
    count(await trx.deleteFrom('undo_accounts').where('user_id', 'in', userIds).executeTakeFirstOrThrow())
    count(await trx.deleteFrom('undo_teachers_by_hand').where('user_id', 'in', userIds)
      .executeTakeFirstOrThrow())
  }
  if (sourceId !== null && !isIdShared) {
    count(await trx.deleteFrom('undo_course_teachers').where('source_id', '=', sourceId)
      .executeTakeFirstOrThrow())
    count(await trx.deleteFrom('undo_accounts').where((eb) => eb.or([
      eb('disabled_by', '=', sourceId), eb('disabled_by_after', '=', sourceId),
    ])).executeTakeFirstOrThrow())
  }
  return deleted
}

/** In each kept order of a course, the students after this one move up. */
async function closeGaps (trx: Trx, studentId: number): Promise<void> {
  const { rows } = await sql<{ import_id: number, course_id: number, position: number | null }>`
    SELECT i.import_id, coalesce(s.course_id, o.course_id) AS course_id,
      CASE WHEN o.id IS NULL THEN s.position ELSE o.position END AS position
    FROM undo_imports i
    LEFT JOIN students s ON s.id = ${studentId}
    LEFT JOIN undo_students o ON o.id = ${studentId} AND o.import_id = (
      SELECT min(n.import_id) FROM undo_students n WHERE n.id = ${studentId} AND n.import_id >= i.import_id)
    WHERE s.id IS NOT NULL OR o.id IS NOT NULL`.execute(trx)
  for (const { import_id: importId, course_id: courseId, position } of rows) {
    // Without a position, the student was not there yet.
    if (position === null) continue
    await trx.updateTable('undo_students').set({ position: sql<number>`position - 1` })
      .where('import_id', '=', importId).where('course_id', '=', courseId).where('position', '>', position)
      .execute()
  }
}

/** Deletes what is kept about a course and its people. Call it before the course is deleted. */
export async function forgetUndoOfCourse (trx: Trx, courseId: number): Promise<void> {
  await sql`DELETE FROM undo_records WHERE kind IN ('class', 'enrollment', 'lineItem') AND EXISTS (
    SELECT 1 FROM (SELECT source_id FROM periods WHERE course_id = ${courseId}
      UNION SELECT source_id FROM undo_periods WHERE course_id = ${courseId}) c
    WHERE c.source_id = CASE undo_records.kind WHEN 'class' THEN undo_records.source_id
      ELSE undo_records.parent END)`.execute(trx)
  for (const table of [
    'undo_periods', 'undo_categories', 'undo_tasks', 'undo_task_sources', 'undo_students',
    'undo_course_teachers', 'undo_teachers_by_hand', 'undo_column_maps', 'undo_scores',
    'undo_courses',
  ] as const) await trx.deleteFrom(table).where('course_id', '=', courseId).execute()
}

/** Deletes kept users that are in no roster and no kept enrollment. Call it after a course was deleted. */
export async function forgetUnusedUsers (trx: Trx): Promise<void> {
  await sql`DELETE FROM undo_records WHERE kind = 'user'
    AND NOT EXISTS (SELECT 1 FROM roster_records r WHERE r.kind = 'user'
      AND r.source_id = undo_records.source_id)
    AND NOT EXISTS (SELECT 1 FROM undo_records e WHERE e.kind = 'enrollment'
      AND e.other = undo_records.source_id)`.execute(trx)
}
