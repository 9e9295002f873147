// Commands that are about the data folder or the server itself, with the data in PostgreSQL.
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import t, { type Test } from 'tap'
import { openDatabase, type PostgresLocation } from '../../db/index.ts'
import { clientOptions } from '../../db/postgres/client-options.ts'
import { perfbook, type CliResult } from '../support/cli.ts'
import { noPostgres, postgresUrl, startCluster, testPostgres } from '../support/postgres.ts'
import { startServer } from '../support/server-process.ts'
import { databaseEnv } from '../support/test-database.ts'
import { testFolder } from '../support/test-folder.ts'

function runner (
  folder: string, { connection: { password = '', ...address } }: PostgresLocation
): (args: string[], env?: Record<string, string>) => Promise<CliResult> {
  return async (args, env = {}) =>
    await perfbook(folder, args, {
      env: {
        DATABASE_URL: postgresUrl({ ...address, password: undefined }),
        PGPASSWORD: password,
        PUBLIC_URL: 'https://school.example',
        PORT: '0',
        MIN_FREE_BYTES: '0',
        ...env,
      },
    })
}

interface Check {
  check: string
  ok: boolean
  message: string
  advice: string | null
}

async function examine (
  run: ReturnType<typeof runner>, args: string[] = [], env?: Record<string, string>
): Promise<Map<string, Check>> {
  const { stdout } = await run(['doctor', '--json', ...args], env)
  const { checks } = JSON.parse(stdout) as { checks: Check[] }
  return new Map(checks.map((check) => [check.check, check]))
}

async function client (t: Test, target: PostgresLocation['connection']): Promise<pg.Client> {
  const client = new pg.Client(clientOptions(target))
  client.on('error', () => {})
  await client.connect()
  t.teardown(() => client.end())
  return client
}

t.test('backup and restore leave PostgreSQL to its own tools', { skip: noPostgres }, async (t) => {
  const folder = testFolder(t)
  const target = await testPostgres(t)
  const run = runner(join(folder, 'data'), target)
  for (const args of [['backup', join(folder, 'backups')], ['restore', join(folder, 'backups')]]) {
    t.match(await run(args), {
      status: 1, stdout: '', stderr: /^error: The data is in PostgreSQL.*pg_dump.*docs\/many-nodes\.md/,
    })
  }
  t.strictSame(readdirSync(folder), [])
})

t.test('migrate creates the tables, once', { skip: noPostgres }, async (t) => {
  const target = await testPostgres(t)
  const run = runner(join(testFolder(t), 'data'), target)
  const both = await Promise.all([run(['migrate', '--json']), run(['migrate', '--json'])])
  t.strictSame(both.map(({ status }) => status), [0, 0])
  t.equal(both.filter(({ stdout }) => (JSON.parse(stdout) as { steps: string[] }).steps.length > 0).length, 1)
  t.match(await run(['migrate']), { status: 0, stdout: '', stderr: 'The database is up to date.\n' })
})

t.test('doctor: a sound installation', { skip: noPostgres }, async (t) => {
  const folder = join(testFolder(t), 'data')
  const target = await testPostgres(t)
  const run = runner(folder, target)
  t.match((await examine(run)).get('schema'), { ok: false, message: /no tables yet/, advice: /perfbook migrate/ })
  await (await openDatabase(target)).close()
  for (const args of [[], ['--deep']]) {
    const checks = await examine(run, args)
    t.strictSame([...checks.values()].filter(({ ok, check }) => !ok && check !== 'nodes'), [])
    t.match(checks.get('database')?.message, /^postgres:\/\/perfbook@.*PostgreSQL \d+, UTF8$/)
    t.match(checks.get('data folder')?.message, /does not exist yet/)
    t.notOk(checks.has('permissions') || checks.has('file system'), 'the folder is scratch space')
  }
  mkdirSync(folder)
  t.match((await examine(run)).get('disk'), { ok: true })
})

t.test('doctor: what is wrong', { skip: noPostgres }, async (t) => {
  const cluster = await startCluster({ max_connections: '20' })
  t.teardown(() => cluster.stop())
  const target = await testPostgres(t, { cluster })
  const run = runner(join(testFolder(t), 'data'), target)
  await (await openDatabase(target)).close()
  const admin = await client(t, { ...cluster.admin, database: target.connection.database })
  t.match((await examine(run, [], { DATABASE_POOL: '16' })).get('connections'), { ok: true })
  t.match((await examine(run, [], { DATABASE_POOL: '18' })).get('connections'), {
    ok: false, message: /1 node with DATABASE_POOL=18 may open 18 connections; the server allows 17/,
  })
  // As if the first address were that of a pooler.
  const DATABASE_DIRECT_URL = `${databaseEnv(target).DATABASE_URL}?application_name=direct`
  t.match((await examine(run, [], { DATABASE_POOL: '18', DATABASE_DIRECT_URL })).get('connections'), {
    ok: true, message: /1 node behind a pooler may open 2 connections to the server itself/,
  })
  const wrong = 'postgres://perfbook@127.0.0.1:1/direct'
  t.match((await examine(run, [], { DATABASE_DIRECT_URL: wrong })).get('database'), {
    ok: false, message: new RegExp(`^${wrong} does not answer`),
  })

  await admin.query(`ALTER DATABASE ${target.connection.database} OWNER TO postgres`)
  t.match((await examine(run)).get('rights'), { ok: false, advice: /ALTER DATABASE/ })
  await admin.query(`ALTER DATABASE ${target.connection.database} OWNER TO perfbook`)

  await admin.query(`ALTER DATABASE ${target.connection.database} SET default_transaction_read_only = on`)
  t.match((await examine(run)).get('database'), { ok: false, message: /is read-only/ })
  await admin.query(`ALTER DATABASE ${target.connection.database} SET default_transaction_read_only = off`)

  await admin.query("INSERT INTO kysely_migration (name, timestamp) VALUES ('9999_later', '')")
  t.match((await examine(run)).get('schema'), { ok: false, message: /later version/ })
  await admin.query("DELETE FROM kysely_migration WHERE name = '9999_later'")

  const db = await openDatabase(target)
  await db.write((trx) => trx.insertInto('files').values({
    owner_type: 'course', owner_id: 1, category: 'c', filename: 'a.txt', hex: 'a'.repeat(32),
    content_type: 'x', size: 1, sha256: 'b', created_at: 1, created_by: null, expires_at: null,
    removed_at: null, lost_at: null,
  }).execute())
  await db.close()
  t.match((await examine(run)).get('files'), { ok: true, message: /there is no/ })

  await cluster.stop()
  const gone = await examine(run)
  t.match(gone.get('database'), { ok: false, message: /does not answer/, advice: /DATABASE_URL/ })
  t.notOk(gone.has('schema'))
})

t.test('doctor and the list: a dead node, and no node that runs jobs', { skip: noPostgres }, async (t) => {
  const target = await testPostgres(t, { mayHaveTables: true })
  const folder = join(testFolder(t), 'data')
  const run = runner(folder, target)
  const listed = async () => {
    const { stdout } = await run(['nodes', '--json'])
    return (JSON.parse(stdout) as Array<{ name: string }>).map(({ name }) => name)
  }
  const nodes = async () => (await examine(run)).get('nodes')
  await (await openDatabase(target)).close()
  t.match(await nodes(), { ok: false, message: 'No node is running.', advice: 'Start a node.' })
  t.match(await run(['nodes']), { status: 0, stdout: 'No node is running.\n' })

  const limits = { WORKER_THREADS: '1', DATABASE_POOL: '12' }
  const worker = await startServer(t, folder, {
    ...databaseEnv(target), ...limits, NODE_ROLE: 'worker', NODE_NAME: 'mine',
  })
  t.strictSame(await listed(), ['mine'])
  t.match(await nodes(), { ok: true, message: 'mine (worker)' })
  t.notOk((await examine(run)).has('service'), 'nodes run: that of this machine is not missing')
  worker.kill('SIGKILL')
  await worker.ended
  // A minute passes.
  await (await client(t, target.connection)).query('UPDATE nodes SET seen_at = seen_at - 60000')
  t.strictSame(await listed(), [])
  t.match(await nodes(), { ok: false, message: 'No node is running.' })

  const web = await openDatabase(target, {
    node: {
      id: 'a1', name: 'front', role: 'web', version: '1', threads: 0, sharesFiles: true, runningJobs: () => 0,
    },
  })
  t.teardown(() => web.close())
  while ((await listed()).length === 0);
  t.strictSame(await listed(), ['front'])
  t.match(await nodes(), {
    ok: false,
    message: 'No node runs jobs: front (web).',
    advice: 'Exports and imports wait. Start a node with NODE_ROLE=worker or all.',
  })
})
