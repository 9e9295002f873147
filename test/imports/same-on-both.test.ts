// The same imports into SQLite and into PostgreSQL give the same tables and the same summaries.
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { openDatabase, sqliteFile, type DatabaseLocation, type Reads } from '../../db/index.ts'
import type { ColumnMap } from '../../src/imports/column-maps/column-map.ts'
import type { ImportOptions } from '../../src/imports/import-options.ts'
import { noPostgres, testPostgres } from '../support/postgres.ts'
import { write } from '../synthetic-roster/synthetic-roster.ts'
import { createWorld, type World } from './bundles.ts'

const CASES = join(import.meta.dirname, '../fixtures/data-in')
const BUNDLES = join(import.meta.dirname, '../fixtures/oneroster')

/** Tables that an import writes, with what stands for the ids in them, in an order of their own. */
const TABLES: Record<string, string> = {
  courses: 'SELECT t.* FROM courses t ORDER BY t.id',
  periods: `SELECT c.source_id AS course, t.* FROM periods t JOIN courses c ON c.id = t.course_id
    ORDER BY t.id`,
  categories:
    'SELECT c.source_id AS course, t.* FROM categories t JOIN courses c ON c.id = t.course_id ORDER BY t.id',
  tasks: `SELECT c.source_id AS course, k.name AS category, t.* FROM tasks t
    JOIN courses c ON c.id = t.course_id LEFT JOIN categories k ON k.id = t.category_id ORDER BY t.id`,
  task_sources: `SELECT c.source_id AS course, k.source_id AS task, t.source_id, t.minimum, t.number
    FROM task_sources t JOIN courses c ON c.id = t.course_id JOIN tasks k ON k.id = t.task_id
    ORDER BY t.course_id, t.number`,
  column_maps: `SELECT c.source_id AS course, t.* FROM column_maps t JOIN courses c ON c.id = t.course_id
    ORDER BY t.course_id, t.header_hash`,
  students: `SELECT c.source_id AS course, p.source_id AS period, t.* FROM students t
    JOIN courses c ON c.id = t.course_id LEFT JOIN periods p ON p.id = t.period_id ORDER BY t.id`,
  student_scores: `SELECT s.course_id, s.source_id, t.cells, t.score_count, t.score_sum FROM student_scores t
    JOIN students s ON s.id = t.student_id ORDER BY s.id`,
  student_result_origins: `SELECT s.source_id, t.origins, t.ids FROM student_result_origins t
    JOIN students s ON s.id = t.student_id ORDER BY s.id`,
  course_teachers: 'SELECT t.* FROM course_teachers t ORDER BY t.id',
  users: 'SELECT t.* FROM users t ORDER BY t.id',
  roster_records: 'SELECT t.* FROM roster_records t ORDER BY t.kind, t.source_id',
  imports: 'SELECT t.* FROM imports t ORDER BY t.id',
}

async function tablesOf (database: DatabaseLocation): Promise<Record<string, unknown[]>> {
  const db = await openDatabase(database)
  const tables: Record<string, unknown[]> = {}
  for (const [name, query] of Object.entries(TABLES)) tables[name] = await rowsOf(db.reads, query)
  await db.close()
  return tables
}

/** Without numbers of rows, which differ after a row is gone: SQLite may give its number again. */
async function rowsOf (reads: Reads, query: string): Promise<unknown[]> {
  const { rows } = await sql.raw<Record<string, unknown>>(query).execute(reads)
  const isNumber = (name: string) => name === 'id' || name.endsWith('_id')
  return rows.map((row) => Object.fromEntries(Object.entries(row).flatMap(([name, value]) =>
    isNumber(name) && typeof value === 'number' ? [] : [[name, value]]).sort()))
}

interface Twins {
  /** How many courses there are now. */
  courses: () => Promise<number>
  take: (path: string, options?: Partial<ImportOptions>) => Promise<void>
}

/** A world in each engine, both of which get the same imports. */
async function twins (t: Test): Promise<Twins> {
  const folder = t.testdir()
  const file = sqliteFile(join(folder, 'a/data/perfbook.sqlite'))
  const worlds: [World, World] = [
    await createWorld(t, join(folder, 'a'), file),
    await createWorld(t, join(folder, 'b'), await testPostgres(t, { mayHaveTables: true })),
  ]
  return {
    courses: async () => (await worlds[1].books()).length,
    async take (path, options = {}) {
      const [a, b] = [await worlds[0].import(path, options), await worlds[1].import(path, options)]
      t.strictSame(b, a, `the outcome of ${path}`)
      t.strictSame(await tablesOf(worlds[1].database), await tablesOf(worlds[0].database), `after ${path}`)
    },
  }
}

t.test('the same on both engines', { skip: noPostgres }, (t) => {
  t.test('every file of the cases of data-in.md, one after the other', async (t) => {
    const both = await twins(t)
    for (const name of readdirSync(CASES).sort()) {
      for (const entry of readdirSync(join(CASES, name)).sort()) {
        if (!/\.(csv|json|zip)$/.test(entry)) continue
        const course = entry.endsWith('.csv') ? { course: `Course of ${name}` } : {}
        await both.take(join(CASES, name, entry), { ...course, allowRemovals: true })
      }
    }
    t.ok(await both.courses() > 10)
  })

  t.test('OneRoster bundles of many programs, one after the other, and again', async (t) => {
    const both = await twins(t)
    const bundles = readdirSync(BUNDLES).sort()
    for (const name of [...bundles, ...bundles]) await both.take(join(BUNDLES, name), { allowRemovals: true })
    t.ok(await both.courses() >= 1)
  })

  t.test('a table with a column map, which is remembered, changed and used', async (t) => {
    const both = await twins(t)
    const file = join(t.testdirName, 'g.csv')
    writeFileSync(file, 'Wer,Erste,Zweite\n"Lee, Änn",1,2\n')
    const map = (column: string): ColumnMap => ({
      columns: [{ column: 'Wer', use: 'name' }, { column, use: 'task', points_possible: 4 }],
    })
    const course = { course: 'Physik' }
    const maps = [map('Erste'), undefined, map('Zweite'), undefined]
    for (const one of maps) await both.take(file, one === undefined ? course : { ...course, map: one })
    await both.take(file, { dryRun: true })
    t.equal(await both.courses(), 1)
  })

  t.test('a made-up roster of two schools, and its deltas', async (t) => {
    const both = await twins(t)
    const folder = t.testdirName
    for (const seed of [1, 2]) {
      const output = join(folder, `roster-${seed}.zip`)
      const delta = join(folder, `delta-${seed}.zip`)
      await write(t, { schools: 2, courses: 2, students: 40, tasks: 12, seed }, { output, delta })
      await both.take(output, { allowRemovals: true })
      await both.take(delta, { allowRemovals: true })
    }
    t.ok(await both.courses() >= 2)
  })
  t.end()
})
