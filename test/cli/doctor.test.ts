import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { connect } from '../../db/sqlite/connection.ts'
import { secretFromFile } from '../../src/accounts/secrets.ts'
import { makeBookDatabase } from '../support/book-database.ts'
import { perfbook } from '../support/cli.ts'
import { startServer } from '../support/server-process.ts'
import { testFolder } from '../support/test-folder.ts'

interface Check {
  check: string
  ok: boolean
  message: string
  advice: string | null
}

async function examine (folder: string, args: string[] = [], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = await perfbook(folder, ['doctor', '--json', ...args], {
    env: { PORT: '0', MIN_FREE_BYTES: '0', ...env },
  })
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean, checks: Check[] }
  return {
    status,
    stderr,
    ok,
    checks,
    problems: checks.filter((one) => !one.ok),
    of: (name: string) => checks.find((one) => one.check === name),
  }
}

/** A data folder as the service leaves it, with one exported file. */
async function setUp (t: Test): Promise<{ folder: string, file: string }> {
  const folder = join(testFolder(t), 'data')
  await makeBookDatabase(join(folder, 'perfbook.sqlite'), {
    name: 'Physics',
    tasks: [{ title: 'HW' }],
    students: [{ lastName: 'Ames', cells: [1] }],
  })
  await perfbook(folder, ['export', '1'])
  secretFromFile(join(folder, 'cookie.secret'))
  const [hex] = readdirSync(join(folder, 'files'))
  return { folder, file: join(folder, 'files', hex!, readdirSync(join(folder, 'files', hex!))[0]!) }
}

t.test('all is well', async (t) => {
  const { folder } = await setUp(t)
  for (const args of [[], ['--deep']]) {
    const { status, ok, checks } = await examine(folder, args)
    t.strictSame([status, ok], [0, true])
    t.strictSame(checks.map(({ check }) => check), [
      'version',
      'settings',
      'data folder',
      'file system',
      'permissions',
      'disk',
      'database',
      'files',
      'snapshots',
      'clock',
      'service',
      'threads',
    ])
    t.ok(checks.every(({ ok, advice }) => ok && advice === null))
  }
  const { status, stdout } = await perfbook(folder, ['doctor'], { env: { PORT: '0', MIN_FREE_BYTES: '0' } })
  t.equal(status, 0)
  t.match(stdout, /^ok {7}files {8}1 file with [\d.]+ MB, present$/m)
})

t.test('beside a service, which is asked whether it is ready', async (t) => {
  const { folder } = await setUp(t)
  const server = await startServer(t, folder)
  const { status, of } = await examine(folder)
  t.equal(status, 0)
  t.match(of('service'), { ok: true, message: `process ${server.pid}, ${server.address}) is ready` })
  server.kill('SIGTERM')
  await server.ended
  t.match((await examine(folder)).of('service'), { ok: true, message: /not running/ })
  t.match(await perfbook(folder, ['courses']), { status: 0 }, 'the lock was left alone')
})

t.test('each problem is named, with what to do', async (t) => {
  const { folder, file } = await setUp(t)
  const has = async (
    check: string,
    message: RegExp,
    args: string[] = [],
    env: Record<string, string> = {}
  ) => {
    const { status, problems, stderr } = await examine(folder, args, env)
    t.equal(status, 1, check)
    t.strictSame(problems.map((one) => one.check), [check], JSON.stringify(problems))
    t.match(problems[0], { message, advice: /\w{3}/ })
    t.match(stderr, /1 of \d+ checks found a problem/)
  }
  await has('settings', /PORT=many.*LOG_LEVEL=loud/, [], { PORT: 'many', LOG_LEVEL: 'loud' })
  await has('disk', /MIN_FREE_BYTES/, [], { MIN_FREE_BYTES: String(2 ** 50) })

  chmodSync(folder, 0o755)
  chmodSync(join(folder, 'perfbook.sqlite'), 0o644)
  await has('permissions', /Other users of this machine have access to [^ ]*data, .*perfbook\.sqlite/)
  chmodSync(folder, 0o700)
  chmodSync(join(folder, 'cookie.secret'), 0o640)
  await has('permissions', /have access to [^ ]*cookie\.secret\./)
  chmodSync(join(folder, 'cookie.secret'), 0o600)

  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise<void>((resolve) => {
    taken.once('listening', resolve)
  })
  await has('service', /could not listen on 127\.0\.0\.1:\d+ \(EADDRINUSE\)/, [], {
    PORT: String((taken.address() as AddressInfo).port),
  })
  taken.close()

  utimesSync(join(folder, 'perfbook.sqlite'), new Date(), new Date(Date.now() + 3_600_000))
  await has('clock', /was set back/)
  utimesSync(join(folder, 'perfbook.sqlite'), new Date(), new Date())

  writeFileSync(file, Buffer.alloc(statSync(file).size))
  t.equal((await examine(folder)).status, 0, 'bytes are read with --deep only')
  await has('files', /0 lost, 1 damaged, 0 unknown/, ['--deep'])
  truncateSync(file, 1)
  await has('files', /1 damaged/)
  rmSync(file)
  await has('files', /1 lost/)
  mkdirSync(join(folder, 'files', 'stranger'))
  await has('files', /1 lost, 0 damaged, 1 unknown/)
})

t.test('snapshots that are damaged', async (t) => {
  const { folder } = await setUp(t)
  t.match((await examine(folder)).of('snapshots'), { ok: true, message: /^1 export can/ })
  const sqlite = connect(join(folder, 'perfbook.sqlite'))
  t.teardown(() => {
    sqlite.close()
  })
  const whole = sqlite.prepare('SELECT export_id, bytes FROM export_snapshots WHERE part = 1').get() as
    { export_id: number, bytes: Buffer }
  const setPart = sqlite.prepare('UPDATE export_snapshots SET bytes = ? WHERE part = 1')
  setPart.run(whole.bytes.subarray(0, 20))
  t.equal((await examine(folder)).of('snapshots')?.ok, true, 'all parts are read with --deep only')
  t.match((await examine(folder, ['--deep'])).problems, [
    { check: 'snapshots', message: `Damaged: 1 of 1. The ids of the exports are ${whole.export_id}.` },
  ])
  sqlite.prepare("UPDATE export_snapshots SET bytes = x'00' WHERE part = 0").run()
  t.match((await examine(folder)).problems, [{ check: 'snapshots', message: /Damaged/ }])
})

t.test('a database that is damaged, or newer', async (t) => {
  const { folder } = await setUp(t)
  const sqlite = connect(join(folder, 'perfbook.sqlite'))
  sqlite.prepare("INSERT INTO kysely_migration (name, timestamp) VALUES ('9999_future', '2099')").run()
  sqlite.close()
  t.match((await examine(folder)).problems, [{ check: 'database', message: /later version .*9999_future/ }])
  truncateSync(join(folder, 'perfbook.sqlite'), 40_000)
  for (const name of ['perfbook.sqlite-wal', 'perfbook.sqlite-shm']) {
    rmSync(join(folder, name), { force: true })
  }
  t.match((await examine(folder)).of('database'), { ok: false, message: /It is damaged/ })
})

t.test('the last process died during a write, before the database had a log', async (t) => {
  const { folder } = await setUp(t)
  const file = join(folder, 'perfbook.sqlite')
  const sqlite = connect(file)
  sqlite.pragma('journal_mode = DELETE')
  // More than SQLite keeps in memory, so that it writes the database and its journal.
  sqlite.pragma('cache_size = 1')
  sqlite.exec("BEGIN IMMEDIATE; UPDATE courses SET name = 'Lost'; CREATE TABLE large (a)")
  sqlite.prepare('INSERT INTO large VALUES (?)').run('x'.repeat(1_000_000))
  const left = ['', '-journal'].map((end) => [`${file}${end}`, readFileSync(`${file}${end}`)] as const)
  sqlite.exec('ROLLBACK')
  sqlite.close()
  for (const [path, bytes] of left) writeFileSync(path, bytes, { mode: 0o600 })
  t.match((await examine(folder)).problems, [{
    check: 'database', message: /died during a write. Nothing is damaged/, advice: /Start the service/,
  }])
  t.ok(existsSync(`${file}-journal`), 'nothing is changed')
  t.match(await perfbook(folder, ['backup', join(t.testdirName, 'backups')]), { status: 0 })
  t.match((await perfbook(folder, ['courses'])).stdout, /Physics/)
  t.strictSame((await examine(folder)).problems, [])
})

t.test('a folder that is missing or half restored: nothing is created', async (t) => {
  const folder = join(testFolder(t), 'none')
  t.match((await examine(folder)).problems, [{ check: 'data folder', message: /does not exist/ }])
  t.notOk(existsSync(folder))
  mkdirSync(join(folder, '.restoring'), { recursive: true })
  t.match((await examine(folder)).problems, [{ check: 'restore' }])
  rmSync(join(folder, '.restoring'), { recursive: true })
  t.match((await examine(folder)).problems, [{ check: 'data folder', message: /contains no database/ }])
  t.strictSame(readdirSync(folder), [])
  t.match(await perfbook(folder, ['doctor', '--nonsense']), { status: 2 })
})
