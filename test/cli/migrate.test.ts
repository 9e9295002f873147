// Only `serve` and `migrate` change the schema of a database that has been in use.
import { spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { migrations } from '../../db/migrations/all.ts'
import { connect } from '../../db/sqlite/connection.ts'
import { migrationStatus } from '../../db/sqlite/database-copy.ts'
import { perfbook } from '../support/cli.ts'
import { startServer } from '../support/server-process.ts'
import { testFolder } from '../support/test-folder.ts'

const OLD = '0012_grade_books'
const FIXTURE = join(import.meta.dirname, `../fixtures/databases/${OLD}.sqlite.gz`)
const SAMPLE = join(import.meta.dirname, '../../data/sample/physics-1.json')
const steps = Object.keys(migrations)
const missing = steps.slice(steps.indexOf(OLD) + 1)

/** A data folder as an older version left it. */
function oldFolder (t: Test): string {
  const folder = join(testFolder(t), 'data')
  mkdirSync(folder, { mode: 0o700 })
  writeFileSync(join(folder, 'perfbook.sqlite'), gunzipSync(readFileSync(FIXTURE)))
  return folder
}

function applied (folder: string): string[] {
  return migrationStatus(join(folder, 'perfbook.sqlite')).applied
}

t.test('every other command refuses an older schema, says what to do, and changes nothing', async (t) => {
  const folder = oldFolder(t)
  const commands = [
    ['courses'], ['course', 'set', '1', '--missing-counts', 'zero'], ['course', 'delete', '1'],
    ['import', SAMPLE], ['import', SAMPLE, '--dry-run'], ['export', '1'],
    ['export', '1', '-o', join(folder, '..', 'out.xlsx')], ['user', 'list'],
    ['user', 'add', 'new@example.edu', '--role', 'teacher'], ['token', 'list'], ['student', 'export', 's1'],
    ['audit', 'list'], ['job', 'list'], ['file', 'list'], ['file', 'verify'], ['file', 'sweep'],
    ['backup', join(folder, '..', 'backups')],
  ]
  for (const args of commands) {
    t.match(await perfbook(folder, args, { env: { MIN_FREE_BYTES: '0' } }), {
      status: 1,
      stdout: '',
      stderr: /^error: The database has the schema of an older version .* run "perfbook migrate"\.\n$/,
    }, args.join(' '))
  }
  t.match(await perfbook(folder, ['doctor'], { env: { PORT: '0', MIN_FREE_BYTES: '0' } }), {
    status: 1,
    stdout: /PROBLEM {2}database .*older version.*perfbook migrate/,
  })
  t.strictSame(applied(folder), steps.slice(0, steps.indexOf(OLD) + 1))
  t.notOk(existsSync(join(folder, 'backups')))
})

t.test('while a service of an older version runs, nothing changes either', async (t) => {
  const folder = oldFolder(t)
  // What matters of that service is its lock.
  const older = spawn(process.execPath, ['--input-type=module', '-e', `
    import { lockFolder } from ${JSON.stringify(join(import.meta.dirname, '../../db/sqlite/folder-lock.ts'))}
    globalThis.lock = lockFolder(${JSON.stringify(folder)}, { pid: process.pid, address: 'http://127.0.0.1:4711' })
    process.stdout.write('held')
    setInterval(() => {}, 1000)
  `], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => older.kill('SIGKILL'))
  await once(older.stdout, 'data')
  t.match(await perfbook(folder, ['courses']), { status: 1, stderr: /Stop the older service/ })
  for (const args of [['migrate'], ['serve', '--port', '0']]) {
    t.match(await perfbook(folder, args), {
      status: 1,
      stdout: '',
      stderr: new RegExp(`in use by another Perfbook \\(process ${older.pid}, http://127.0.0.1:4711\\)`),
    }, args.join(' '))
  }
  t.strictSame(applied(folder), steps.slice(0, steps.indexOf(OLD) + 1))
})

t.test('migrate upgrades, keeps a copy, and says what it did; then there is nothing to do', async (t) => {
  const folder = oldFolder(t)
  const { status, stdout, stderr } = await perfbook(folder, ['migrate'])
  t.equal(status, 0)
  t.equal(stdout, missing.map((step) => `${step}\n`).join(''))
  const [copy = '', ...others] = readdirSync(join(folder, 'backups'))
  t.strictSame(others, [])
  t.match(stderr, `A copy from before is in ${join(folder, 'backups', copy)}.`)
  t.strictSame(applied(folder), steps)
  t.match(await perfbook(folder, ['courses', '--json']), { status: 0, stdout: /"Physics"/ })
  t.strictSame(await perfbook(folder, ['migrate']), {
    status: 0,
    stdout: '',
    stderr: 'The database is up to date.\n',
  })
  const again = await perfbook('elsewhere', ['migrate', '--data-dir', folder, '--json'])
  t.strictSame(JSON.parse(again.stdout), { steps: [], copy: null })
  t.notOk(existsSync('elsewhere'))
})

t.test('migrate makes a new database, and refuses a newer or a half restored one', async (t) => {
  const folder = join(testFolder(t), 'new')
  t.match(await perfbook(folder, ['migrate']), {
    status: 0,
    stdout: `${steps.join('\n')}\n`,
    stderr: `A new database was created in ${folder}.\n`,
  })
  t.notOk(existsSync(join(folder, 'backups')))
  const sqlite = connect(join(folder, 'perfbook.sqlite'))
  sqlite.prepare("INSERT INTO kysely_migration (name, timestamp) VALUES ('9999_future', '2099')").run()
  sqlite.close()
  for (const command of ['migrate', 'courses']) {
    t.match(await perfbook(folder, [command]), { status: 1, stdout: '', stderr: /later version .*9999_future/ })
  }
  mkdirSync(join(folder, '.restoring'))
  t.match(await perfbook(folder, ['migrate']), { status: 1, stderr: /A restore into .* did not finish/ })
  t.match(await perfbook(folder, ['migrate', '--nonsense']), { status: 2 })
})

t.test('serve upgrades at its start', async (t) => {
  const folder = oldFolder(t)
  const server = await startServer(t, folder)
  t.strictSame(applied(folder), steps)
  t.match(await perfbook(folder, ['courses']), { status: 0 })
  server.kill('SIGTERM')
  t.match(await server.ended, { status: 0 })
})

t.test('a backup of an older version is restored as it is, and upgraded afterwards', async (t) => {
  const backups = testFolder(t)
  const name = '2026-01-05T08-00-00.000Z'
  mkdirSync(join(backups, name))
  const bytes = gunzipSync(readFileSync(FIXTURE))
  writeFileSync(join(backups, name, 'perfbook.sqlite'), bytes)
  writeFileSync(
    join(backups, name, 'backup.json'),
    JSON.stringify({
      format: 1,
      perfbook: '0.0.9',
      made_at: '2026-01-05T08:00:00.000Z',
      database: { size: bytes.length, sha256: hash('sha256', bytes), migrations: [] },
      files: { count: 0, bytes: 0 },
      missing: [{ id: 1, path: 'gone', reason: 'lost' }],
    })
  )
  const folder = join(t.testdirName, 'restored')
  t.match(await perfbook(folder, ['restore', backups]), { status: 0, stderr: /older version .*perfbook migrate/ })
  t.strictSame(applied(folder), steps.slice(0, steps.indexOf(OLD) + 1))
  t.match(await perfbook(folder, ['courses']), { status: 1, stderr: /perfbook migrate/ })
  t.match(await perfbook(folder, ['migrate']), { status: 0 })
  t.match(await perfbook(folder, ['courses']), { status: 0 })
})
