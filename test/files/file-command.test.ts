import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { makeBookDatabase } from '../support/book-database.ts'
import { perfbook } from '../support/cli.ts'
import { openTestLibrary } from '../support/file-library.ts'
import { startServer } from '../support/server-process.ts'
import { databaseEnv, testDatabase } from '../support/test-database.ts'
import { testFolder } from '../support/test-folder.ts'
import { newHex } from '../contracts/file-storage.contract.ts'

async function start (t: Test) {
  const folder = testFolder(t, {})
  const database = await testDatabase(t, folder)
  await makeBookDatabase(database, { name: 'Physics I', students: [{ lastName: 'Ames' }] })
  const library = await openTestLibrary(t, { folder })
  const env = { MIN_FREE_BYTES: '0', ...databaseEnv(database) }
  const run = (...args: string[]) => perfbook(folder, ['file', ...args], { env })
  return {
    ...library,
    env,
    run,
    json: async (...args: string[]) => JSON.parse((await run(...args, '--json')).stdout),
  }
}

t.test('wrong usage', async (t) => {
  const { run } = await start(t)
  for (
    const args of [['nonsense'], ['list', '--limit', '0'], ['list', '--course', 'x'], ['delete'], [
      'delete',
      'x',
    ], ['verify', '--mend']]
  ) {
    t.match(await run(...args), { status: 2, stdout: '' }, args.join(' '))
  }
  for (const name of ['list', 'verify', 'sweep', 'delete']) {
    t.match(await run(name, '--help'), { status: 0, stdout: /Usage: perfbook file/ })
  }
})

t.test('list', async (t) => {
  const { run, json, store } = await start(t)
  t.match(await run('list'), {
    status: 0,
    stdout: /^ID\s+OWNER\s+CATEGORY\s+BYTES\s+CREATED\s+STATE\s+NAME\n$/,
  })
  const one = await store('12345', { filename: 'Week 1.txt' })
  const two = await store('x', { category: 'slides', owner: { type: 'course', id: 2 } })
  const old = await store('x', { expiresAt: 1 })
  t.strictSame(await json('list', '--course', '1'), [{
    id: one.id,
    owner_type: 'course',
    owner_id: 1,
    category: 'syllabus',
    filename: 'Week 1.txt',
    path: `files/${one.hex}/Week 1.txt`,
    content_type: 'text/plain',
    size: 5,
    sha256: one.sha256,
    created_at: '2015-04-30T00:00:00.000Z',
    created_by: null,
    expires_at: null,
    state: 'stored',
  }])
  const ids = async (...args: string[]) => (await json('list', ...args)).map((row: { id: number }) => row.id)
  t.strictSame(await ids(), [two.id, one.id])
  t.strictSame(await ids('--category', 'slides'), [two.id])
  t.strictSame(await ids('--limit', '1'), [two.id])
  t.strictSame(await ids('--all'), [old.id, two.id, one.id])
  t.match(await run('list', '--all'), {
    stdout: new RegExp(`\n${old.id}\\s+course 1\\s+syllabus\\s+1\\s+\\S+\\s+expired\\s+a\\.txt\n`),
  })
})

t.test('verify', async (t) => {
  const { env, run, json, store, pathOf, folder } = await start(t)
  const [, lost, damaged] = [await store('fine'), await store('lost'), await store('damaged')]
  t.match(await run('verify'), { status: 0, stdout: 'Read 3 files with 15 bytes.\n' })
  rmSync(pathOf(lost))
  writeFileSync(pathOf(damaged), 'dAmaged')
  const unknown = newHex()
  mkdirSync(join(folder, 'files', unknown))

  const found = await run('verify')
  t.equal(found.status, 1)
  t.equal(
    found.stdout,
    [
      `lost      ${lost.hex}/a.txt (file ${lost.id} of course 1)`,
      `damaged   ${damaged.hex}/a.txt (file ${damaged.id} of course 1)`,
      `orphaned  ${unknown}`,
      'Read 2 files with 11 bytes.',
      '',
    ].join('\n')
  )
  t.match(found.stderr, '1 lost, 1 damaged, 1 orphaned. --repair')
  const asJson = await perfbook(folder, ['file', 'verify', '--json'], { env })
  t.equal(asJson.status, 1)
  t.match(JSON.parse(asJson.stdout), {
    files: 2,
    bytes: 11,
    lost: [{ id: lost.id }],
    damaged: [{ id: damaged.id }],
    orphaned: [unknown],
    found: [],
    repaired: false,
  })

  t.match(await run('verify', '--repair'), { status: 1, stderr: /quarantine/ })
  t.strictSame(readdirSync(join(folder, 'quarantine')).sort(), [damaged.hex, unknown].sort())
  t.match(await json('verify'), { lost: [{ id: lost.id }, { id: damaged.id }], damaged: [], orphaned: [] })
  t.match(await run('delete', String(lost.id), String(damaged.id)), { status: 0 })
  t.match(await run('verify'), { status: 0 })
  t.ok(existsSync(join(folder, 'quarantine', damaged.hex, 'a.txt')), 'what was put aside stays')
})

t.test('verify on a terminal shows its progress, and stops on a signal', async (t) => {
  const { env, folder, store } = await start(t)
  await store('x')
  t.match(await perfbook(folder, ['file', 'verify'], { env, isTTY: true }), {
    status: 0,
    stderr: /verify \[#+\] 100 %/,
  })
  t.match(await perfbook(folder, ['file', 'verify'], { env, signal: AbortSignal.abort() }), {
    status: 1,
    stdout: '',
    stderr: 'error: Stopped before all files were read.\n',
  })
})

t.test('sweep', async (t) => {
  const { run, json, store, kept } = await start(t)
  await store('stays')
  const old = await store('goes', { expiresAt: 1 })
  t.match(await run('sweep', '--dry-run'), {
    status: 0,
    stdout: `${old.id}  course 1  a.txt\n`,
    stderr: 'Would remove 1 expired file (4 bytes) and forget 0 files removed earlier.\n',
  })
  t.equal(kept().length, 2)
  t.match(await json('sweep', '--dry-run'), {
    files: 1,
    bytes: 4,
    tombstones: 0,
    dry_run: true,
    removed: [{ id: old.id, state: 'expired' }],
  })
  t.match(await run('sweep'), { status: 0, stderr: /^Removed 1 expired/ })
  t.equal(kept().length, 1)
  t.match(await json('sweep'), { files: 0, removed: [], dry_run: false })
})

t.test('delete', async (t) => {
  const { run, store, kept } = await start(t)
  const [one, two] = [await store('1'), await store('2')]
  t.match(await run('delete', String(one.id), '999'), {
    status: 1,
    stdout: '',
    stderr: /Deleted 1 file\.\nerror: There is no file with id 999/,
  })
  t.strictSame(kept(), [two.hex])
})

t.test('beside a running service: an export is deleted, and its address with it', async (t) => {
  const folder = testFolder(t, {})
  const database = await testDatabase(t, folder)
  await makeBookDatabase(database, { name: 'Physics I', students: [{ lastName: 'Ames' }] })
  const env = databaseEnv(database)
  const server = await startServer(t, folder, env)
  t.match(await perfbook(folder, ['export', '1'], { env }), { status: 0 })
  const [file] = JSON.parse((await perfbook(folder, ['file', 'list', '--json'], { env })).stdout)
  t.match(file, { category: 'teacher-performance', owner_id: 1 })
  const url = `${server.address}/${file.path}`
  t.equal((await fetch(url)).status, 200)
  t.match(await perfbook(folder, ['file', 'verify'], { env }), { status: 0 })
  t.match(await perfbook(folder, ['file', 'delete', String(file.id)], { env }), { status: 0 })
  t.equal((await fetch(url)).status, 404)
  server.kill('SIGTERM')
  t.equal((await server.ended).status, 0)
})
