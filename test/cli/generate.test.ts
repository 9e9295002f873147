import { PassThrough } from 'node:stream'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import type { ProcessContext } from '../../src/cli/program/context.ts'
import { runProgram } from '../../src/cli/program/program.ts'
import { readBundle } from '../support/read-bundle.ts'

async function run (
  args: string[],
  { isTTY = false, signal = new AbortController().signal } = {}
): Promise<{ status: number, stdout: string, stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY })]
  const said = [text(stdout), text(stderr)]
  const context: ProcessContext = { env: {}, stdin: new PassThrough(), stdout, stderr, signal, pid: 1 }
  const status = await runProgram(context, ['generate', ...args])
  stdout.end()
  stderr.end()
  const [results = '', messages = ''] = await Promise.all(said)
  return { status, stdout: results, stderr: messages }
}

const FEW = ['--students', '40', '--tasks', '12', '--periods', '2']

t.test('writes a bundle, says where on stdout and what on stderr', async (t) => {
  const output = join(t.testdir(), 'new', 'demo.zip')
  const { status, stdout, stderr } = await run([...FEW, '--seed', '5', '-o', output])
  t.equal(status, 0)
  t.equal(stdout, `${output}\n`)
  t.match(
    stderr,
    /^1 school, 1 course, 2 periods, 40 students, 12 tasks\n[\d,]+ results \([\d.]+ % without a score\)/
  )
  const { users = [], classes = [], manifest = [] } = await readBundle(output)
  t.equal(users.filter(({ role }) => role === 'student').length, 40)
  t.equal(classes.length, 2)
  t.ok(manifest.some(({ propertyName, value }) => propertyName === 'oneroster.version' && value === '1.1'))
})

t.test('every option reaches the bundle', async (t) => {
  const folder = t.testdir()
  const { status, stdout } = await run([
    ...FEW,
    '--schools',
    '2',
    '--courses',
    '2',
    '--version',
    '1.2',
    '--starts-on',
    '2025-09-01',
    '--delta',
    join(folder, 'delta.zip'),
    '-o',
    join(folder, 'bulk.zip'),
    '--json',
  ])
  t.equal(status, 0)
  t.match(JSON.parse(stdout), {
    schools: 2,
    courses: 4,
    periods: 8,
    students: 80,
    tasks: 48,
    delta: { changedScores: 20, addedStudents: 1, deletedResults: 1 },
  })
  const { manifest = [], academicSessions = [] } = await readBundle(join(folder, 'bulk.zip'))
  t.ok(manifest.some(({ propertyName, value }) => propertyName === 'oneroster.version' && value === '1.2'))
  t.ok(academicSessions.some(({ title }) => title === 'Fall 2025'))
  t.ok(existsSync(join(folder, 'delta.zip')))
})

t.test('a performance-book document', async (t) => {
  const output = join(t.testdir(), 'book.json')
  t.equal((await run([...FEW, '--format', 'performance-book', '-o', output])).status, 0)
  t.match(JSON.parse(await readFile(output, 'utf8')), {
    format: 'performance-book/1',
    course: { name: 'Physics I' },
  })
})

t.test('what exists is replaced with --force only', async (t) => {
  const output = join(t.testdir({ 'demo.zip': 'mine' }), 'demo.zip')
  const refused = await run([...FEW, '-o', output])
  t.equal(refused.status, 1)
  t.match(refused.stderr, /demo\.zip already exists\. Choose another name, or replace it with --force\./)
  t.equal(refused.stdout, '')
  t.equal(await readFile(output, 'utf8'), 'mine')
  t.equal((await run([...FEW, '-o', output, '--force'])).status, 0)
  t.ok((await readBundle(output)).results!.length > 400)
})

t.test('wrong usage is status 2 and says what was expected', async (t) => {
  const output = join(t.testdir(), 'demo.zip')
  const wrong: Array<[string[], RegExp]> = [
    [[], /required option '-o, --output <file>'/],
    [['--students', 'many', '-o', output], /--students.*It must be a whole number from 0 to 1000000/s],
    [['--periods', '0', '-o', output], /from 1 to 1000/],
    [['--tasks', '1e3', '-o', output], /from 0 to 50000/],
    [['--starts-on', '2026-02-30', '-o', output], /It must be a day such as 2026-01-12/],
    [['--starts-on', 'soon', '-o', output], /It must be a day/],
    [['--version', '1.3', '-o', output], /Allowed choices are 1\.1, 1\.2/],
    [['--format', 'canvas', '-o', output], /Allowed choices are oneroster, performance-book/],
    [['--format', 'performance-book', '--courses', '2', '-o', output], /has one course/],
    [['--format', 'performance-book', '--delta', `${output}2`, '-o', output], /only with OneRoster bundles/],
    [['--delta', output, '-o', output], /the same file/],
  ]
  for (const [args, expected] of wrong) {
    const { status, stdout, stderr } = await run(args)
    t.equal(status, 2, args.join(' '))
    t.match(stderr, expected)
    t.equal(stdout, '')
  }
  t.notOk(existsSync(output))
})

t.test('a folder that cannot be written to is a clear failure', async (t) => {
  const folder = t.testdir({ file: 'not a folder' })
  const { status, stderr } = await run([...FEW, '-o', join(folder, 'file', 'demo.zip')])
  t.equal(status, 1)
  t.match(stderr, /demo\.zip could not be written: /)
})

t.test('stopped by the user', async (t) => {
  const output = join(t.testdir(), 'demo.zip')
  const { status, stderr } = await run([...FEW, '-o', output], { signal: AbortSignal.abort() })
  t.equal(status, 1)
  t.match(stderr, /Stopped\. Nothing was written\./)
  t.notOk(existsSync(output))
})

t.test('a bar on a terminal only', async (t) => {
  const folder = t.testdir()
  t.match(
    (await run([...FEW, '-o', join(folder, 'a.zip')], { isTTY: true })).stderr,
    /\rWriting \[[#.]{30}\]\s+\d+ %/
  )
  t.notMatch((await run([...FEW, '-o', join(folder, 'b.zip')])).stderr, /\r/)
})
