import type { Reads, Trx } from '../index.ts'
import type { Row } from '../tables.ts'

/** Students of a course who have no pseudonym yet, by id, at most `limit`. */
export async function studentsWithoutPseudonym (
  db: Reads | Trx,
  courseId: number,
  limit: number
): Promise<number[]> {
  const rows = await db.selectFrom('students').leftJoin('pseudonyms', 'pseudonyms.student_id', 'students.id')
    .select('students.id').where('students.course_id', '=', courseId)
    .where('pseudonyms.student_id', 'is', null).orderBy('students.id').limit(limit).execute()
  return rows.map((row) => row.id)
}

/** Adds pseudonyms of students of a course. One that the course has already is left out. */
export async function insertPseudonyms (
  trx: Trx,
  courseId: number,
  pseudonyms: ReadonlyMap<number, string>
): Promise<void> {
  await trx.insertInto('pseudonyms').values(Array.from(pseudonyms, ([studentId, pseudonym]) =>
    ({ student_id: studentId, course_id: courseId, pseudonym })
  )).onConflict((conflict) => conflict.doNothing()).execute()
}

/** The pseudonym of a student. */
export async function findPseudonym (db: Reads | Trx, studentId: number): Promise<string | undefined> {
  const row = await db.selectFrom('pseudonyms').select('pseudonym').where('student_id', '=', studentId)
    .executeTakeFirst()
  return row?.pseudonym
}

export interface PseudonymRow extends
  Pick<Row<'students'>, 'id' | 'first_name' | 'last_name' | 'student_identifier' | 'email' | 'source_id'> {
  pseudonym: string
}

/** The students of a course who have a pseudonym, in the order of these, at most `limit` after `after`. */
export async function listPseudonyms (
  db: Reads, courseId: number, { after, limit }: { after: string, limit: number }
): Promise<PseudonymRow[]> {
  return await db.selectFrom('pseudonyms').innerJoin('students', 'students.id', 'pseudonyms.student_id')
    .select([
      'pseudonyms.pseudonym', 'students.id', 'students.first_name', 'students.last_name',
      'students.student_identifier', 'students.email', 'students.source_id',
    ])
    .where('pseudonyms.course_id', '=', courseId).where('pseudonyms.pseudonym', '>', after)
    .orderBy('pseudonyms.pseudonym').limit(limit).execute()
}
