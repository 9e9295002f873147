// Copies what an import needs of the service's database into a scratch database, which the staging of the
// import has as `live`: from one snapshot, by COPY, row by row, so that memory stays flat.
import type { SqliteConnection } from '../../sqlite/connection.ts'
import { COLUMN_MAPS_READ, type LiveOrigins } from '../../sqlite/staging/live-reads.ts'
import type { LiveLoads } from '../../staging/staging.ts'
import { TYPE_OF_OID, type CopyType } from './copy-format.ts'
import type { ImportConnection } from './import-connection.ts'

interface CopiedTable {
  /** Only these columns. Default: all. */
  columns?: readonly string[]
  key: string
  indexes?: readonly string[]
}

const OF_COURSE: CopiedTable = { key: 'id', indexes: ['course_id'] }
const TABLES = {
  courses: { key: 'id', indexes: ['source_id', 'name', '"grouping"'] },
  periods: { key: 'id', indexes: ['course_id', 'source_id'] },
  categories: OF_COURSE,
  tasks: OF_COURSE,
  task_sources: { key: 'course_id, source_id' },
  column_maps: { key: 'course_id, header_hash' },
  students: OF_COURSE,
  course_teachers: OF_COURSE,
  student_scores: { key: 'student_id' },
  student_result_origins: { key: 'student_id' },
  users: { key: 'id', columns: ['id', 'email_key', 'role', 'is_from_roster', 'roster_disabled_by'] },
  roster_records: { key: 'kind, source_id' },
  setup: { key: 'id', columns: ['id', 'school'] },
  erasure_keys: { key: 'id' },
  erased_people: { key: 'id' },
} as const satisfies Record<string, CopiedTable>
type Name = keyof typeof TABLES

const PARTS = [
  'periods', 'categories', 'tasks', 'task_sources', 'column_maps', 'students', 'course_teachers',
] as const

const ROSTER_INDEXES = { roster_parent: 'parent, kind', roster_other: 'other, kind' }

/** Courses that are copied at once. */
const COURSES_AT_ONCE = 200
/** Texts in one statement. */
const TEXTS_AT_ONCE = 1000

interface LiveCopy {
  load: LiveLoads
  origins: (courseId?: number) => LiveOrigins
}

/** Creates the tables in `live`, and copies what every import needs. The snapshot must have begun. */
export async function liveCopy (pg: ImportConnection, sqlite: SqliteConnection): Promise<LiveCopy> {
  const columns = await columnsOf(pg)
  for (const [name, { key, indexes = [] }] of Object.entries(TABLES) as Array<[Name, CopiedTable]>) {
    const names = columns[name].map((column) => `"${column.name}"`)
    const isAlias = key === 'id' || key === 'student_id'
    const definitions = isAlias
      ? names.map((column) => column === `"${key}"` ? `${column} INTEGER PRIMARY KEY` : column)
      : [...names, `PRIMARY KEY (${key})`]
    sqlite.exec(`CREATE TABLE live.${name} (${definitions.join(', ')})${isAlias ? '' : ' WITHOUT ROWID'}`)
    for (const [i, index] of indexes.entries()) {
      sqlite.exec(`CREATE INDEX live.${name}_${i} ON ${name} (${index})`)
    }
  }
  createRosterIndexes()

  function createRosterIndexes (): void {
    for (const [name, index] of Object.entries(ROSTER_INDEXES)) {
      sqlite.exec(`CREATE INDEX IF NOT EXISTS live.${name} ON roster_records (${index})`)
    }
  }

  /** Copies the rows `t` of a table that a condition selects. What is there already stays. */
  async function copy (table: Name, rest: string): Promise<void> {
    const listed = columns[table]
    const insert = sqlite.prepare(`INSERT OR IGNORE INTO live.${table} VALUES (${
      listed.map(() => '?').join(', ')
    })`)
    const query = `SELECT ${listed.map(({ name }) => `t."${name}"`).join(', ')} FROM ${table} t ${rest}`
    for await (const rows of pg.rowsOf(query, listed.map(({ type }) => type))) {
      for (const row of rows) insert.run(row)
    }
  }

  const copied = new Set<number>()
  let hasRoster = false

  async function copyCourses (ids: readonly number[]): Promise<void> {
    const list = ids.join(', ')
    await copy('courses', `WHERE t.id IN (${list})`)
    for (const table of PARTS) await copy(table, `WHERE t.course_id IN (${list})`)
    for (const table of ['student_scores', 'student_result_origins'] as const) {
      await copy(table, `JOIN students s ON s.id = t.student_id WHERE s.course_id IN (${list})`)
    }
    if (!hasRoster) for (const rest of rosterOf(list)) await copy('roster_records', rest)
  }

  async function copyRecords (kind: string, sourceIds: readonly string[]): Promise<void> {
    for (let i = 0; i < sourceIds.length; i += TEXTS_AT_ONCE) {
      const list = sourceIds.slice(i, i + TEXTS_AT_ONCE).map(pg.quoted).join(', ')
      await copy('roster_records', `WHERE t.kind = ${pg.quoted(kind)} AND t.source_id IN (${list})`)
    }
  }

  await copy('setup', '')
  await copy('erasure_keys', '')
  await copy('erased_people', '')
  return {
    load: {
      async coursesNamed (text) {
        // PostgreSQL has no such text.
        if (text.includes('\0')) return
        await copy('courses', `WHERE t.source_id = ${pg.quoted(text)} 
          OR ${pg.quoted(text)} IN (t.name, t.roster_name)`)
      },
      async courses (ids) {
        const missing = [...new Set(ids)].filter((id) => !copied.has(id))
        for (let i = 0; i < missing.length; i += COURSES_AT_ONCE) {
          const some = missing.slice(i, i + COURSES_AT_ONCE)
          await copyCourses(some)
          for (const id of some) copied.add(id)
        }
      },
      async newestColumnMaps () {
        const newest = `FROM column_maps ORDER BY at DESC, course_id, header_hash LIMIT ${COLUMN_MAPS_READ}`
        await copy('column_maps', `JOIN (SELECT course_id, header_hash ${newest}) n
          USING (course_id, header_hash)`)
        await copy('courses', `WHERE t.id IN (SELECT course_id ${newest})`)
      },
      async roster () {
        if (hasRoster) return
        hasRoster = true
        await copy('courses', '')
        await copy('periods', '')
        await copy('users', "WHERE t.is_from_roster = 1 AND t.role <> 'admin'")
        for (const name of Object.keys(ROSTER_INDEXES)) sqlite.exec(`DROP INDEX live.${name}`)
        await copy('roster_records', 'ORDER BY t.kind, t.source_id')
        createRosterIndexes()
      },
      async records (kind, sourceIds) {
        if (!hasRoster) await copyRecords(kind, sourceIds.filter((id) => !id.includes('\0')))
      },
    },
    origins: (courseId) => originsOf(pg, courseId),
  }
}

interface Column { name: string, type: CopyType }

async function columnsOf (pg: ImportConnection): Promise<Record<Name, Column[]>> {
  const names = Object.keys(TABLES) as Name[]
  const rows = await pg.run(
    `SELECT t.name AS "table", a.attname AS name, a.atttypid::integer AS type FROM unnest($1::text[]) t (name)
      JOIN pg_attribute a ON a.attrelid = to_regclass(t.name) WHERE a.attnum > 0 AND NOT a.attisdropped
      ORDER BY a.attnum`,
    [names]
  ) as Array<{ table: Name, name: string, type: number }>
  const columns = Object.fromEntries(names.map((name): [Name, Column[]] => [name, []])) as
    Record<Name, Column[]>
  for (const { table, name, type } of rows) {
    const { columns: wanted }: CopiedTable = TABLES[table]
    if (wanted !== undefined && !wanted.includes(name)) continue
    const copyType = TYPE_OF_OID[type]
    if (copyType === undefined) throw new Error(`${table}.${name} has a type that imports do not copy`)
    columns[table].push({ name, type: copyType })
  }
  return columns
}

/** The part of the stored roster that is about these courses: what `course-scope.ts` in imports reads. */
function rosterOf (ids: string): string[] {
  const classes = `(SELECT p.source_id FROM periods p WHERE p.course_id IN (${ids}))`
  const ofClasses = (value: string) =>
    `(SELECT ${value} FROM roster_records c WHERE c.kind = 'class' AND c.source_id IN ${classes})`
  return [
    `WHERE t.kind = 'class' AND t.source_id IN ${classes}`,
    `WHERE t.kind IN ('enrollment', 'lineItem') AND t.parent IN ${classes}`,
    `WHERE t.kind = 'user' AND t.source_id IN (SELECT s.source_id FROM students s
      WHERE s.course_id IN (${ids}))`,
    `WHERE t.kind = 'course' AND t.source_id IN ${ofClasses('c.parent')}`,
    `WHERE t.kind = 'org' AND t.source_id IN ${ofClasses('c.other')}`,
    `WHERE t.kind = 'session' AND t.source_id IN
      ${ofClasses('jsonb_array_elements_text(c.body::jsonb -> 1)')}`,
    `WHERE t.kind = 'category' AND t.source_id IN (SELECT i.other FROM roster_records i
      WHERE i.kind = 'lineItem' AND i.parent IN ${classes})`,
  ]
}

async function * originsOf (pg: ImportConnection, courseId?: number): LiveOriginsOfPostgres {
  const query = `SELECT s.course_id, s.source_id, o.origins FROM student_result_origins o
    JOIN students s ON s.id = o.student_id ${courseId === undefined ? '' : `WHERE s.course_id = ${courseId}`}`
  for await (const rows of pg.rowsOf(query, ['bigint', 'text', 'bytes'])) {
    for (const [course, student, origins] of rows as Array<[number, string, Buffer]>) {
      yield { course_id: course, source_id: student, origins }
    }
  }
}

type LiveOriginsOfPostgres = AsyncGenerator<{ course_id: number, source_id: string, origins: Buffer }>
