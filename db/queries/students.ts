import type { Reads } from '../index.ts'
import type { Row } from '../tables.ts'

/** SQLite takes at most 32,766 values in a statement. */
const IDS_AT_ONCE = 500

/** The names of students of a course, in no order. Those who are not in it are left out. */
export async function studentNames (
  db: Reads, courseId: number, ids: readonly number[]
): Promise<Array<Pick<Row<'students'>, 'id' | 'first_name' | 'last_name'>>> {
  const found: Array<Pick<Row<'students'>, 'id' | 'first_name' | 'last_name'>> = []
  for (let i = 0; i < ids.length; i += IDS_AT_ONCE) {
    found.push(...await db.selectFrom('students').select(['id', 'first_name', 'last_name'])
      .where('course_id', '=', courseId).where('id', 'in', ids.slice(i, i + IDS_AT_ONCE)).execute())
  }
  return found
}
