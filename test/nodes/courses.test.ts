// What the single writer of SQLite hides: courses, exports and files that two nodes change at the same
// instant.
import t, { type Test } from 'tap'
import { insertExport, lockExports, setExportExpiry } from '../../db/queries/exports.ts'
import { insertFile } from '../../db/queries/files.ts'
import type { CourseDescription } from '../support/book-database.ts'
import { noPostgres, testPostgres } from '../support/postgres.ts'
import { startTestService, type TestService, type TestServiceOptions } from '../support/test-service.ts'
import { pdf, upload } from '../http/routes/upload-form.ts'

const ROUNDS = 5
const COURSE: CourseDescription = {
  categories: Array.from({ length: 8 }, (_, i) => ({ name: `C${i}`, weight: 0.1 })),
  tasks: [{ title: 'HW', category: 0, pointsPossible: 10 }],
  students: [{ lastName: 'Ames', cells: [7] }],
}

/** Two nodes on one database. */
async function start (t: Test, options: TestServiceOptions = {}): Promise<[TestService, TestService]> {
  const first = await startTestService(t, {
    courses: [COURSE],
    withoutRunner: true,
    onDisk: true,
    ...options,
    database: await testPostgres(t, { mayHaveTables: true }),
  })
  const second = await startTestService(t, {
    withoutRunner: true, onDisk: true, ...options, joins: first, courses: [],
  })
  // Before the rush, so that all of it is about the requests.
  for (const node of [first, second]) await node.call('GET', '/api/courses')
  return [first, second]
}

/** The same number of calls on each node, all at once. */
function onBoth<T> (
  nodes: readonly TestService[], count: number, call: (node: TestService, i: number) => Promise<T>
): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => call(nodes[i % 2] as TestService, i)))
}

t.test('no change of settings is lost, and each raises the version', { skip: noPostgres }, async (t) => {
  const nodes = await start(t)
  const { db } = nodes[0].services
  const before = await db.reads.selectFrom('courses').select('data_version').executeTakeFirstOrThrow()
  const categories = await db.reads.selectFrom('categories').select('id').orderBy('id').execute()
  const answers = await onBoth(nodes, 8, (node, i) => node.call('PATCH', '/api/courses/1', {
    body: { categories: [{ id: categories[i]?.id, weight: (i + 1) / 100 }] },
  }))
  t.strictSame(answers.map(({ status }) => status), Array<number>(8).fill(200))
  const after = await db.reads.selectFrom('categories').select('set_weight').orderBy('id').execute()
  t.strictSame(after.map((row) => row.set_weight), categories.map((_, i) => (i + 1) / 100))
  const { data_version: version } = await db.reads.selectFrom('courses').select('data_version')
    .executeTakeFirstOrThrow()
  t.equal(version, before.data_version + 8)
})

t.test('quotas hold, of an owner and in all', { skip: noPostgres }, async (t) => {
  for (const [settings, courses] of [
    [{ OWNER_QUOTA_BYTES: '100' }, [COURSE]],
    [{ TOTAL_QUOTA_BYTES: '100' }, [{ ...COURSE, sourceId: 'a' }, { ...COURSE, sourceId: 'b' }]],
  ] as const) {
    const nodes = await start(t, { settings, courses: [...courses] })
    const answers = await onBoth(nodes, 12, (node, i) => upload({ ...node, courseIds: nodes[0].courseIds }, [
      { name: 'category', value: 'notes' }, pdf('x'.repeat(25)),
    ], { course: i % courses.length }))
    const stored = answers.filter(({ status }) => status === 201).length
    t.equal(stored, 3, 'thirty bytes each')
    t.equal(answers.filter(({ json }) => json.code === 'FILE_QUOTA_EXCEEDED').length, 9)
    const files = await nodes[0].services.db.reads.selectFrom('files').select('id').execute()
    t.equal(files.length, stored)
  }
})

t.test('one of two deletions of a file finds it', { skip: noPostgres }, async (t) => {
  const nodes = await start(t)
  for (let round = 0; round < ROUNDS; round++) {
    const { json } = await upload(nodes[0], [{ name: 'category', value: 'notes' }, pdf('x')])
    const answers = await onBoth(nodes, 4, (node) => node.call('DELETE', `/api/courses/1/files/${json.id}`))
    t.strictSame(answers.map(({ status }) => status).sort(), [204, 404, 404, 404])
  }
})

t.test('the newest of exports that end together is kept', { skip: noPostgres }, async (t) => {
  const nodes = await start(t)
  const rule = { retentionMs: 1e9, keepLatest: true }
  let made = 0
  await onBoth(nodes, 12, ({ services: { db } }) => db.write(async (trx) => {
    await lockExports(trx, 1)
    const file = await insertFile(trx, {
      owner_type: 'course', owner_id: 1, category: 'x', filename: 'x', hex: `h${made++}`, content_type: 'a/b',
      size: 1, sha256: 's', created_at: 1e12, created_by: null, expires_at: null, removed_at: null,
      lost_at: null,
    })
    await insertExport(trx, {
      course_id: 1, file_id: file.id, job_id: null, options: '{}', data_version: 1, current_until: null,
    })
    await setExportExpiry(trx, rule, 1e12, 1)
  }))
  const rows = await nodes[0].services.db.reads.selectFrom('exports')
    .innerJoin('files', 'files.id', 'exports.file_id').select('expires_at').orderBy('exports.id').execute()
  t.strictSame(rows.map((row) => row.expires_at), [...Array<number>(11).fill(1e12 + 1e9), null])
})

t.test('a course is deleted while exports and uploads arrive for it', { skip: noPostgres }, async (t) => {
  for (let round = 0; round < ROUNDS; round++) {
    const nodes = await start(t)
    const { db } = nodes[0].services
    const statuses = await onBoth(nodes, 10, async (node, i) => {
      if (i === 4) return (await node.call('DELETE', '/api/courses/1')).status
      if (i % 3 === 0) {
        const there = { ...node, courseIds: [1] }
        return (await upload(there, [{ name: 'category', value: 'notes' }, pdf('x')])).status
      }
      return (await node.call('POST', '/api/courses/1/performance/export', {
        body: i % 2 === 0 ? {} : { sheets: 'period' },
      })).status
    })
    t.equal(statuses[4], 204)
    t.strictSame(statuses.filter((status) => ![201, 202, 204, 404].includes(status)), [])
    for (const table of ['courses', 'students', 'files', 'exports'] as const) {
      t.strictSame(await db.reads.selectFrom(table).select('id').execute(), [], table)
    }
    const live = await db.reads.selectFrom('jobs').select('id')
      .where('state', 'in', ['queued', 'started']).execute()
    t.strictSame(live, [], 'no job waits for a course that is gone')
  }
})

t.test('the last two courses are deleted at the same moment', { skip: noPostgres }, async (t) => {
  const nodes = await start(t, { courses: [{ ...COURSE, sourceId: 'a' }, { ...COURSE, sourceId: 'b' }] })
  const { db } = nodes[0].services
  await db.write((trx) => trx.insertInto('imports').values({
    applied_at: 1, reference: 'job 1', summary: '{"warnings":["about a person"]}',
  }).execute())
  const answers = await onBoth(nodes, 2, (node, i) => node.call('DELETE', `/api/courses/${i + 1}`))
  t.strictSame(answers.map(({ status }) => status), [204, 204])
  const [report] = await db.reads.selectFrom('imports').select('summary').execute()
  t.strictSame(report, { summary: '{"warnings":[]}' }, 'one of them was the last')
})
