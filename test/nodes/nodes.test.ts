// The nodes of a database: which may run at the same time, and how they are listed.
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openDatabase, type NodeIdentity, type PostgresLocation } from '../../db/index.ts'
import { liveNodes } from '../../db/queries/nodes.ts'
import { perfbook, type CliResult } from '../support/cli.ts'
import { noPostgres, testPostgres } from '../support/postgres.ts'
import { startServer, type ServerProcess } from '../support/server-process.ts'
import { databaseEnv } from '../support/test-database.ts'
import { testFolder } from '../support/test-folder.ts'
import { until } from '../support/until.ts'

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
/** Without housekeeping, which would be a running job soon after the start. */
const LIMITS = {
  WORKER_THREADS: '1', DATABASE_POOL: '12', MIN_FREE_BYTES: '0', FILE_SWEEP_MINUTES: '0',
}

interface Asked {
  get: (path: string) => Promise<{ status: number, body: any }>
}

/** An administrator's requests to a service, whose account a command makes. */
async function administrator (
  t: Test, folder: string, env: Record<string, string>, { address }: ServerProcess
): Promise<Asked> {
  await perfbook(folder, ['user', 'add', 'admin@example.edu', '--role', 'admin'], { env })
  const { stdout } = await perfbook(folder, ['token', 'create', 'admin@example.edu'], { env })
  return {
    async get (path) {
      const headers = { authorization: `Bearer ${stdout.trim()}` }
      const answer = await fetch(`${address}${path}`, { headers })
      return { status: answer.status, body: await answer.json() }
    },
  }
}

async function command (folder: string, env: Record<string, string>): Promise<unknown> {
  const { stdout }: CliResult = await perfbook(folder, ['nodes', '--json'], { env })
  return JSON.parse(stdout)
}

t.test('with SQLite there is one node, while the service runs', async (t) => {
  const folder = testFolder(t)
  const service = await startServer(t, folder, { NODE_NAME: 'alone', ...LIMITS })
  const { get } = await administrator(t, folder, LIMITS, service)
  const { body } = await get('/api/nodes')
  t.match(body, [{
    name: 'alone', role: 'all', version: /^\d/, started_at: ISO, seen_at: ISO, running_jobs: 0,
  }])
  t.strictSame(Object.keys(body[0]), ['name', 'role', 'version', 'started_at', 'seen_at', 'running_jobs'])
  t.match(await command(folder, LIMITS), [{ ...body[0], seen_at: ISO }])
  const table = await perfbook(folder, ['nodes'], { env: LIMITS })
  t.match(table.stdout, /^NAME +ROLE +VERSION +STARTED +SEEN +JOBS\nalone +all /)
  service.kill('SIGTERM')
  await service.ended
  t.strictSame(await command(folder, LIMITS), [])
  t.match(await perfbook(folder, ['nodes'], { env: LIMITS }), { status: 0, stdout: 'No node is running.\n' })
})

t.test('nodes with files on their own disks', { skip: noPostgres }, async (t) => {
  const location = await testPostgres(t, { mayHaveTables: true })
  const folders = { one: join(testFolder(t), 'one'), two: join(testFolder(t), 'two') }
  const env = (name: string) => ({ ...databaseEnv(location), NODE_NAME: name, ...LIMITS })
  const service = await startServer(t, folders.one, env('one'))
  const { get } = await administrator(t, folders.one, env('one'), service)
  t.match((await get('/api/nodes')).body, [{ name: 'one', role: 'all', running_jobs: 0 }])
  t.match(await command(folders.two, env('two')), [{ name: 'one' }], 'a command is no node')

  const refused = async (name: string) =>
    await perfbook(folders.two, ['serve', '--port', '0'], { env: env(name) })
  t.match(await refused('two'), {
    status: 1,
    stderr: /^error: .*keeps its files on its own disk.*FILES_URL/,
  })
  t.match(await refused('one'), { status: 1, stderr: /^error: A node with the name one is already running/ })

  service.kill('SIGKILL')
  await service.ended
  const again = await startServer(t, folders.one, env('one'))
  t.match(await command(folders.one, env('one')), [{ name: 'one' }], 'a restart is no second node')
  again.kill('SIGTERM')
  await again.ended
  t.strictSame(await command(folders.one, env('one')), [])
})

t.test('a node that runs no jobs, and one that does nothing else', { skip: noPostgres }, async (t) => {
  const location = await testPostgres(t, { mayHaveTables: true })
  const folder = testFolder(t)
  const env = { ...databaseEnv(location), ...LIMITS }
  const web = await startServer(t, folder, { ...env, NODE_ROLE: 'web' })
  const { get } = await administrator(t, folder, env, web)
  t.match(await get('/readyz'), {
    status: 200,
    body: { status: 'degraded', degraded: [{ part: 'jobs', message: /^No live node runs jobs/ }] },
  })
  t.match((await get('/api/nodes')).body, [{ role: 'web' }])
  web.kill('SIGTERM')
  await web.ended

  const worker = await startServer(t, folder, { ...env, NODE_ROLE: 'worker' })
  const asked = async (path: string) => {
    const answer = await fetch(`${worker.address}${path}`)
    return [answer.status, await answer.text()] as const
  }
  t.strictSame(await asked('/readyz'), [200, '{"status":"ok"}'])
  t.equal((await asked('/healthz'))[0], 200)
  t.equal((await asked('/metrics'))[0], 401)
  for (const path of ['/', '/api/courses', '/api/nodes', '/api/docs', '/nowhere']) {
    const [status, text] = await asked(path)
    t.match({ status, ...JSON.parse(text) as object }, {
      status: 404, code: 'ROUTE_NOT_FOUND', message: /NODE_ROLE=worker/,
    }, path)
  }
})

const identity = (name: string, id: string): NodeIdentity => ({
  id, name, role: 'worker', version: '1', threads: 1, sharesFiles: true, runningJobs: () => 2,
})
const joinNodes = async (location: PostgresLocation, node: NodeIdentity) =>
  await openDatabase(location, { node, isImpatient: true })

t.test('nodes that share their files run at the same time, under different names', {
  skip: noPostgres,
}, async (t) => {
  const location = await testPostgres(t, { mayHaveTables: true })
  const one = await joinNodes(location, identity('one', 'a1'))
  t.teardown(() => one.close())
  const two = await joinNodes(location, identity('two', 'b1'))
  const names = async () => (await liveNodes(one.reads)).map((node) => node.name)
  await until('both are listed', async () => (await names()).length === 2)
  t.match(await liveNodes(one.reads), [{ name: 'one', running_jobs: 2 }, { name: 'two' }])
  await t.rejects(joinNodes(location, identity('two', 'b2')), { code: 'NODE_REFUSED', message: /name two/ })
  await t.rejects(joinNodes(location, { ...identity('three', 'c1'), sharesFiles: false }), {
    code: 'NODE_REFUSED', message: /on its own disk/,
  })
  await two.leave()
  t.strictSame(await names(), ['one'], 'one that is about to stop')
  await two.close()
  const three = await joinNodes(location, identity('two', 'b3'))
  await three.close()
})
