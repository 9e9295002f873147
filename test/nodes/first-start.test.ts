// Nodes that start at the same instant on an empty database and an empty bucket: one of them makes the
// tables, ours and pg-boss's, and the others wait for it. The same for old tables of pg-boss.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as migrationStore from 'pg-boss/dist/migrationStore.js'
import t, { type Test } from 'tap'
import type { PostgresLocation } from '../../db/index.ts'
import { connectionPool } from '../../db/postgres/connection.ts'
import { testPostgres } from '../support/postgres.ts'
import { startSwift } from '../support/swift.ts'
import { databaseEnv } from '../support/test-database.ts'
import { testFolder } from '../support/test-folder.ts'
import { startTestService } from '../support/test-service.ts'
import { until, within } from '../support/until.ts'
import { course, needsFleet } from './fleet.ts'
import { startProcess, type NodeProcess } from './node-process.ts'

const NAMES = ['one', 'two', 'three']

async function settingsFor (t: Test, location: PostgresLocation): Promise<Record<string, string>> {
  return {
    ...databaseEnv(location),
    ...await (await startSwift(t)).settings(),
    AWS_ACCESS_KEY_ID: process.env.AWS_ACCESS_KEY_ID ?? '',
    AWS_SECRET_ACCESS_KEY: process.env.AWS_SECRET_ACCESS_KEY ?? '',
    PORT: '0',
    MIN_FREE_BYTES: '0',
    OVERLOAD_DELAY_MS: '0',
    WORKER_THREADS: '1',
    DATABASE_POOL: '12',
  }
}

/** Starts nodes at the same instant. They are killed with the test. */
function startAtOnce (t: Test, names: readonly string[], env: Record<string, string>): NodeProcess[] {
  const folder = testFolder(t)
  const nodes = names.map((name) => {
    mkdirSync(join(folder, name), { recursive: true, mode: 0o700 })
    return startProcess(name, { ...env, DATA_DIR: join(folder, name) })
  })
  t.teardown(async () => {
    for (const node of nodes) node.kill('SIGKILL')
    await Promise.all(nodes.map(({ ended }) => ended))
  })
  return nodes
}

function queries (t: Test, location: PostgresLocation) {
  const pool = connectionPool(location.connection, { max: 1 })
  t.teardown(() => pool.end())
  return async (query: string) => (await pool.query<Record<string, unknown>>(query)).rows
}

t.test('nodes that start at once', needsFleet, async (t) => {
  const location = await testPostgres(t)
  const nodes = startAtOnce(t, NAMES, await settingsFor(t, location))
  for (const node of nodes) {
    const address = await within(`${node.name} listens`, node.address)
    t.ok(address, `${node.name}: ${node.stderr()}`)
    const answer = await fetch(`${address}/readyz`)
    t.match([answer.status, await answer.text()], [200, '{"status":"ok"}'], node.name)
  }
  const rows = queries(t, location)
  t.strictSame((await rows('SELECT name FROM nodes')).map(({ name }) => name).sort(), [...NAMES].sort())
  t.equal((await rows('SELECT version FROM pgboss.version')).length, 1)
  t.ok((await rows('SELECT name FROM pgboss.queue')).length >= 3)
  for (const node of nodes) {
    t.notMatch(node.stderr(), /"level":[56]0/, node.name)
    node.kill('SIGTERM')
    t.match(await node.ended, { status: 0 })
  }
  t.strictSame(await rows('SELECT name FROM nodes'), [])
})

t.test('nodes that start at once on old tables of pg-boss, with jobs in them', needsFleet, async (t) => {
  const location = await testPostgres(t)
  const rows = queries(t, location)
  const courses = ['Physics', 'Chemistry', 'Latin'].map((name) => course(name))
  const service = await startTestService(t, {
    database: location, courses, onDisk: true, withoutRunner: true,
  })
  for (const id of service.courseIds) {
    t.equal((await service.call('POST', `/api/courses/${id}/performance/export`)).status, 202)
  }
  await service.server.close()
  await service.services.close(0)
  const [{ version: newest } = {}] = await rows('SELECT version FROM pgboss.version')
  const oldest = migrationStore.getMinVersion('pgboss')
  for (let version = Number(newest); version > oldest; version--) {
    await rows(migrationStore.rollback('pgboss', version))
  }
  t.strictSame(await rows('SELECT version FROM pgboss.version'), [{ version: oldest }])
  t.equal((await rows("SELECT id FROM pgboss.job WHERE state = 'created'")).length, courses.length)

  const settings = await settingsFor(t, location)
  const nodes = startAtOnce(t, ['one', 'two'], settings)
  for (const node of nodes) t.ok(await within(`${node.name} listens`, node.address), node.stderr())
  await until('all jobs have ended', async () =>
    (await rows("SELECT id FROM jobs WHERE state IN ('queued', 'started')")).length === 0)
  t.strictSame(await rows('SELECT version FROM pgboss.version'), [{ version: newest }])
  t.strictSame(
    await rows("SELECT state, count(*) AS count FROM jobs WHERE kind = 'performance-export' GROUP BY state"),
    [{ state: 'succeeded', count: courses.length }]
  )
  t.equal((await rows('SELECT id FROM exports')).length, courses.length)
  const queued = 'SELECT name, table_name FROM pgboss.bam'
  t.ok((await rows(queued)).length > 0, 'an upgrade queues what it builds in the background')
  t.strictSame(await rows(`${queued} GROUP BY 1, 2 HAVING count(*) > 1`), [], 'there was one upgrade')
  t.strictSame(await rows(`${queued} WHERE status = 'failed'`), [])
  for (const node of nodes) t.notMatch(node.stderr(), /"level":[56]0/, node.name)

  await rows('UPDATE pgboss.version SET version = version + 1')
  const [late] = startAtOnce(t, ['late'], settings)
  t.equal(await late?.address, undefined)
  t.match(late?.stderr(), /^error: A later version of Perfbook has upgraded the tables of pg-boss/m)
})
