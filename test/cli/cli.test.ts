import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { makeBookDatabase } from '../support/book-database.ts'
import { listenFailure } from '../../src/cli/program/run-service.ts'
import { perfbook } from '../support/cli.ts'
import { readCells } from '../support/ooxml-cells.ts'
import { startServer } from '../support/server-process.ts'
import { testFolder } from '../support/test-folder.ts'

const COURSE = {
  name: 'Physics I',
  term: 'Spring',
  teachers: [{ email: 'tea@example.edu' }],
  categories: [{ name: 'Homework' }],
  tasks: [{ title: 'HW', category: 0, pointsPossible: 10 }],
  students: [{ lastName: 'Ames', cells: [5] }],
}

t.test('help, version and wrong usage', async (t) => {
  const folder = t.testdir()
  t.match(await perfbook(folder, ['--version']), { status: 0, stdout: /^\d+\.\d+\.\d+\n$/ })
  t.match(await perfbook(folder, ['--help']), { status: 0, stdout: /export/ })
  for (
    const command of [
      'serve',
      'demo',
      'import',
      'export',
      'user add',
      'token create',
      'course set',
      'courses',
      'job list',
      'generate',
    ]
  ) {
    t.match(await perfbook(folder, [...command.split(' '), '--help']), {
      status: 0,
      stdout: /Usage: perfbook/,
    }, command)
  }
  for (
    const args of [
      [],
      ['nonsense'],
      ['export'],
      ['export', 'x'],
      ['export', '1', '--sheets', 'all'],
      ['export', '1', '--language', 'de'],
      ['export', '1', '--compare-with', 'first'],
      ['user', 'add', 'a@b.example'],
      ['user', 'add', 'a@b.example', '--role', 'king'],
      ['token', 'create', 'a@b.example', '--scope', 'all'],
      ['token', 'create', 'a@b.example', '--expires-in', 'soon'],
      ['course', 'set', '1', '--weight', 'x'],
      ['course', 'set', '1', '--time-zone', 'Mars'],
    ]
  ) {
    const { status, stdout, stderr } = await perfbook(folder, args)
    t.equal(status, 2, args.join(' '))
    t.equal(stdout, '')
    t.not(stderr, '')
  }
})

t.test('accounts and tokens', async (t) => {
  const folder = t.testdir()
  await makeBookDatabase(join(folder, 'perfbook.sqlite'), COURSE)
  const add = [
    'user',
    'add',
    'admin@example.edu',
    '--role',
    'admin',
    '--first-name',
    'Ad',
    '--password-stdin',
  ]
  t.match(await perfbook(folder, add, { stdin: 'correct horse battery staple\n' }), { status: 0, stdout: '' })
  t.match(await perfbook(folder, add, { stdin: 'correct horse battery staple\n' }), {
    status: 1,
    stderr: /already has an account/,
  })
  t.match(
    await perfbook(folder, ['user', 'add', 'x@example.edu', '--role', 'admin', '--password-stdin'], {
      stdin: 'short\n',
    }),
    { status: 1, stderr: /too short/ }
  )
  const token = await perfbook(folder, [
    'token',
    'create',
    'admin@example.edu',
    '--name',
    'probe',
    '--expires-in',
    '90d',
  ])
  t.match(token, { status: 0, stdout: /^pb_[\w-]+\n$/ })
  t.match(
    await perfbook(folder, ['token', 'create', 'tea@example.edu']),
    { status: 0, stdout: /^pb_/ },
    'a teacher of a roster'
  )
  t.match(await perfbook(folder, ['token', 'create', 'nobody@example.edu']), {
    status: 1,
    stdout: '',
    stderr: /There is no account/,
  })
  const list = JSON.parse((await perfbook(folder, ['token', 'list', '--json'])).stdout)
  t.match(list, [{ email: 'admin@example.edu', name: 'probe', scopes: null }, { email: 'tea@example.edu' }])
  t.notMatch(JSON.stringify(list), token.stdout.trim())
  t.match(await perfbook(folder, ['token', 'revoke', String(list[0].id)]), { status: 0 })
  t.match(await perfbook(folder, ['token', 'revoke', '99']), { status: 1 })
  t.match(
    await perfbook(folder, ['user', 'password', 'admin@example.edu', '--password-stdin'], {
      stdin: 'another long one\n',
    }),
    { status: 0 }
  )
  t.match(await perfbook(folder, ['user', 'disable', 'admin@example.edu']), { status: 0 })
  t.match(JSON.parse((await perfbook(folder, ['user', 'list', '--json'])).stdout), [{
    email: 'admin@example.edu',
    is_disabled: true,
  }, { email: 'tea@example.edu', is_roster_only: true }])
  t.match(await perfbook(folder, ['user', 'list']), { stdout: /admin@example\.edu\s+admin\s+Ad\s+disabled/ })
})

t.test('a folder without a database, or that cannot be made, may be a mistake', async (t) => {
  const folder = join(t.testdir(), 'typo')
  const first = await perfbook(folder, ['courses', '--json'])
  t.match(first, { status: 0, stdout: '[]\n', stderr: /There was no database in .*typo.*--data-dir/ })
  t.match(await perfbook(folder, ['courses', '--json']), { status: 0, stdout: '[]\n', stderr: '' })
  const file = join(folder, 'perfbook.sqlite', 'data')
  const refused = await perfbook(file, ['courses'])
  t.match(refused, { status: 1, stderr: /^error: The folder .* cannot be created\. Name another one/ })
})

t.test('courses and their settings', async (t) => {
  const folder = t.testdir()
  await makeBookDatabase(join(folder, 'perfbook.sqlite'), COURSE)
  const courses = async () => JSON.parse((await perfbook(folder, ['courses', '--json'])).stdout)
  t.match(await courses(), [{ id: 1, name: 'Physics I', term: 'Spring', student_count: 1 }])
  t.match(await perfbook(folder, ['courses']), {
    stdout: /ID\s+NAME\s+TERM\s+STUDENTS\n1\s+Physics I\s+Spring\s+1\n/,
  })
  t.match(
    await perfbook(folder, [
      'course',
      'set',
      '1',
      '--missing-counts',
      'zero',
      '--time-zone',
      'Europe/Berlin',
      '--weight',
      'Homework=0.5',
    ]),
    { status: 0 }
  )
  const scale = async (text: string) =>
    await perfbook(folder, ['course', 'set', '1', '--grading-scale', text])
  t.match(await scale('A+=0.9, B = 0.5,F=0'), { status: 0 })
  const stored = await openDatabase(sqliteFile(join(folder, 'perfbook.sqlite')))
  const read = async () =>
    (await stored.reads.selectFrom('courses').select('set_grading_scale').executeTakeFirst())
      ?.set_grading_scale
  t.equal(await read(), '[{"grade":"A+","from":0.9},{"grade":"B","from":0.5},{"grade":"F","from":0}]')
  t.match(await scale('A=0.9,B=0.95,F=0'), {
    status: 2, stderr: /limit 2 is 0\.95, expected less than the 0\.9 of the grade before it/,
  })
  t.match(await scale('A=x,F=0'), { status: 2, stderr: /limit 1 is not a number, expected a fraction/ })
  t.match(await scale('A'), { status: 2, stderr: /Write it like A=0\.9,B=0\.8,F=0: grade 1 is not a grade/ })
  t.match(await scale(''), { status: 0 })
  t.equal(await read(), '[]')
  await stored.close()
  t.match(await perfbook(folder, ['course', 'set', '1', '--weight', 'Lab=0.5']), {
    status: 1,
    stderr: /no category Lab; it has Homework/,
  })
  t.match(await perfbook(folder, ['course', 'set', '9']), { status: 1, stderr: /no course with id 9/ })
  t.match(await perfbook(folder, ['course', 'delete', '1']), { status: 0 })
  t.match(await perfbook(folder, ['course', 'delete', '1']), { status: 1 })
  t.strictSame(await courses(), [])
})

t.test('export into a file, and as an export of the course', async (t) => {
  const folder = t.testdir()
  const data = join(folder, 'data')
  await makeBookDatabase(join(data, 'perfbook.sqlite'), { ...COURSE, periods: ['1st', '2nd'] })
  const file = join(folder, 'out.xlsx')
  t.match(await perfbook(data, ['export', '1', '-o', file]), { status: 0, stdout: `${file}\n` })
  t.equal(readFileSync(file).subarray(0, 2).toString(), 'PK')
  t.equal(statSync(file).mode & 0o777, 0o600, 'for its user alone')
  t.strictSame(readdirSync(folder).sort(), ['data', 'out.xlsx'], 'nothing is left beside it')
  t.match(await perfbook(data, ['export', '1', '-o', join(folder, 'no', 'out.xlsx')]), {
    status: 1,
    stderr: /There is no folder/,
  })
  t.match(await perfbook(data, ['export', '1', '-o', folder]), {
    status: 1,
    stderr: /is a folder\. Name the file to write\./,
  })
  t.match(await perfbook(data, ['export', '9', '-o', file]), { status: 1, stderr: /no course with id 9/ })

  const stored = await perfbook(data, ['export', '1', '--no-dropped'])
  t.match(stored, { status: 0, stdout: /files.[0-9a-f]{32}.Physics_I_Performance_\d{8}-\d{6}\.xlsx\n$/ })
  t.equal(statSync(stored.stdout.trim()).mode & 0o777, 0o600, 'a stored file is for the service alone')
  t.match(await perfbook(data, ['export', '9']), { status: 1, stderr: /no course with id 9/ })
  const period = ['--period', '2nd', '--language', 'es']
  t.match(await perfbook(data, ['export', '1', ...period, '-o', file]), { status: 0 })
  const summary = (await readCells(file))[0]?.cells
  t.equal(summary?.['C7'], 'Grupo: 2nd')
  t.strictSame([summary?.['A6'], summary?.['B6']], ['Generado por', 'línea de comandos'])
  for (const given of ['2nd', '2']) {
    const { stdout } = await perfbook(data, ['export', '1', '--period', given])
    t.match(stdout, /Physics_I_2nd_Performance_\d{8}-\d{6}\.xlsx\n$/, 'by name or by id')
  }
  for (const to of [[], ['-o', file]]) {
    t.match(await perfbook(data, ['export', '1', '--period', '3rd', ...to]), {
      status: 1,
      stderr: /The course has no period 3rd; it has 1st \(id 1\), 2nd \(id 2\)\.$/m,
    })
  }
  t.match(await perfbook(data, ['export', '9', '--period', '2nd']), {
    status: 1, stderr: /no course with id 9/,
  })
  const [job] = JSON.parse((await perfbook(data, ['job', 'list', '--json'])).stdout)
  t.match(job, { kind: 'performance-export', status: 'succeeded', course_id: 1 })
  t.match(await perfbook(data, ['job', 'show', String(job.id)]), { status: 0, stdout: /"succeeded"/ })
  t.match(await perfbook(data, ['job', 'show', '99']), { status: 1 })
  t.match(await perfbook(data, ['job', 'retry', String(job.id)]), { status: 1 })
})

t.test('export with what has changed since another export', async (t) => {
  const folder = t.testdir()
  const data = join(folder, 'data')
  await makeBookDatabase(join(data, 'perfbook.sqlite'), COURSE)
  const file = join(folder, 'out.xlsx')
  const run = async (...args: string[]): Promise<{ status: number | null, stdout: string, stderr: string }> =>
    await perfbook(data, args)
  t.match(await run('export', '1'), { status: 0 })
  t.match(await run('course', 'set', '1', '--weight', 'Homework=0.5'), { status: 0 })
  for (const [to, compareWith] of [[[], '1'], [['-o', file], 'last']] as const) {
    const made = await run('export', '1', '--compare-with', compareWith, ...to)
    t.match(made, { status: 0 })
    const changes = (await readCells(made.stdout.trim())).at(-1)
    t.equal(changes?.name, 'Changes')
    const texts = Object.values(changes?.cells ?? {}).join('\n')
    if (compareWith === '1') t.match(texts, /Homework/)
    else t.notMatch(texts, /Homework/, 'the newest export already has the weight')
  }
  for (const to of [[], ['-o', file]]) {
    t.match(await run('export', '1', '--compare-with', '99', ...to), { status: 1, stderr: /no such export/i })
  }
})

t.test('export says what a file for another system does not have, and what to choose there', async (t) => {
  const folder = t.testdir()
  const data = join(folder, 'data')
  await makeBookDatabase(join(data, 'perfbook.sqlite'), {
    tasks: [{ title: 'Quiz\u001b[2J', pointsPossible: null }, { title: 'HW', pointsPossible: 10 }],
    students: [{ lastName: 'Ames', identifier: '7', cells: [0.5, 5] }, { lastName: 'Burr', cells: [1, 9] }],
  })
  for (const to of [[], ['-o', join(folder, 'out.csv')]]) {
    const moodle = ['export', '1', '--format', 'moodle', ...to]
    const { status, stdout, stderr } = await perfbook(data, moodle)
    t.equal(status, 0)
    t.match(stdout, /^\S+\.csv\n$/, 'only the path')
    t.match(stderr, /^note: Nothing tells Moodle who these students are: .*\. \(1 student\)$/m)
    t.match(stderr, /^note: Moodle will create .* \(2 tasks: Quiz.\[2J, HW\)$/m)
    t.match(stderr, /^Where you import the file, choose:\n {2}Map from: idnumber\n/m)
    t.notMatch(stderr, '\u001b')
    const json = JSON.parse((await perfbook(data, [...moodle, '--json'])).stdout)
    t.strictSame(Object.keys(json), ['path', 'receipts', 'choices'])
    t.match(json.receipts, [{ code: 'will_be_created' }])
    t.match(json.choices, [{ field: 'Map from', choice: 'idnumber' }])
  }
  const workbook = await perfbook(data, ['export', '1', '--json'])
  t.strictSame(Object.keys(JSON.parse(workbook.stdout)), ['path'])
  t.equal(workbook.stderr, '')
})

t.test('all invalid settings are named', async (t) => {
  const folder = t.testdir()
  const wrong = await perfbook(folder, [
    'serve',
    '--port',
    'x',
    '--public-url',
    'ftp://x',
    '--log-level',
    'loud',
  ], { env: { DEFAULT_TIME_ZONE: 'Mars', WORKER_THREADS: '0' } })
  t.equal(wrong.status, 2, 'a wrong flag is wrong usage')
  for (const name of ['PORT', 'LOG_LEVEL', 'WORKER_THREADS']) t.match(wrong.stderr, name)
  t.match(
    await perfbook(folder, ['serve'], {
      env: { DEFAULT_TIME_ZONE: 'Mars', PUBLIC_URL: 'ftp://x', CORS_ORIGINS: 'https://a.example/path' },
    }),
    { status: 1, stderr: /DEFAULT_TIME_ZONE=Mars[^]*PUBLIC_URL=ftp[^]*CORS_ORIGINS/ },
    'the environment is not usage'
  )
})

t.test('serve: one line when it answers, the folder is its own, a signal stops it', async (t) => {
  const folder = t.testdir()
  await makeBookDatabase(join(folder, 'perfbook.sqlite'), COURSE)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const server = await startServer(t, folder)
    t.equal((await fetch(`${server.address}/healthz`)).status, 200)
    t.match(await perfbook(folder, ['serve', '--port', '0']), {
      status: 1,
      stdout: '',
      stderr: new RegExp(`in use by another Perfbook \\(process ${server.pid}, ${server.address}\\)`),
    })
    t.match(
      await perfbook(folder, ['export', '1']),
      { status: 0, stdout: /\.xlsx\n$/ },
      'the server does the work'
    )
    server.kill(signal)
    t.strictSame(await server.ended, { status: 0, stdout: `listening on ${server.address}\n` })
    await t.rejects(fetch(`${server.address}/healthz`))
  }
})

t.test('serve: an unavailable address is explained with the setting that changes it', async (t) => {
  const folder = testFolder(t)
  const taken = createServer()
  await new Promise<void>((resolve) => {
    taken.listen(0, '127.0.0.1', resolve)
  })
  t.teardown(() => {
    taken.close()
  })
  const { port } = taken.address() as AddressInfo
  const env = { MIN_FREE_BYTES: '0' }
  const expected = {
    status: 1,
    stdout: '',
    stderr: `error: Port ${port} is in use by another program. Choose another port with PORT or --port.\n`,
  }
  t.strictSame(await perfbook(folder, ['serve', '--port', String(port)], { env }), expected)
  t.strictSame(
    await perfbook(folder, ['demo', '--port', String(port)], { env }).then(({ stderr, ...rest }) => ({
      ...rest,
      stderr: stderr.split('\n').slice(-2).join('\n'),
    })),
    expected,
    'the demo as well'
  )
  // An address for documentation (RFC 5737): no machine has it.
  t.strictSame(await perfbook(folder, ['serve', '--port', '0', '--host', '192.0.2.1'], { env }), {
    status: 1,
    stdout: '',
    stderr: 'error: This machine does not have the address 192.0.2.1. ' +
      'Set HOST to one that it has: 127.0.0.1 for this machine only, 0.0.0.0 for all its addresses.\n',
  })
  t.match(
    listenFailure(Object.assign(new Error('listen EACCES'), { code: 'EACCES' }), {
      HOST: '127.0.0.1',
      PORT: 80,
    }),
    {
      message:
        /^The system does not allow this user to listen on port 80\. Choose a port above 1023 with PORT or --port/,
    },
    'not tried for real: the tests may run as a user that may listen there'
  )
})

t.test('the audit log records what the command line does, in numbers', async (t) => {
  const folder = t.testdir()
  await makeBookDatabase(join(folder, 'perfbook.sqlite'), COURSE, COURSE)
  const env = { MIN_FREE_BYTES: '0' }
  const run = async (...args: string[]) => {
    t.match(await perfbook(folder, args, { env }), { status: 0 }, args.join(' '))
  }
  const source = join(import.meta.dirname, '../../data/sample/physics-1.json')
  await run('import', source, '--dry-run')
  t.equal((await perfbook(folder, ['import', join(folder, 'nothing.json')])).status, 1)
  const { courses, students, scores } = JSON.parse(
    (await perfbook(folder, ['import', source, '--json'])).stdout
  ) as Record<string, { added: number }>
  await run('export', '1', '-o', join(folder, 'book.xlsx'))
  await run('export', '1')
  await run('job', 'list')
  await run('course', 'set', '1', '--missing-counts', 'zero')
  await run('file', 'delete', '1')
  const db = await openDatabase(sqliteFile(join(folder, 'perfbook.sqlite')))
  await db.write((trx) =>
    trx.insertInto('jobs').values({
      kind: 'performance-export',
      state: 'failed',
      key: 'x',
      owner_type: 'course',
      owner_id: 1,
      payload: '{}',
      run_after: 0,
      created_at: 0,
    }).execute()
  )
  await db.close()
  await run('job', 'retry', '2')
  await run('job', 'cancel', '2')
  await run('course', 'delete', '2')
  const entries = JSON.parse((await perfbook(folder, ['audit', 'list', '--json'])).stdout) as Array<
    Record<string, unknown>
  >
  t.strictSame(entries.reverse().map(({ action, subject }) => [action, subject]), [
    [
      'import.run',
      `changed: ${courses!.added} course, ${students!.added} students, ${scores!.added} scores`,
    ],
    ['export.write', 'course 1'],
    ['export.request', 'course 1'],
    ['course.set', 'course 1'],
    ['export.delete', 'course 1, export 1'],
    ['job.retry', 'job 2'],
    ['job.cancel', 'job 2'],
    ['course.delete', 'course 2'],
  ])
  t.ok(
    entries.every(({ via, outcome, user_id: userId, address }) =>
      via === 'command' && outcome === 'done' && userId === null && address === null
    )
  )
})

t.test('export names flags where they do not go together, as wrong usage', async (t) => {
  const folder = t.testdir()
  const cases: Array<[args: string[], message: RegExp]> = [
    [['--format', 'csv', '--sheets', 'period'], /--sheets is not for --format csv, which has .*--separator/],
    [['--separator', ';'], /--separator is not for --format xlsx, which has .*--sheets/],
    [['--no-guard'], /--no-guard is not for --format xlsx/],
    [['--oneroster-version', '1.1'], /--oneroster-version is not for --format xlsx/],
    [['--format', 'canvas', '--identity', 'pseudonyms'], /--format canvas allows --identity names, ids/],
    [['--identity', 'ids', '--compare-with', 'last'], /--compare-with names students; leave out --identity/],
  ]
  for (const [args, message] of cases) {
    const { status, stderr } = await perfbook(folder, ['export', '1', ...args])
    t.equal(status, 2, args.join(' '))
    t.match(stderr, message)
    t.notMatch(stderr, /include_dropped|period_id|compare_with/)
  }
})
