// Nodes that start at the same instant on an empty database and an empty bucket: one of them makes the
// tables, ours and pg-boss's, and the others wait for it.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { connectionPool } from '../../db/postgres/connection.ts'
import { testPostgres } from '../support/postgres.ts'
import { startSwift } from '../support/swift.ts'
import { databaseEnv } from '../support/test-database.ts'
import { testFolder } from '../support/test-folder.ts'
import { within } from '../support/until.ts'
import { needsFleet } from './fleet.ts'
import { startProcess } from './node-process.ts'

const NAMES = ['one', 'two', 'three']

t.test('nodes that start at once', needsFleet, async (t) => {
  const folder = testFolder(t)
  const location = await testPostgres(t)
  const env = {
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
  const nodes = NAMES.map((name) => {
    mkdirSync(join(folder, name), { mode: 0o700 })
    return startProcess(name, { ...env, DATA_DIR: join(folder, name) })
  })
  t.teardown(async () => {
    for (const node of nodes) node.kill('SIGKILL')
    await Promise.all(nodes.map(({ ended }) => ended))
  })
  for (const node of nodes) {
    const address = await within(`${node.name} listens`, node.address)
    t.ok(address, `${node.name}: ${node.stderr()}`)
    const answer = await fetch(`${address}/readyz`)
    t.match([answer.status, await answer.text()], [200, '{"status":"ok"}'], node.name)
  }
  const pool = connectionPool(location.connection, { max: 1 })
  t.teardown(() => pool.end())
  const rows = async (query: string) => (await pool.query<Record<string, unknown>>(query)).rows
  t.strictSame((await rows('SELECT name FROM nodes')).map(({ name }) => name).sort(), [...NAMES].sort())
  t.equal((await rows('SELECT version FROM pgboss.version')).length, 1)
  t.ok((await rows('SELECT name FROM pgboss.queue')).length >= 3)
  for (const node of nodes) {
    t.notMatch(node.stderr(), /"level":[456]0/, node.name)
    node.kill('SIGTERM')
    t.match(await node.ended, { status: 0 })
  }
  t.strictSame(await rows('SELECT name FROM nodes'), [])
})
