// The audit log in numbers: repeats are counted, nothing is lost that could be kept, and memory is bounded.
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { openDatabase } from '../../db/index.ts'
import type { AuditEntry } from '../../src/audit/audit-entry.ts'
import { createAudit } from '../../src/audit/audit.ts'
import { createAuditRepeats } from '../../src/audit/audit-repeats.ts'
import { newBrowser, signedInAs } from '../support/browser.ts'
import { createTestClock } from '../support/clock.ts'
import { storeFile } from '../support/stored-file.ts'
import { TEST_ENGINE, testDatabase } from '../support/test-database.ts'
import { testFolder } from '../support/test-folder.ts'
import { startTestService, TEACHER } from '../support/test-service.ts'

const REFUSED: AuditEntry = {
  action: 'export.request',
  outcome: 'refused',
  actorId: 2,
  via: 'session',
  address: '10.0.0.1',
  subject: 'course 1',
}

/** How SQLite refuses to write can be caused here; the disk of PostgreSQL is its server's. */
const FULL_DISK = { skip: TEST_ENGINE === 'postgres' && 'only SQLite can be made to refuse to grow' }

async function setUp (t: Test) {
  const clock = createTestClock()
  const db = await openDatabase(await testDatabase(t, testFolder(t)))
  t.teardown(() => db.close())
  const lines: Array<{ level: string, text: string, facts: Record<string, unknown> }> = []
  const line = (level: string) =>
    (
      facts: object,
      text: string
    ) => {
      lines.push({ level, text, facts: facts as Record<string, unknown> })
    }
  let writes = 0
  const audit = createAudit({
    db: { ...db, write (...args) { writes++; return db.write(...args) } } as typeof db,
    clock,
    log: { info: line('info'), warn: line('warn'), error: line('error') },
  })
  const rows = async () =>
    (await db.reads.selectFrom('audit_log').select([
      'subject',
      'count',
    ]).orderBy('id').execute()).map(({
      subject,
      count,
    }) => [
      subject,
      count,
    ])
  // Real refusals of SQLite: the writing connection may have no more pages than there are, or as many as it
  // likes.
  const setFull = async (isFull: boolean) => {
    await db.write(async (trx) => {
      const { rows: [pages] } = await sql<{ page_count: number }>`PRAGMA page_count`.execute(trx)
      await sql`PRAGMA max_page_count = ${sql.raw(String(isFull ? pages!.page_count : 4_000_000))}`.execute(
        trx
      )
    })
  }
  return { clock, db, audit, rows, lines, setFull, writes: () => writes }
}

t.test('the first is written at once, the repeats of its minute once with their count', async (t) => {
  const { clock, audit, rows } = await setUp(t)
  // `settled` would also write the repeats.
  const written = async (count: number) => {
    while ((await rows()).length < count) await new Promise(setImmediate)
  }
  for (let i = 0; i < 7225; i++) audit.record(REFUSED)
  await written(1)
  t.strictSame(await rows(), [['course 1', 1]])
  clock.advance(60_000)
  await audit.settled()
  t.strictSame(await rows(), [['course 1', 1], ['course 1', 7224]])
  t.strictSame((await audit.list({ limit: 10 })).map(({ count, at }) => [count, at]), [
    [7224, clock.now() - 60_000],
    [1, clock.now() - 60_000],
  ])
  audit.record(REFUSED)
  await written(3)
  t.strictSame((await rows()).slice(2), [['course 1', 1]], 'a new minute')
})

t.test('a reader sees all entries, also after a restart of the service', async (t) => {
  const { audit, rows, clock } = await setUp(t)
  for (let i = 0; i < 5; i++) audit.record(REFUSED)
  t.strictSame((await audit.list({ limit: 10 })).map(({ count }) => count), [4, 1])
  for (let i = 0; i < 3; i++) audit.record(REFUSED)
  await audit.close()
  t.strictSame(await rows(), [['course 1', 1], ['course 1', 4], ['course 1', 3]])
  clock.advance(120_000)
  t.equal((await rows()).length, 3, 'nothing comes after the end')
})

t.test('one who walks over all ids, and memory for any number of kinds', async (t) => {
  const repeats = createAuditRepeats()
  const walked = Array.from(
    { length: 10_000 },
    (_, i) => repeats.add({ ...REFUSED, subject: `course ${i}` }, 1000 + Math.floor(i / 100))
  ).flat()
  t.equal(walked.length, 51, 'fifty subjects, and one for all others')
  t.match(walked.at(-1), { subject: 'more', count: 1 })
  t.match(repeats.take(1100, { all: true }), [{ subject: 'more', count: 9949 }])
  const done = Array.from(
    { length: 20_000 },
    (_, i) => repeats.add({ ...REFUSED, outcome: 'done', subject: `course ${i}` }, 2000)
  ).flat()
  t.equal(done.length, 20_000, 'what was done is never put together with something else')
  t.strictSame(repeats.take(1_000_000), [], 'nothing was repeated')
  t.equal(repeats.nextAt(), undefined)
  repeats.add(REFUSED, 5000)
  repeats.add(REFUSED, 5001)
  t.match(
    repeats.add(REFUSED, 4000),
    [{ count: 1, at: 5001 }, { count: 1, at: 4000 }],
    'a clock that is set back begins a new minute'
  )
})

t.test('a disk without room: entries wait and are written when there is room', FULL_DISK, async (t) => {
  const { clock, audit, rows, lines, setFull } = await setUp(t)
  await setFull(true)
  const long = 'x'.repeat(4000)
  for (let i = 0; i < 300; i++) audit.record({ ...REFUSED, outcome: 'done', subject: `${i} ${long}` })
  await audit.settled()
  t.strictSame(lines.map(({ level }) => level), ['warn'], 'said once')
  t.match(lines[0], { text: /wait and will be retried/, facts: { err: { code: 'SQLITE_FULL' } } })
  await clock.asked(5000)
  clock.advance(5000)
  await audit.settled()
  t.strictSame(lines.length, 1)
  await setFull(false)
  await clock.asked(5000)
  clock.advance(5000)
  await audit.settled()
  t.strictSame(
    (await rows()).map(([subject]) => String(subject).split(' ')[0]),
    Array.from({ length: 300 }, (_, i) => String(i)),
    'all, in their order'
  )
  t.match(lines.at(-1), { level: 'info' })
  t.notMatch(JSON.stringify(lines), /cannot rollback/)
})

t.test('not everything can wait: what is lost is counted', FULL_DISK, async (t) => {
  const { clock, audit, rows, lines, setFull, writes } = await setUp(t)
  await setFull(true)
  const long = 'x'.repeat(500)
  for (let i = 0; i < 10_100; i++) audit.record({ ...REFUSED, outcome: 'done', subject: `${i} ${long}` })
  await audit.settled()
  t.equal(writes(), 2, 'one try for all that came at once, and one for the wait')
  await setFull(false)
  await clock.asked(5000)
  clock.advance(5000)
  await audit.settled()
  t.equal((await rows()).length, 10_000)
  t.match(lines.find(({ level }) => level === 'error'), { facts: { lost: 100 } })
})

t.test('the end of the service with a full disk says what is lost', FULL_DISK, async (t) => {
  const { audit, lines, setFull } = await setUp(t)
  await setFull(true)
  for (let i = 0; i < 50; i++) {
    audit.record({
      ...REFUSED,
      outcome: 'done',
      subject: `${i} ${'x'.repeat(4000)}`,
    })
  }
  await audit.close()
  t.match(lines.at(-1), { level: 'error', facts: { lost: 50 } })
})

t.test('a flood of refused requests over HTTP', async (t) => {
  const clock = createTestClock()
  const service = await startTestService(t, { courses: [{ teachers: [{ email: TEACHER }] }], clock })
  const student = await signedInAs(service, 'student', 'zebedee@example.edu')
  await service.services.audit.settled()
  for (let i = 0; i < 200; i++) {
    t.equal((await student.call('POST', '/api/courses/1/performance/export')).status, 403)
  }
  const { entries } = (await service.call('GET', '/api/audit?action=export.request')).json()
  t.match(entries, [
    { outcome: 'refused', count: 199, subject: 'course 1' },
    { outcome: 'refused', count: 1 },
  ])
  t.equal(entries.length, 2)
})

t.test('refused downloads with FILE_ACCESS=session', async (t) => {
  const service = await startTestService(t, {
    courses: [
      { sourceId: 'a', teachers: [{ email: TEACHER }] },
      { sourceId: 'b', teachers: [{ email: 'other@example.edu' }] },
    ],
    settings: { FILE_ACCESS: 'session' },
  })
  const file = await storeFile(service, 'x', { owner: { type: 'course', id: service.courseIds[0]! } })
  const path = `/files/${file.hex}/${encodeURIComponent(file.filename)}`
  const other = await signedInAs(service, 'teacher', 'other@example.edu')
  const teacher = await signedInAs(service, 'teacher')
  t.equal((await other.call('GET', path)).status, 404)
  t.equal((await newBrowser(service).call('GET', path)).status, 401)
  t.equal((await teacher.call('GET', path)).status, 200)
  for (const guess of [`/files/${'0'.repeat(32)}/x.txt`, `${path}x`, '/files/', '/files/x/y/z']) {
    t.equal((await other.call('GET', guess)).status, 404)
    t.equal((await newBrowser(service).call('GET', guess)).status, 401)
  }
  const { entries } = (await service.call('GET', '/api/audit?action=file.download')).json()
  const subject = `file ${file.hex.slice(0, 6)}…, course ${service.courseIds[0]}`
  t.strictSame(
    entries.map((entry: Record<string, unknown>) => [
      entry.outcome,
      entry.email,
      entry.via,
      entry.subject,
    ]),
    [
      ['done', TEACHER, 'session', subject.split(',')[0]],
      ['refused', null, 'link', subject],
      ['refused', 'other@example.edu', 'session', subject],
    ],
    'guesses are noise'
  )
})

t.test('AUDIT_READS notes who read a book', async (t) => {
  for (const isOn of [false, true]) {
    const service = await startTestService(t, {
      courses: [
        {
          teachers: [{ email: TEACHER }],
          tasks: [{ title: 'HW' }],
          students: [{ lastName: 'Quux', cells: [1] }],
        },
      ],
      settings: { AUDIT_READS: String(isOn) },
    })
    const teacher = await signedInAs(service, 'teacher')
    const student = await signedInAs(service, 'student')
    t.equal((await teacher.call('GET', '/api/courses/1/performance')).status, 200)
    t.equal((await student.call('GET', '/api/courses/1/performance')).status, 403)
    t.equal((await teacher.call('GET', '/api/courses/1/performance/exports')).status, 200)
    t.equal((await teacher.call('GET', '/api/courses/1/performance/students/1')).status, 200)
    const { entries } = (await service.call('GET', '/api/audit?action=book.read')).json()
    t.strictSame(
      entries.map((entry: Record<string, unknown>) => [entry.outcome, entry.email, entry.subject]),
      isOn
        ? [
            ['done', TEACHER, 'course 1, student 1'],
            ['refused', null, 'course 1'],
            ['done', TEACHER, 'course 1'],
          ]
        : []
    )
  }
})
