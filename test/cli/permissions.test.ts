// Children's names and scores are on a machine that others may use: only their owner may access what the
// program creates, whatever the umask of the shell, and what was open before is named.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { openPlaces } from '../../src/doctor/open-places.ts'
import { MAIN } from '../support/program.ts'
import { testFolder } from '../support/test-folder.ts'

const SAMPLE = join(import.meta.dirname, '../../data/sample/physics-1.json')

/** Starts `perfbook ARGS` as a process, from a shell that leaves everything open. */
function start (dataDir: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn('/bin/sh', ['-c', 'umask 000; exec "$@"', 'sh', process.execPath, MAIN, ...args], {
    env: {
      PATH: process.env.PATH,
      DATA_DIR: dataDir,
      PORT: '0',
      LOG_LEVEL: 'warn',
      MIN_FREE_BYTES: '0',
      OVERLOAD_DELAY_MS: '0',
      WORKER_THREADS: '1',
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const output = Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ])
  return { child, output: output.then(([stdout, stderr, [status]]) => ({ stdout, stderr, status })) }
}

/** Everything in a folder that its group or others have any right to. */
function openIn (folder: string): string[] {
  return readdirSync(folder, {
    recursive: true,
    encoding: 'utf8',
  }).filter((name) => (lstatSync(join(folder, name)).mode & 0o077) !== 0)
}

t.test('what every command creates is closed, in a folder that is open to everyone', async (t) => {
  const root = testFolder(t)
  const data = join(root, 'data')
  mkdirSync(data)
  chmodSync(data, 0o777)
  const run = async (args: string[], stdin = '') => {
    const { child, output } = start(data, args)
    child.stdin.end(stdin)
    const { stdout, stderr, status } = await output
    t.equal(status, 0, `${args[0]} ${stderr}`)
    return stdout.trim()
  }
  await run(['import', SAMPLE])
  await run(
    ['user', 'add', 'admin@example.edu', '--role', 'admin', '--password-stdin'],
    'correct horse battery staple\n'
  )
  const token = await run(['token', 'create', 'admin@example.edu'])
  await run(['export', '1'])
  await run(['export', '1', '-o', join(root, 'out.xlsx')])
  await run(['generate', '--students', '3', '--tasks', '2', '-o', join(root, 'generated.zip')])

  const { child, output } = start(data, ['serve'])
  const [line] = await once(child.stdout, 'data') as [Buffer]
  const address = line.toString().replace('listening on ', '').trim()
  const form = new FormData()
  form.append('category', 'notes')
  form.append('file', new Blob(['a note'], { type: 'text/plain' }), 'note.txt')
  const answer = await fetch(`${address}/api/courses/1/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  })
  t.equal(answer.status, 201)
  t.strictSame(openIn(data), [], 'while the service runs, with its lock and its logs of the database')
  child.kill('SIGTERM')
  const { stderr } = await output
  const warnings = stderr.trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { level: number, path: string, command: string })
  t.match(warnings, [{ level: 40, path: data, command: `chmod 700 ${data}` }], 'only the folder was open')

  await run(['backup', join(root, 'backups')])
  await run(['restore', join(root, 'backups'), '--data-dir', join(root, 'restored')])
  t.strictSame(openIn(root), ['data'])
})

t.test('serve and doctor name what was open before, and how to close it', async (t) => {
  const data = join(testFolder(t), 'data')
  const { child } = start(data, ['serve'])
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  await once(child, 'close')
  const settings = join(data, '../perfbook.env')
  writeFileSync(settings, 'MIN_FREE_BYTES=0\n')
  chmodSync(settings, 0o644)
  chmodSync(data, 0o755)
  for (const name of ['perfbook.sqlite', 'cookie.secret']) chmodSync(join(data, name), 0o644)
  chmodSync(join(data, 'files'), 0o750)
  const expected = [
    { path: data, command: `chmod 700 ${data}` },
    { path: join(data, 'cookie.secret'), command: `chmod 600 ${join(data, 'cookie.secret')}` },
    { path: join(data, 'files'), command: `chmod 700 ${join(data, 'files')}` },
    { path: join(data, 'perfbook.sqlite'), command: `chmod 600 ${join(data, 'perfbook.sqlite')}` },
  ]
  const again = start(data, ['serve', '--config', settings])
  await once(again.child.stdout, 'data')
  again.child.kill('SIGTERM')
  const lines = (await again.output).stderr.trim().split('\n').map((line) => JSON.parse(line) as object)
  t.match(lines, [
    {
      path: data,
      command: `chmod 700 ${data}`,
      msg: `other users of this machine have access to ${data}, and to cookie.secret, files, ` +
        'perfbook.sqlite, perfbook.sqlite-shm, perfbook.sqlite-wal in it; ' +
        `to revoke it, run: chmod 700 ${data}`,
    },
    { path: settings, command: `chmod o= ${settings}` },
  ], 'one warning for a folder')
  t.equal(lines.length, 2)

  const doctor = await start(data, ['doctor', '--config', settings]).output
  t.equal(doctor.status, 1)
  const advice = /-> (chmod .*)/.exec(doctor.stdout)?.[1] ?? ''
  t.match(advice, [0, 2, 3].map((i) => expected[i]?.command).join(' && '), 'the secret was closed by serve')
  await once(spawn('/bin/sh', ['-c', advice]), 'close')
  t.match(await start(data, ['doctor', '--config', settings]).output, { status: 0 })
})

t.test('files in a closed folder are closed; the secret may not be open anywhere', async (t) => {
  const data = testFolder(t, { 'perfbook.sqlite': '', 'cookie.secret': '', files: {} })
  const places = { dataFolder: data, secretFile: join(data, 'cookie.secret') }
  chmodSync(data, 0o700)
  for (const name of ['perfbook.sqlite', 'cookie.secret']) chmodSync(join(data, name), 0o644)
  t.strictSame(openPlaces(places).map(({ path }) => path), [join(data, 'cookie.secret')])
  chmodSync(data, 0o711)
  symlinkSync('/nowhere', join(data, 'link'))
  chmodSync(join(data, 'files'), 0o700)
  t.strictSame(openPlaces(places).map(({ path }) => path), [
    data,
    join(data, 'cookie.secret'),
    join(data, 'perfbook.sqlite'),
  ])
})

t.test('the public sample data of a checkout is not a leak', (t) => {
  const dataFolder = join(import.meta.dirname, '../../data')
  const places = openPlaces({ dataFolder, secretFile: join(dataFolder, 'cookie.secret') })
  t.notOk(places.some(({ path }) => path === join(dataFolder, 'sample')))
  // A folder of that name elsewhere is not the sample.
  const other = testFolder(t, { sample: {} })
  for (const path of [other, join(other, 'sample')]) chmodSync(path, 0o755)
  t.strictSame(
    openPlaces({ dataFolder: other, secretFile: join(other, 'cookie.secret') }).map(({ path }) => path),
    [
      other,
      join(other, 'sample'),
    ]
  )
  t.end()
})
