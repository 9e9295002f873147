// A newer version brings a PostgreSQL database up to date while nodes of this version work on it.
import { sql } from 'kysely'
import t from 'tap'
import { openDatabase, type PostgresLocation } from '../../../db/index.ts'
import { bringUpToDate } from '../../../db/postgres/migrate.ts'
import { migrations } from '../../../db/postgres/migrations.ts'
import { perfbook } from '../../support/cli.ts'
import { noPostgres, testPostgres } from '../../support/postgres.ts'
import { databaseEnv } from '../../support/test-database.ts'
import { testFolder } from '../../support/test-folder.ts'
import { startTestService, type TestService } from '../../support/test-service.ts'
import { until } from '../../support/until.ts'

const LATER = '9999_later'
const ENOUGH = 5

/** What a later version does before it starts: a step that only adds. */
async function upgrade (location: PostgresLocation): Promise<string[]> {
  return await bringUpToDate(location, {
    mayUpgrade: true,
    check: async () => {},
    steps: {
      ...migrations,
      [LATER]: {
        async up (db) {
          // In another order than requests use them.
          for (const table of ['jobs', 'files', 'exports', 'courses', 'nodes']) {
            await sql`ALTER TABLE ${sql.table(table)} ADD COLUMN later TEXT NOT NULL DEFAULT 'x'`.execute(db)
          }
          await sql`CREATE INDEX later_jobs ON jobs (later)`.execute(db)
          await sql`CREATE TABLE later (id bigint PRIMARY KEY)`.execute(db)
        },
      },
    },
  })
}

const course = (name: string) => ({
  name, tasks: [{ title: 'HW' }], students: [{ lastName: 'Ames', cells: [0.5] }],
})

/** People who make exports and look at them, until `stop`. */
function clicks ({ call, courseIds }: TestService) {
  const answers: string[] = []
  let isOver = false
  const people = courseIds.map(async (id) => {
    while (!isOver) {
      const asked = await call('POST', `/api/courses/${id}/performance/export`)
      const list = await call('GET', `/api/courses/${id}/performance/exports`)
      answers.push(`${asked.status} ${list.status}`)
    }
  })
  return {
    answers,
    more: async (count: number) => {
      const wanted = answers.length + count
      await until(`${wanted} answers`, () => answers.length >= wanted)
    },
    stop: async () => {
      isOver = true
      await Promise.all(people)
    },
  }
}

t.test('a node that is older than the schema is refused', { skip: noPostgres }, async (t) => {
  const location = await testPostgres(t)
  const db = await openDatabase(location)
  t.teardown(() => db.close())
  t.strictSame(await upgrade(location), [LATER])
  t.strictSame(await upgrade(location), [], 'once')
  for (const mayUpgrade of [true, false]) {
    await t.rejects(openDatabase(location, { mayUpgrade }), { code: 'SCHEMA_TOO_NEW', message: /9999_later/ })
  }
  t.match(
    await perfbook(testFolder(t), ['serve'], {
      env: { ...databaseEnv(location), PORT: '0', START_WAIT_SECONDS: '3600', MIN_FREE_BYTES: '0' },
    }),
    { status: 1, stdout: '', stderr: /^error: A later version of Perfbook has upgraded the database/ }
  )
  t.strictSame(await db.reads.selectFrom('nodes').select('name').execute(), [])
})

t.test('a service under clicks while a newer version migrates', { skip: noPostgres }, async (t) => {
  const location = await testPostgres(t)
  const service = await startTestService(t, {
    database: location,
    courses: [course('Physics'), course('Biology')],
    settings: { EXPORT_RATE_MAX: '1000000' },
  })
  const { services, call, courseIds } = service
  const people = clicks(service)
  t.teardown(() => people.stop())
  await people.more(ENOUGH)
  t.strictSame(await upgrade(location), [LATER])
  // While the step holds tables, a request may be told to come again at once.
  t.strictSame(people.answers.filter((answer) => !/^(202|503) (200|503)$/.test(answer)), [])
  const during = people.answers.length
  await people.more(ENOUGH + courseIds.length)
  await people.stop()
  t.strictSame([...new Set(people.answers.slice(during + courseIds.length))], ['202 200'])
  await services.runner.drain()
  const { rows } = await sql<{ state: string, later: string }>`SELECT DISTINCT state, later FROM jobs
    WHERE kind = 'performance-export'`.execute(services.db.reads)
  t.strictSame(rows.map((row) => ({ ...row })), [{ state: 'succeeded', later: 'x' }])

  await services.db.write((trx) => trx.updateTable('courses').set({ data_version: sql`data_version + 1` })
    .execute())
  const before = (await call('GET', `/api/courses/${courseIds[0]}/performance/exports`)).json()
  t.equal((await call('POST', `/api/courses/${courseIds[0]}/performance/export`)).status, 202)
  await services.runner.drain()
  t.strictNotSame((await call('GET', `/api/courses/${courseIds[0]}/performance/exports`)).json(), before)
})
