// Step 0012 tells apart what came with a grade book file before it was noted.
import { join } from 'node:path'
import { Migrator } from 'kysely/migration'
import t from 'tap'
import { connect, kyselyOver } from '../../db/sqlite/connection.ts'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { migrations } from '../../db/migrations/all.ts'
import type { Tables } from '../../db/tables.ts'

t.test("tasks without line items and students without enrollments are not the roster's", async (t) => {
  const file = join(t.testdir(), 'perfbook.sqlite')
  const old = kyselyOver<Tables>(connect(file))
  const { error } = await new Migrator({
    db: old,
    provider: { getMigrations: async () => migrations },
  }).migrateTo('0006_last_sign_in')
  await old.destroy()
  t.equal(error, undefined)
  const sqlite = connect(file)
  const course = (
    id: number,
    grouping: string | null
  ) =>
    `INSERT INTO courses (id, source_id, "grouping", name, imported_time_zone, imported_missing_counts,
      created_at, updated_at)
    VALUES (${id}, 'c${id}', ${grouping === null ? 'NULL' : `'${grouping}'`}, 'C', 'UTC', 'ignored', 0, 0)`
  const task = (
    courseId: number,
    source: string,
    category: number | null,
    slot: number
  ) =>
    `INSERT INTO tasks (course_id, source_id, title, type, category_id, slot, position)
    VALUES (${courseId}, '${source}', 'T', 'external', ${category ?? 'NULL'}, ${slot}, ${slot})`
  const student = (
    courseId: number,
    source: string,
    isUnenrolled = 0
  ) =>
    `INSERT INTO students (course_id, source_id, is_unenrolled, position)
      VALUES (${courseId}, '${source}', ${isUnenrolled}, 0)`
  for (
    const statement of [
      course(1, '["c",null,[]]'),
      course(2, null),
      course(3, null),
      `INSERT INTO categories (id, course_id, source_id, name, position)
        VALUES (1, 1, 'Tasks', 'Tasks', 0), (2, 2, 'Tasks', 'Tasks', 0), (3, 3, 'Tasks', 'Tasks', 0), (4, 3,
        'hw', 'Homework', 1)`,
      task(1, 'l1', null, 0),
      task(1, '501', 1, 1),
      task(2, '501', 2, 0),
      task(3, '501', 3, 0),
      task(3, 'hw1', 4, 1),
      "INSERT INTO task_sources (course_id, source_id, task_id, minimum, number) VALUES (1, 'l1', 1, 0, 1)",
      `INSERT INTO roster_records (kind, source_id, parent, other, body)
        VALUES ('enrollment', 'e1', 'k1', 's1', '["student",null,null]')`,
      student(1, 's1'),
      student(1, 'left', 1),
      student(1, '101'),
      student(2, '101'),
      student(3, '101'),
    ]
  ) sqlite.exec(statement)
  sqlite.close()

  const db = await openDatabase(sqliteFile(file), { mayUpgrade: true })
  const of = async (table: 'tasks' | 'students') =>
    (await db.reads.selectFrom(table).select([
      'course_id',
      'source_id',
      'grade_book',
    ]).orderBy('id').execute())
      .map((row) => [row.course_id, row.source_id, row.grade_book])
  t.strictSame(await of('tasks'), [
    [1, 'l1', null],
    [1, '501', 'unknown'],
    [2, '501', 'unknown'],
    [3, '501', 'unknown'],
    [3, 'hw1', null],
  ])
  t.strictSame(await of('students'), [
    [1, 's1', null],
    [1, 'left', null],
    [1, '101', 'unknown'],
    [2, '101', 'unknown'],
    [3, '101', null],
  ])
  await db.close()
})
