import type { Reads, Trx } from '../index.ts'

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
