import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { bundleTexts, result, school, writeFolder } from '../imports/bundles.ts'
import { perfbook } from '../support/cli.ts'

t.test('a summary for people on stdout, progress and warnings on stderr', async (t) => {
  const folder = t.testdir()
  const tables = school()
  tables.results!.push(result('r9', 'li1-p1', 'ann', 1))
  const bundle = writeFolder(join(folder, 'bundle'), bundleTexts(tables))
  const { status, stdout, stderr } = await perfbook(join(folder, 'data'), ['import', bundle])
  t.equal(status, 0)
  t.strictSame(stdout.split('\n').map((line) => line.trim().split(/\s+/)), [
    ['ADDED', 'UPDATED', 'UNCHANGED', 'REMOVED'],
    ['courses', '1', '0', '0', '0'],
    ['periods', '2', '0', '0', '0'],
    ['students', '3', '0', '0', '0'],
    ['tasks', '2', '0', '0', '0'],
    ['scores', '4', '0', '0', '0'],
    [''],
  ])
  t.match(stderr, /^reading users\.csv$/m)
  t.match(stderr, /^warning: 1 x A student has several results .*results\.csv:6/m)
})

t.test('--json: the summary, and nothing else on stdout', async (t) => {
  const folder = t.testdir()
  const bundle = writeFolder(join(folder, 'bundle'), bundleTexts(school()))
  const { status, stdout } = await perfbook(join(folder, 'data'), [
    'import',
    bundle,
    '--json',
    '--time-zone',
    'Europe/Berlin',
  ])
  t.equal(status, 0)
  t.strictSame(Object.keys(JSON.parse(stdout)), [
    'courses',
    'periods',
    'students',
    'tasks',
    'scores',
    'warnings',
  ])
  const courses = await perfbook(join(folder, 'data'), ['courses', '--json'])
  t.match(JSON.parse(courses.stdout), [{ source_id: 'p1', name: 'Physics', student_count: 3 }])
})

t.test('errors: exit 1, the first 20 with their places and the count of the rest', async (t) => {
  const folder = t.testdir()
  const tables = school()
  for (let i = 0; i < 25; i++) tables.results!.push(result(`bad${i}`, 'li1-p1', 'ann', 'x'))
  const bundle = writeFolder(join(folder, 'bundle'), bundleTexts(tables))
  const { status, stdout, stderr } = await perfbook(join(folder, 'data'), ['import', bundle])
  t.equal(status, 1)
  t.equal(stdout, '')
  t.match(stderr, /^results\.csv:6: score is "x", expected a number such as 7\.5$/m)
  t.match(stderr, /^and 5 more\nerror: 25 errors\. Nothing was changed\.$/m)
  const json = await perfbook(join(folder, 'data'), ['import', bundle, '--json'])
  t.equal(json.status, 1)
  const answer = JSON.parse(json.stdout)
  t.match(answer, {
    error_count: 25,
    errors: [{ file: 'results.csv', line: 6, path: null, message: /score/ }],
  })
  t.equal(answer.errors.length, 20)
  t.strictSame(JSON.parse((await perfbook(join(folder, 'data'), ['courses', '--json'])).stdout), [])
})

t.test('wrong usage is 2, a stop is 1, a dry run says so', async (t) => {
  const folder = t.testdir()
  const bundle = writeFolder(join(folder, 'bundle'), bundleTexts(school()))
  const data = join(folder, 'data')
  t.equal((await perfbook(data, ['import'])).status, 2)
  t.equal((await perfbook(data, ['import', bundle, '--format', 'xml'])).status, 2)
  t.match(await perfbook(data, ['import', bundle], { signal: AbortSignal.abort() }), {
    status: 1,
    stderr: /Stopped\. Nothing was changed\./,
  })
  t.match(await perfbook(data, ['import', bundle, '--dry-run']), {
    status: 0,
    stderr: /This was a dry run\. Nothing was changed\./,
  })
  t.match(await perfbook(data, ['import', bundle], { env: { IMPORT_MAX_BYTES: '100' } }), {
    status: 1,
    stderr: /IMPORT_MAX_BYTES/,
  })
  t.match(await perfbook(data, ['import', bundle, '--dates', 'ymd']), { status: 2, stderr: /mdy, dmy/ })
  t.match(await perfbook(data, ['import', bundle, '--time-zone', 'Nowhere/City']), {
    status: 2,
    stderr: /'Nowhere\/City' is invalid.*Write a time zone like Europe\/Berlin/,
  })
  t.match(await perfbook(data, ['import', join(folder, 'no')]), {
    status: 1,
    stderr: /^no: there is no such file or folder$/m,
  })
})

t.test('the flags reach the import', async (t) => {
  const folder = t.testdir()
  const data = join(folder, 'data')
  const tables = school()
  const bundle = writeFolder(join(folder, 'bundle'), bundleTexts(tables))
  await perfbook(data, ['import', bundle], { env: { DEFAULT_TIME_ZONE: 'Asia/Tokyo' } })
  const fewer = writeFolder(
    join(folder, 'fewer'),
    bundleTexts({ ...tables, results: tables.results!.slice(0, 1) })
  )
  t.equal((await perfbook(data, ['import', fewer])).status, 1)
  t.equal((await perfbook(data, ['import', fewer, '--allow-removals'])).status, 0)
  const lost = writeFolder(join(folder, 'lost'), bundleTexts({ ...tables, users: tables.users!.slice(0, 2) }))
  t.match(await perfbook(data, ['import', lost]), {
    status: 1,
    stderr: /^enrollments\.csv:5: 2 of 5 rows refer/m,
  })
  t.match(await perfbook(data, ['import', lost, '--allow-skips']), {
    status: 0,
    stderr: /^warning: 2 x Enrollments were skipped .*\(first in enrollments\.csv:5: userSourcedId "bob"\)/m,
  })
  const bare = writeFolder(join(folder, 'bare'), bundleTexts(tables, { modes: false }))
  t.equal((await perfbook(data, ['import', bare, '--strict'])).status, 1)
  const file = join(folder, 'grades.csv')
  writeFileSync(
    file,
    'Student,ID,SIS User ID,SIS Login ID,Section,HW (1)\n' +
      'Points Possible,,,,,10\n' +
      '"Lee, Ann",501,0042,ann,P1,7\n'
  )
  t.equal((await perfbook(data, ['import', file])).status, 1)
  t.equal(
    (await perfbook(data, [
      'import',
      file,
      '--format',
      'canvas',
      '--course',
      'New',
      '--teacher',
      'una@example.edu',
    ])).status,
    0
  )
  t.match(JSON.parse((await perfbook(data, ['courses', '--json'])).stdout), [{ name: 'Physics' }, {
    name: 'New',
    student_count: 1,
  }])
})

t.test('every column of a grade book file is named, however many there are', async (t) => {
  const folder = t.testdir()
  const file = join(folder, 'grades.csv')
  const titles = Array.from({ length: 1500 }, (_, i) => `Task ${'x'.repeat(100)} (${i + 1})`)
  const points = titles.map(() => '10').join(',')
  writeFileSync(
    file,
    `Student,ID,SIS User ID,SIS Login ID,Section,${
      titles.join(',')
    }\nPoints Possible,,,,,${points}\n"Lee, Ann",501,0042,ann,P1,${points}\n`
  )
  const summary = JSON.parse(
    (await perfbook(join(folder, 'data'), ['import', file, '--course', 'New', '--dry-run', '--json'])).stdout
  )
  t.equal(summary.columns.length, 1505)
  t.strictSame(summary.columns.at(-1), {
    name: titles.at(-1),
    used_as: 'task_points',
    reason: null,
    reason_code: null,
  })
  const { stdout } = await perfbook(join(folder, 'data'), ['import', file, '--course', 'New'])
  t.equal(stdout.match(/ an assignment, in points$/gm)?.length, 1500)
  t.notMatch(stdout, /more columns/)
})

t.test('on a terminal: a bar instead of lines', async (t) => {
  const folder = t.testdir()
  const bundle = writeFolder(join(folder, 'bundle'), bundleTexts(school()))
  const { stderr } = await perfbook(join(folder, 'data'), ['import', bundle], { isTTY: true })
  t.match(stderr, /\rImporting \[#+\.*\]/)
  t.notMatch(stderr, /reading/)
})

t.test('--template: the file on stdout or in a file, and nothing is imported', async (t) => {
  const folder = t.testdir()
  const data = join(folder, 'data')
  const canvas = await perfbook(data, ['import', '--template', 'canvas'])
  t.match(canvas, { status: 0, stderr: '' })
  t.match(canvas.stdout, /^Student,ID,.*\nPoints Possible,/)
  const file = join(folder, 'clever.zip')
  t.match(await perfbook(data, ['import', '--template', 'clever', '-o', file]), { status: 0, stdout: '' })
  t.match(await perfbook(data, ['import', file, '--dry-run']), { status: 0, stdout: /courses +1 / })
  t.match(await perfbook(data, ['import', file, '--template', 'clever']), { stderr: /leave out the files/ })
  t.match(await perfbook(data, ['import', file, '-o', file]), { stderr: /only for --template/ })
  t.match(await perfbook(data, ['import']), { stderr: /Name the files or folders/ })
})
