// `perfbook backup` beside a service at work, and `perfbook restore` elsewhere: what comes back is what was
// there.
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { connect } from '../../db/sqlite/connection.ts'
import { databaseProblems } from '../../db/sqlite/database-copy.ts'
import type { CommandContext } from '../../src/cli/program/context.ts'
import { withServices } from '../../src/cli/program/open-services.ts'
import { makeBookDatabase } from '../support/book-database.ts'
import { perfbook } from '../support/cli.ts'
import { MAIN } from '../support/program.ts'
import { startServer } from '../support/server-process.ts'
import { testFolder } from '../support/test-folder.ts'

const SAMPLE = join(import.meta.dirname, '../../data/sample/physics-1.json')

const course = (name: string) => ({
  name,
  tasks: Array.from({ length: 10 }, (_, i) => ({ title: `HW ${i}` })),
  students: Array.from({ length: 30 }, (_, i) => ({ lastName: `${name} ${i}`, cells: [i % 10 / 10] })),
})

/** A data folder with courses and so many stored files, and a place for backups. */
async function setUp (t: Test, files: number): Promise<{ folder: string, backups: string, other: string }> {
  const root = testFolder(t)
  const folder = join(root, 'data')
  await makeBookDatabase(join(folder, 'perfbook.sqlite'), course('Physics'), course('Chemistry'))
  await store(folder, Array.from({ length: files }, (_, i) => `slides ${i}`))
  return { folder, backups: join(root, 'backups'), other: join(root, 'other') }
}

/** Stores files of these texts. */
async function store (folder: string, texts: string[]): Promise<void> {
  const context = { env: { DATA_DIR: folder } } as unknown as CommandContext
  await withServices(context, async ({ files }) => {
    for (const text of texts) {
      await files.store(Readable.from([Buffer.from(text)]), {
        owner: { type: 'course', id: 1 },
        category: 'slides',
        filename: 'slides.txt',
        contentType: 'text/plain',
        createdBy: null,
        expiresAt: null,
      })
    }
  })
}

/** Every stored file: its path, and SHA-256 as the database has it. */
function rows (folder: string): Array<{ path: string, sha256: string }> {
  const sqlite = connect(join(folder, 'perfbook.sqlite'), { readonly: true })
  const found = sqlite.prepare<[], { path: string, sha256: string }>(
    "SELECT hex || '/' || filename AS path, sha256 FROM files WHERE removed_at IS NULL ORDER BY id"
  ).all()
  sqlite.close()
  return found
}

/** What lies in the files of a data folder: path and SHA-256. */
function bytes (folder: string): Array<{ path: string, sha256: string }> {
  const all = readdirSync(join(folder, 'files'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.includes('/')
  )
  return all.map((path) => ({
    path,
    sha256: createHash('sha256').update(readFileSync(join(folder, 'files', path))).digest('hex'),
  }))
}

const byPath = (list: Array<{ path: string, sha256: string }>) =>
  list.toSorted((a, b) => a.path < b.path ? -1 : 1)
const pool = (backups: string) =>
  readdirSync(join(backups, 'files'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.includes('/')
  ).sort()
const wholeOnes = (backups: string) =>
  existsSync(backups) ? readdirSync(backups).filter((name) => /^\d{4}-/.test(name)).sort() : []
const json = async (folder: string, args: string[]) =>
  JSON.parse((await perfbook(folder, [...args, '--json'])).stdout)

t.test('each backup is complete, even while exports come and go and imports run', async (t) => {
  const { folder, backups, other } = await setUp(t, 3)
  await perfbook(folder, ['user', 'add', 'admin@example.edu', '--role', 'admin'])
  const token = (await perfbook(folder, ['token', 'create', 'admin@example.edu'])).stdout.trim()
  const headers = { authorization: `Bearer ${token}` }
  const server = await startServer(t, folder, { WORKER_THREADS: '2' })
  const api = async (method: string, path: string, body?: FormData) =>
    await fetch(`${server.address}${path}`, { method, headers, ...(body === undefined ? {} : { body }) })
  let over = false
  const done = { exports: 0, deletions: 0, imports: 0 }
  const exported = new Set<number>()
  const rounds = new EventEmitter()
  async function exportAndDelete (courseId: number): Promise<void> {
    for (let i = 0; !over; i++) {
      await fetch(`${server.address}/api/courses/${courseId}`, {
        method: 'PATCH',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ missing_counts: i % 2 === 0 ? 'zero' : 'ignored' }),
      })
      const { job } = await (await api('POST', `/api/courses/${courseId}/performance/export`)).json() as {
        job: string,
      }
      await (await api('GET', `${job}/events`)).text()
      done.exports++
      exported.add(courseId)
      const list = await (await api('GET', `/api/courses/${courseId}/performance/exports`)).json() as Array<
        { id: number }
      >
      if (list.length > 1) {
        await api('DELETE', `/api/courses/${courseId}/performance/exports/${list.at(-1)!.id}`)
        done.deletions++
      }
      rounds.emit('end')
    }
  }
  async function importAgain (): Promise<void> {
    const text = readFileSync(SAMPLE, 'utf8')
    for (let i = 0; !over; i++) {
      const form = new FormData()
      form.append('file', new Blob([text.replace('"Physics', `"${i} Physics`)]), 'physics.json')
      const { job } = await (await api('POST', '/api/imports', form)).json() as { job: string }
      await (await api('GET', `${job}/events`)).text()
      done.imports++
    }
  }
  const load = Promise.all([exportAndDelete(1), exportAndDelete(2), importAgain()])
  const made: Array<{ path: string, files: number, missing: unknown[] }> = []
  const goesOn = async (seen = { ...done }) => {
    while (done.exports < seen.exports + 2 || done.deletions === seen.deletions) await once(rounds, 'end')
  }
  await goesOn()
  // Each backup then has an export of both courses: the last one of a course is never deleted.
  while (exported.size < 2) await once(rounds, 'end')
  for (let i = 0; i < 3; i++) {
    const goneOn = goesOn()
    made.push(await json(folder, ['backup', backups]))
    await goneOn
  }
  over = true
  await load
  server.kill('SIGTERM')
  await server.ended

  t.strictSame(made.flatMap((one) => one.missing), [])
  t.equal(wholeOnes(backups).length, made.length)
  for (const [index, name] of [wholeOnes(backups)[0]!, wholeOnes(backups).at(-1)!].entries()) {
    const target = `${other}-${index}`
    t.match(await perfbook(target, ['restore', backups, '--backup', name]), {
      status: 0,
      stdout: `${target}\n`,
    })
    t.strictSame(databaseProblems(join(target, 'perfbook.sqlite')), [])
    t.strictSame(
      byPath(bytes(target)),
      byPath(rows(target)),
      'every row has its bytes, and no others are there'
    )
    t.match(await json(target, ['file', 'verify']), { lost: [], damaged: [], orphaned: [] })
    const again = await startServer(t, target)
    const list = await (await fetch(`${again.address}/api/courses/1/performance/exports`, { headers }))
      .json() as Array<{ url: string }>
    t.ok(list.length > 0, 'the token of then opens it')
    for (const { url } of list) t.equal((await fetch(url)).status, 200)
    again.kill('SIGTERM')
    await again.ended
  }
  t.comment(`${made.length} backups beside ${JSON.stringify(done)}`)
})

t.test('a second backup copies only what is new and checks the rest again', async (t) => {
  const { folder, backups } = await setUp(t, 2)
  const first = await json(folder, ['backup', backups])
  t.match(first, { files: 2, copied: 2, missing: [], removed: [] })
  t.match(first.path, new RegExp(`^${backups}/\\d{4}-\\d\\d-\\d\\dT`))
  const inodes = () => pool(backups).map((path) => statSync(join(backups, 'files', path)).ino)
  const before = inodes()
  t.match(await json(folder, ['backup', backups]), { files: 2, copied: 0 })
  t.strictSame(inodes(), before)
  await store(folder, ['another'])
  t.match(await json(folder, ['backup', backups]), { files: 3, copied: 1 })
  writeFileSync(join(backups, 'files', pool(backups)[0]!), 'rotten')
  t.match(
    await json(folder, ['backup', backups]),
    { files: 3, copied: 1 },
    'what has gone bad among the backups is copied again'
  )
  t.equal(statSync(first.path).mode & 0o077, 0, 'for its owner alone')
  t.equal(statSync(join(first.path, 'perfbook.sqlite')).mode & 0o077, 0)
  t.notOk(readdirSync(first.path).includes('cookie.secret'))

  await perfbook(folder, ['file', 'delete', '1', '2', '3'])
  const { removed } = await json(folder, ['backup', backups, '--keep', '2'])
  t.equal(removed.length, 3)
  t.equal(wholeOnes(backups).length, 2)
  t.equal(pool(backups).length, 3, 'the last but one has them still')
  await json(folder, ['backup', backups, '--keep', '1'])
  t.strictSame(pool(backups), [])
})

t.test('a backup that is killed leaves nothing that looks like one', async (t) => {
  const { folder, backups, other } = await setUp(t, 1)
  mkdirSync(backups)
  // A file that no one writes: reading it does not end.
  const file = join(folder, 'files', rows(folder)[0]!.path)
  renameSync(file, join(folder, 'away'))
  execFileSync('mkfifo', [file])
  const watcher = watch(backups)
  const begun = new Promise<void>((resolve) => {
    watcher.on('change', (type, name) => {
      if (name === '.unfinished') resolve()
    })
  })
  const child = spawn(process.execPath, [MAIN, 'backup', backups], {
    env: { PATH: process.env.PATH, DATA_DIR: folder },
    stdio: 'ignore',
  })
  t.teardown(() => child.kill('SIGKILL'))
  await begun
  watcher.close()
  child.kill('SIGKILL')
  t.strictSame((await once(child, 'close'))[1], 'SIGKILL')
  renameSync(join(folder, 'away'), file)
  t.strictSame(wholeOnes(backups), [])
  t.match(await perfbook(other, ['restore', backups]), { status: 1, stderr: /There is no complete backup in/ })
  t.match(await perfbook(folder, ['backup', backups]), { status: 0 }, 'the next one is not in its way')
  t.strictSame(readdirSync(backups).includes('.unfinished'), false)
  const stopped = new AbortController()
  stopped.abort()
  t.match(await perfbook(folder, ['backup', backups], { signal: stopped.signal }), {
    status: 1,
    stderr: /Stopped/,
  })
  t.equal(wholeOnes(backups).length, 1)
})

t.test('files that are lost or damaged in the data folder: the backup is made and says so', async (t) => {
  const { folder, backups, other } = await setUp(t, 3)
  const [lost, damaged] = rows(folder)
  rmSync(join(folder, 'files', lost!.path))
  truncateSync(join(folder, 'files', damaged!.path), 10)
  const { status, stderr } = await perfbook(folder, ['backup', backups])
  t.equal(status, 1)
  t.match(stderr, new RegExp(`was made without 2 .*lost ${lost!.path} .*damaged ${damaged!.path} `, 's'))
  t.match(await perfbook(other, ['restore', backups]), {
    status: 0,
    stderr: /2 files were already lost or damaged/,
  })
  t.equal(bytes(other).length, 1)
})

t.test('an invalid backup is not restored and leaves nothing', async (t) => {
  const { folder, backups, other } = await setUp(t, 2)
  await perfbook(folder, ['backup', backups])
  const name = wholeOnes(backups)[0]!
  const refuse = async (pattern: RegExp, args: string[] = []) => {
    t.match(await perfbook(other, ['restore', backups, ...args]), { status: 1, stderr: pattern })
    t.strictSame(
      existsSync(other) ? readdirSync(other).filter((entry) => !entry.startsWith('lock')) : [],
      [],
      'nothing is left'
    )
  }
  const spoil = async (file: string, pattern: RegExp) => {
    const whole = readFileSync(file)
    const bad = Buffer.from(whole)
    bad[whole.length - 5]! ^= 1
    writeFileSync(file, bad)
    await refuse(pattern)
    renameSync(file, `${file}.away`)
    await refuse(/missing|not a complete backup/)
    renameSync(`${file}.away`, file)
    writeFileSync(file, whole)
  }
  await spoil(join(backups, 'files', pool(backups)[1]!), /is damaged: its SHA-256 has changed/)
  await spoil(join(backups, name, 'perfbook.sqlite'), /is damaged: its SHA-256 has changed/)
  await spoil(join(backups, name, 'backup.json'), /damaged|another version|list says/)
  await refuse(/There is no backup 2000.*Its backups: /, ['--backup', '2000-01-01T00-00-00.000Z'])
  t.match(await perfbook(other, ['restore', join(backups, 'nowhere')]), {
    status: 1,
    stderr: /There is no folder/,
  })
  t.match(await perfbook(other, ['restore', backups]), { status: 0 })
  t.match(await perfbook(other, ['restore', backups]), { status: 1, stderr: /is not empty \(.*Move it away/ })
  const server = await startServer(t, other)
  t.match(await perfbook(other, ['restore', backups]), {
    status: 1,
    stderr: /in use by another Perfbook \(process \d+, http:/,
  })
  server.kill('SIGTERM')
  await server.ended
})

t.test('an interrupted restore: nothing starts on it, and the next one starts over', async (t) => {
  const { folder, backups, other } = await setUp(t, 1)
  await perfbook(folder, ['backup', backups])
  mkdirSync(join(other, '.restoring'), { recursive: true })
  mkdirSync(join(other, 'files', 'ab'.repeat(16)), { recursive: true })
  t.match(await perfbook(other, ['courses']), { status: 1, stderr: /restore into .* did not finish/ })
  t.notOk(existsSync(join(other, 'perfbook.sqlite')))
  t.match(await perfbook(other, ['restore', backups]), { status: 0 })
  t.strictSame(byPath(bytes(other)), byPath(rows(other)))
})

t.test('where a backup does not go', async (t) => {
  const { folder, backups } = await setUp(t, 0)
  mkdirSync(backups)
  writeFileSync(join(backups, 'letters.txt'), '')
  t.match(await perfbook(folder, ['backup', backups]), {
    status: 1,
    stderr: /contains more than backups \(letters\.txt\)/,
  })
  t.strictSame(readdirSync(backups), ['letters.txt'])
  t.match(await perfbook(folder, ['backup', folder]), { status: 1, stderr: /cannot be in the data folder/ })
  t.match(await perfbook(join(folder, 'nothing'), ['backup', join(backups, 'x')]), {
    status: 1,
    stderr: /There is no database in/,
  })
  t.match(await perfbook(folder, ['backup']), { status: 2 })
  t.match(await perfbook(folder, ['backup', join(backups, 'in'), '--keep', '0']), { status: 2 })
})
