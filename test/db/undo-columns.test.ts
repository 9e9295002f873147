// What is kept for undos has the columns of the tables that it copies. A column that a schema step adds must
// be copied too, or be named here with the reason.
import { join } from 'node:path'
import { sql } from 'kysely'
import t from 'tap'
import { openDatabase } from '../../db/index.ts'
import { COURSE_COLUMNS, PART_COLUMNS } from '../../db/staging/keep-for-undo.ts'
import { TEST_ENGINE, testDatabase } from '../support/test-database.ts'

/** Tables by their copies. Of users, only who disabled them is kept. */
const COPIES: Record<string, string[]> = {
  undo_courses: ['courses'], undo_periods: ['periods'], undo_categories: ['categories'],
  undo_tasks: ['tasks'], undo_task_sources: ['task_sources'], undo_students: ['students'],
  undo_course_teachers: ['course_teachers'], undo_teachers_by_hand: ['teachers_by_hand'],
  undo_scores: ['student_scores', 'student_result_origins'],
  undo_column_maps: ['column_maps'],
  undo_records: ['roster_records'], undo_erased_people: ['erased_people'],
}
/** The copy names it `course_id`; an erased person who is so again gets a new row. */
const NOT_COPIED: Record<string, readonly string[]> = { undo_courses: ['id'], undo_erased_people: ['id'] }

t.test('copies have the columns of their tables', async (t) => {
  const db = await openDatabase(await testDatabase(t, join(t.testdir(), 'data')))
  t.teardown(() => db.close())
  const columnsOf = async (table: string) => {
    const { rows } = await (TEST_ENGINE === 'sqlite'
      ? sql<{ name: string }>`SELECT name FROM pragma_table_info(${table})`
      : sql<{ name: string }>`SELECT column_name AS name FROM information_schema.columns
          WHERE table_schema = current_schema() AND table_name = ${table}`).execute(db.reads)
    if (rows.length === 0) throw new Error(`There is no table ${table}.`)
    return rows.map((row) => row.name)
  }
  for (const [copy, tables] of Object.entries(COPIES)) {
    const there = [...await columnsOf(copy), ...NOT_COPIED[copy] ?? []]
    for (const table of tables) {
      t.strictSame((await columnsOf(table)).filter((name) => !there.includes(name)), [], copy)
    }
  }
  // And those columns are filled and restored.
  const own = ['id', 'course_id']
  const plain = (names: readonly string[]) => names.map((name) => name.replaceAll('"', '')).sort()
  const filled = { courses: COURSE_COLUMNS, ...PART_COLUMNS }
  for (const [table, columns] of Object.entries(filled)) {
    t.strictSame(plain(columns), plain((await columnsOf(table)).filter((name) => !own.includes(name))), table)
  }
})
