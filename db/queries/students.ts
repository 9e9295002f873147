import { inParts } from '../in-parts.ts'
import type { Reads } from '../index.ts'
import type { Row } from '../tables.ts'

/** The names of students of a course, in no order. Those who are not in it are left out. */
export async function studentNames (
  db: Reads, courseId: number, ids: readonly number[]
): Promise<Array<Pick<Row<'students'>, 'id' | 'first_name' | 'last_name'>>> {
  const found: Array<Pick<Row<'students'>, 'id' | 'first_name' | 'last_name'>> = []
  for (const some of inParts(ids)) {
    found.push(...await db.selectFrom('students').select(['id', 'first_name', 'last_name'])
      .where('course_id', '=', courseId).where('id', 'in', some).execute())
  }
  return found
}
