// The data folder of version 0.1.0 and a database of every step of the schema, opened by today's service:
// book and workbook are those of new data; files, sign-ins and links from before are valid.
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Migrator } from 'kysely/migration'
import t, { type Test } from 'tap'
import { sqliteFile, type DatabaseLocation, type PostgresLocation } from '../../db/index.ts'
import { connectionPool, kyselyOver } from '../../db/postgres/connection.ts'
import { migrations as stepsOfPostgres } from '../../db/postgres/migrations.ts'
import { migrations } from '../../db/migrations/all.ts'
import { hashOfSecret } from '../../src/accounts/secrets.ts'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { systemClock } from '../../src/jobs/clock.ts'
import { createWorkerPool } from '../../src/jobs/worker-pool.ts'
import { TASKS_FILE } from '../../src/program-files.ts'
import { createServices } from '../../src/services.ts'
import type { JobTasks } from '../../workers/task-map.ts'
import { insertCourse, makeBookDatabase } from '../support/book-database.ts'
import { perfbook } from '../support/cli.ts'
import { FIXTURE_COURSE, FIXTURE_TIME } from '../support/fixture-course.ts'
import { readCells } from '../support/ooxml-cells.ts'
import { sqlNow } from '../support/sql.ts'
import { TEST_ENGINE, testDatabase } from '../support/test-database.ts'
import { testFolder } from '../support/test-folder.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures')
const QUIET = { info () {}, warn () {}, error () {} }
const EXPORTED = Buffer.from('PK.')
const EXPORTED_AT = `/files/${'0'.repeat(32)}/Physics.xlsx`
const COOKIE_SECRET = 'x'.repeat(43)

// Shared by all services: threads take longer to start than to do their work here.
const threads = createWorkerPool<JobTasks>({ tasksFile: TASKS_FILE, threads: 1, memoryMb: 512 })
t.teardown(() => threads.destroy())

/** Opens a data folder, as `serve` does. Requests go in without a socket. */
async function open (t: Test, folder: string, database: DatabaseLocation, at: number) {
  const services = await createServices({
    config: readConfig({ DATA_DIR: folder, MIN_FREE_BYTES: '0', OVERLOAD_DELAY_MS: '0' }),
    database,
    log: QUIET,
    mayUpgrade: true,
    clock: systemClock(() => at),
    jobPool: { ...threads, destroy: async () => {} },
  })
  const { server } = await createApp(services, false)
  await services.runner.start()
  await services.runner.drain()
  t.teardown(async () => {
    await server.close()
    await services.close(0)
  })
  return {
    services,
    async call (method: 'GET' | 'POST', url: string, headers: Record<string, string> = {}, body?: object) {
      const answer = await server.inject({
        method, url, headers: { host: 'perfbook.test', origin: 'http://perfbook.test', ...headers },
        ...(body === undefined ? {} : { payload: body }),
      })
      return {
        status: answer.statusCode,
        headers: answer.headers,
        bytes: answer.rawPayload,
        // The shape is what the test checks.
        json: () => JSON.parse(answer.payload) as any,
      }
    },
  }
}

type Opened = Awaited<ReturnType<typeof open>>

/** The book and the workbook of the first course, without what belongs to this database alone. */
async function compared (t: Test, { services, call }: Opened, token: string) {
  const auth = { authorization: `Bearer ${token}` }
  const { version, exports, ...book } = (await call('GET', '/api/courses/1/performance', auth)).json()
  t.type(version, 'string')
  t.type(exports, Array)
  const asked = await call('POST', '/api/courses/1/performance/export', auth)
  t.equal(asked.status, 202, asked.bytes.toString())
  await services.runner.drain()
  const job = (await call('GET', asked.json().job, auth)).json()
  t.equal(job.status, 'succeeded')
  const file = join(services.config.DATA_DIR, 'exported.xlsx')
  writeFileSync(file, (await call('GET', new URL(job.url).pathname, auth)).bytes)
  return { book, cells: await readCells(file) }
}

/** A new database with the same course. */
async function fresh (t: Test) {
  const folder = testFolder(t)
  const database = await testDatabase(t, folder)
  await makeBookDatabase(database, FIXTURE_COURSE)
  const opened = await open(t, folder, database, FIXTURE_TIME + 10_000)
  await opened.services.accounts.add({ email: 'admin@example.edu', role: 'admin' })
  return await compared(t, opened, await opened.services.accounts.createToken({
    email: 'admin@example.edu', name: 'test',
  }))
}

/** A data folder with a database as it was after a step. */
async function oldDatabase (t: Test, step: string): Promise<{ folder: string, database: DatabaseLocation }> {
  const folder = testFolder(t)
  if (TEST_ENGINE === 'sqlite') {
    const file = join(folder, 'perfbook.sqlite')
    writeFileSync(file, gunzipSync(readFileSync(join(FIXTURES, `databases/${step}.sqlite.gz`))))
    sqlNow(sqliteFile(file), secrets(step >= '0005').join(';'))
    return { folder, database: sqliteFile(file) }
  }
  const database = await testDatabase(t, folder) as PostgresLocation
  const db = kyselyOver(connectionPool(database.direct, { max: 1 }))
  const { error } = await new Migrator({
    db, provider: { getMigrations: async () => stepsOfPostgres },
  }).migrateTo(step)
  t.equal(error, undefined)
  await db.transaction().execute((trx) => insertCourse(trx, FIXTURE_COURSE))
  await db.destroy()
  sqlNow(database, [...ROWS_OF_POSTGRES, ...secrets(true)].join(';'))
  return { folder, database }
}

/** Gives tokens, sessions and files of a database values that the test knows. */
function secrets (hasSessions: boolean): string[] {
  const sha256 = createHash('sha256').update(EXPORTED).digest('hex')
  return [
    `UPDATE tokens SET hash = '${hashOfSecret('pb_old')}'`,
    `UPDATE files SET sha256 = '${sha256}', size = ${EXPORTED.length}`,
    ...(hasSessions ? [`UPDATE sessions SET hash = '${hashOfSecret('old')}'`] : []),
  ]
}

/** The rows that the SQLite databases have. */
const ROWS_OF_POSTGRES = [
  `INSERT INTO users (email, email_key, role, origin, created_at)
    VALUES ('admin@example.edu', 'admin@example.edu', 'admin', 'account', ${FIXTURE_TIME})`,
  `INSERT INTO tokens (user_id, name, hash, created_at) VALUES (1, 'scripts', 'a', ${FIXTURE_TIME})`,
  `INSERT INTO sessions (user_id, hash, created_at, last_used_at)
    VALUES (1, 'c', ${FIXTURE_TIME}, ${FIXTURE_TIME})`,
  `INSERT INTO jobs (kind, state, "key", owner_type, owner_id, payload, run_after, created_at,
    started_at, finished_at, result, token, attempts)
    VALUES ('performance-export', 'succeeded', 'export:1', 'course', 1,
      '{"courseId":1,"options":{},"requestedBy":"Ad Min"}', 0, ${FIXTURE_TIME},
      ${FIXTURE_TIME + 10}, ${FIXTURE_TIME + 500}, '{"export_id":1}', 1, 1)`,
  `INSERT INTO jobs (kind, state, "key", unique_key, owner_type, owner_id, payload, run_after, created_at)
    VALUES ('performance-export', 'queued', 'export:1', 'export:1', 'course', 1,
      '{"courseId":1,"options":{},"requestedBy":"Ad Min"}', 0, ${FIXTURE_TIME + 1000})`,
  `INSERT INTO files (owner_type, owner_id, category, filename, hex, content_type, size, sha256, created_at,
    created_by) VALUES ('course', 1, 'teacher-performance', 'Physics.xlsx', '${'0'.repeat(32)}',
      'application/octet-stream', 3, 'b', ${FIXTURE_TIME + 500}, 'Ad Min')`,
  "INSERT INTO exports (course_id, file_id, job_id, options, data_version) VALUES (1, 1, 1, '{}', 1)",
]

t.test('a database of every step', async (t) => {
  type Compared = Awaited<ReturnType<typeof fresh>>
  let wanted: Compared | undefined
  await t.test('new data', async (t) => { wanted = await fresh(t) })
  /** For databases that have a table of teachers: the fixtures add another teacher by hand. */
  const withSecondTeacher = ({ book, cells: [summary, ...sheets] }: Compared): Compared => ({
    book,
    cells: [
      { ...summary!, cells: { ...summary!.cells, B4: 'tea@example.edu, admin@example.edu' } },
      ...sheets,
    ],
  })
  const steps = Object.keys(TEST_ENGINE === 'sqlite' ? migrations : stepsOfPostgres)
  for (const step of steps) {
    await t.test(step, async (t) => {
      const { folder, database } = await oldDatabase(t, step)
      mkdirSync(join(folder, 'files', '0'.repeat(32)), { recursive: true })
      writeFileSync(join(folder, EXPORTED_AT), EXPORTED)
      writeFileSync(join(folder, 'cookie.secret'), COOKIE_SECRET)
      const opened = await open(t, folder, database, FIXTURE_TIME + 10_000)
      const isTaughtByTwo = TEST_ENGINE === 'sqlite' && step >= '0020'
      t.strictSame(await compared(t, opened, 'pb_old'), isTaughtByTwo ? withSecondTeacher(wanted!) : wanted)
      t.strictSame((await opened.call('GET', EXPORTED_AT)).bytes, EXPORTED)
      const second = (await opened.call('GET', '/api/jobs/2', { authorization: 'Bearer pb_old' })).json()
      t.equal(second.status, 'succeeded', 'the job that was waiting before the upgrade')
      const principal = await opened.services.sessions.authenticate('old')
      t.equal(principal?.email, step < '0005' ? undefined : 'admin@example.edu')
    })
  }
})

t.test('the data folder of version 0.1.0', {
  skip: TEST_ENGINE === 'sqlite' ? false : 'it has an SQLite database',
}, async (t) => {
  const source = join(FIXTURES, 'version-0.1.0')
  const facts = JSON.parse(readFileSync(join(source, 'facts.json'), 'utf8'))
  const [before, now] = [testFolder(t, { old: {}, new: {} }), facts.at + 60_000]
  const [old, made] = [join(before, 'old'), join(before, 'new')]
  cpSync(join(source, 'files'), join(old, 'files'), { recursive: true })
  cpSync(join(source, 'cookie.secret'), join(old, 'cookie.secret'))
  writeFileSync(join(old, 'perfbook.sqlite'), gunzipSync(readFileSync(join(source, 'perfbook.sqlite.gz'))))

  const imported = await perfbook(made, ['import', join(source, 'book.json')])
  t.equal(imported.status, 0, imported.stderr)
  const anew = await open(t, made, sqliteFile(join(made, 'perfbook.sqlite')), now)
  await anew.services.accounts.add({ email: 'admin@example.edu', role: 'admin' })
  const token = await anew.services.accounts.createToken({ email: 'admin@example.edu', name: 'test' })
  const wanted = await compared(t, anew, token)

  const opened = await open(t, old, sqliteFile(join(old, 'perfbook.sqlite')), now)
  const { call } = opened
  t.strictSame(await compared(t, opened, facts.token), wanted, 'with its token')
  for (const { path, sha256, size, type } of facts.files) {
    const file = await call('GET', path)
    t.strictSame([file.status, file.bytes.length, file.headers['content-type']], [200, size, type], path)
    t.equal(createHash('sha256').update(file.bytes).digest('hex'), sha256, path)
  }
  const auth = { authorization: `Bearer ${facts.token}` }
  t.match((await call('GET', facts.exportJob, auth)).json(), { status: 'succeeded' })
  t.equal((await call('GET', '/api/session', { cookie: facts.cookie })).json().email, 'admin@example.edu')
  t.equal((await call('POST', '/api/session', {}, {
    email: 'admin@example.edu', password: facts.password,
  })).status, 200)
  const link = { token: facts.invitation, password: 'correct horse battery staple' }
  t.equal((await call('POST', '/api/invitations/check', {}, { token: link.token })).status, 200)
  t.equal((await call('POST', '/api/invitations', {}, link)).status, 200)
  t.equal((await call('POST', '/api/session', {}, {
    email: 'new@example.edu', password: link.password,
  })).status, 200)
})
