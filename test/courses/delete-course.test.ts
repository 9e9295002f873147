// A course that is deleted, or removed by an import, takes everything about its people along that no other
// course needs.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openDatabase } from '../../db/index.ts'
import { perfbook, type CliResult } from '../support/cli.ts'
import { contentOf } from '../support/sql.ts'
import { databaseEnv } from '../support/test-database.ts'
import { createWorld, enrollment, result, school, user, type Tables, type World } from '../imports/bundles.ts'

/** A second course beside `school()`: Art, with Ann of the first one and Zoe, who is in it alone. */
function twoCourses (): Tables {
  const tables = school()
  const add = (name: string, ...rows: Tables[string]) => {
    tables[name] = [...tables[name]!, ...rows]
  }
  add('orgs', { sourcedId: 'o2', name: 'Hillside', type: 'school' })
  add('academicSessions', {
    sourcedId: 't2',
    title: 'Fall 2026',
    type: 'term',
    startDate: '2026-08-05',
    endDate: '2026-12-20',
    schoolYear: '2026',
  })
  add('courses', { sourcedId: 'c2', title: 'Art', courseCode: 'A', orgSourcedId: 'o2' })
  add('classes', {
    sourcedId: 'a1',
    title: 'Art',
    courseSourcedId: 'c2',
    classCode: '',
    schoolSourcedId: 'o2',
    termSourcedIds: 't2',
    periods: 1,
  })
  add('users', user('zoe', 'Zoe', 'Quixote', '0099'), user('kim', 'Kim', 'Park', 'T-2'))
  add(
    'enrollments',
    enrollment('e-k', 'a1', 'kim', 'teacher'),
    enrollment('e-z', 'a1', 'zoe'),
    enrollment('e-a2', 'a1', 'ann')
  )
  add('categories', { sourcedId: 'k3', title: 'Sketches' })
  add('lineItems', {
    ...tables['lineItems']![0],
    sourcedId: 'li-a',
    classSourcedId: 'a1',
    categorySourcedId: 'k3',
  })
  add('results', result('r9', 'li-a', 'zoe', 9), result('r10', 'li-a', 'ann', 3))
  return tables
}

function rosterRecords (world: World): Record<string, string[]> {
  const rows = world.sql('SELECT kind, source_id FROM roster_records ORDER BY kind, source_id') as
    Array<{ kind: string, source_id: string }>
  return Object.fromEntries(
    Object.entries(Object.groupBy(rows, (row) => row.kind)).map(([kind, rows]) => [
      kind,
      rows!.map((row) => row.source_id),
    ])
  )
}

async function run (world: World, args: string[]): Promise<CliResult> {
  return await perfbook(join(world.folder, 'data'), args, { env: databaseEnv(world.database) })
}

async function courseId (world: World, name: string): Promise<string> {
  return String((await world.books()).find((book) => book.name === name)!.id)
}

const OF_PHYSICS = {
  category: ['k1', 'k2'],
  class: ['p1', 'p2'],
  course: ['c1'],
  enrollment: ['e-a', 'e-b', 'e-c', 'e-t1', 'e-t2'],
  lineItem: ['li1-p1', 'li1-p2', 'li2-p1', 'li2-p2'],
  org: ['o1'],
  session: ['t1'],
  user: ['ann', 'bob', 'cyd', 'ted'],
}

t.test('the roster keeps what another course needs, and nothing else', async (t) => {
  const world = await createWorld(t)
  await world.take(twoCourses())
  t.match(await run(world, ['course', 'delete', await courseId(world, 'Art')]), {
    status: 0,
  })
  t.strictSame(rosterRecords(world), OF_PHYSICS)
  t.notMatch(contentOf(world.database), /Quixote|zoe@example|Sketches|Hillside/, 'also not in free pages or the log')
  t.match(contentOf(world.database), /Ortiz/, 'the search finds what is there')
  t.strictSame((await world.book()).students.length, 3)
})

t.test('with the last course, nothing about people is left', async (t) => {
  const world = await createWorld(t)
  const tables = twoCourses()
  tables['users']!.push(user('una', 'Una', 'Nenrolled', '0777'))
  await world.take(tables)
  withReports(world)
  for (const name of ['Art', 'Physics']) {
    t.match(await run(world, ['course', 'delete', await courseId(world, name)]), {
      status: 0,
    })
  }
  t.strictSame(rosterRecords(world), {})
  t.notMatch(contentOf(world.database), /Ortiz|Quixote|Mayer|Nenrolled|@example\.edu|grades of Cyd/)
  t.notOk(existsSync(join(world.folder, 'data/files', 'f'.repeat(32))), 'the stored upload is gone')
  t.match(
    await run(world, ['job', 'list']),
    { status: 0 },
    'jobs can still be listed'
  )
})

/** An import by upload that failed and quotes a student, and one that went through with a warning. */
function withReports (world: World): void {
  const hex = 'f'.repeat(32)
  const payload = JSON.stringify({
    hex,
    filename: 'grades of Cyd.csv',
    choices: { dryRun: false, strict: false, allowRemovals: false },
    requestedBy: 'Ted Mayer',
  })
  const failed = JSON.stringify({
    errors: [{ file: 'users.csv', line: 3, path: null, message: 'email is "cyd@example.edu Ortiz"' }],
    error_count: 1,
  })
  world.sql(
    `INSERT INTO jobs (kind, state, "key", payload, run_after,
        created_at, finished_at, error_code, error_message, result)
    VALUES ('import', 'failed', 'import:1', ?, 0, 1, 2, 'IMPORT_FAILED', 'users.csv:3: email is Ortiz', ?)`,
    payload,
    failed
  )
  world.sql(
    `INSERT INTO job_attempts (job_id, token, attempt, started_at, error_message)
        VALUES (1, 1, 1, 1, 'email is Ortiz')`
  )
  const [{ summary }] = world.sql('SELECT summary FROM imports') as [{ summary: string }]
  const warnings = [{ code: 'x', message: 'Cyd Ortiz', count: 1 }]
  world.sql('UPDATE imports SET summary = ?', JSON.stringify({ ...JSON.parse(summary) as object, warnings }))
  world.sql(
    `INSERT INTO files (owner_type, owner_id, category, filename,
        hex, content_type, size, sha256, created_at)
    VALUES ('user', 1, 'import-source', 'grades of Cyd.csv', ?, 'text/csv', 5, 'x', 1)`,
    hex
  )
  mkdirSync(join(world.folder, 'data/files', hex), { recursive: true })
  writeFileSync(join(world.folder, 'data/files', hex, 'grades of Cyd.csv'), 'bytes')
}

t.test("a delta that deletes a course's class removes what only that course needed", async (t) => {
  const world = await createWorld(t)
  await world.take(twoCourses())
  const gone = {
    ...twoCourses()['classes']!.find((row) => row['sourcedId'] === 'a1'),
    status: 'tobedeleted',
    dateLastModified: '2026-03-01T00:00:00Z',
  }
  await world.take({ classes: [gone] }, { modes: { classes: 'delta' }, allowRemovals: true })
  t.strictSame(rosterRecords(world), OF_PHYSICS)
  t.strictSame(
    (await world.books()).map((book) => book.name),
    ['Physics']
  )
})

t.test('a delta that deletes the last course leaves nothing once it cannot be undone any more', async (t) => {
  const world = await createWorld(t)
  await world.take(school())
  withReports(world)
  const classes = school()['classes']!.map((row) => ({
    ...row,
    status: 'tobedeleted',
    dateLastModified: '2026-03-01T00:00:00Z',
  }))
  await world.take({ classes }, { modes: { classes: 'delta' }, allowRemovals: true })
  t.strictSame(await world.books(), [])
  t.strictSame(rosterRecords(world), {})
  const db = await openDatabase(world.database)
  // As housekeeping does after IMPORT_UNDO_DAYS.
  await db.write((trx) => trx.deleteFrom('undo_imports').execute())
  await db.emptyLog()
  await db.close()
  t.notMatch(contentOf(world.database), /Ortiz|@example\.edu|grades of Cyd/)
})

t.test(
  'who is in a later bulk import no more leaves the stored roster; who is still listed stays',
  async (t) => {
    const world = await createWorld(t)
    await world.take(school())
    const later = school()
    later['users'] = later['users']!.filter((row) => row['sourcedId'] !== 'bob')
    later['enrollments'] = later['enrollments']!.filter(
      (row) => !['bob', 'cyd'].includes(String(row['userSourcedId']))
    )
    later['results'] = later['results']!.filter(
      (row) => !['bob', 'cyd'].includes(String(row['studentSourcedId']))
    )
    await world.take(later)
    t.strictSame(rosterRecords(world)['user'], ['ann', 'cyd', 'ted'])
    const { students } = await world.book()
    t.strictSame(
      students.map(({ who, isDropped }) => [who, isDropped]),
      [
        ['Ann Lee', false],
        ['Bob Ng', true],
        ['Cyd Ortiz', true],
      ],
      'the book keeps who left'
    )
  }
)
