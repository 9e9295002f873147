// Names come from other people's files. A terminal shows them and does not obey them; JSON has them exactly.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { createPrinter } from '../../src/cli/program/printer.ts'
import { createLog } from '../../src/cli/program/run-service.ts'
import { textTable } from '../../src/cli/program/table.ts'
import { readConfig } from '../../src/config.ts'
import { makeBookDatabase } from '../support/book-database.ts'
import { perfbook } from '../support/cli.ts'
import { testFolder } from '../support/test-folder.ts'

/** Title of the window, red, a line of its own, C1, DEL, text that runs backwards, a paragraph separator. */
const HOSTILE =
  'Physics\u001b]0;gotcha\u0007\u001b[31m\r\nerror: all is well\u009b31m\u007f' +
  '\u202Exlsx.exe\u2066\u2029 äö 漢字 👩🏽‍🏫\t\b'
const SHOWN = 'Physics�]0;gotcha��[31m error: all is well�31m��xlsx.exe�� äö 漢字 👩🏽‍🏫 �'
const OBEYED = /[^\P{Cc}\n\t]|[\u2028\u2029\u202A-\u202E\u2066-\u2069]/u

t.test('text, lines over a line, JSON', async (t) => {
  const stream = new PassThrough()
  const printer = createPrinter(stream)
  const read = () => (stream.read() as Buffer).toString()
  printer.write(`a\tb\n${HOSTILE}`)
  t.notMatch(read(), OBEYED)
  printer.write('a\tb\nc\n')
  t.equal(read(), 'a\tb\nc\n')
  printer.redraw('bar\r[##]')
  t.equal(read(), '\rbar [##]')
  printer.json({ [HOSTILE]: [HOSTILE, 1, null] }, 2)
  const json = read()
  t.notMatch(json, OBEYED)
  t.strictSame(JSON.parse(json), { [HOSTILE]: [HOSTILE, 1, null] })
  t.equal(textTable([['ID', 'NAME'], ['1', HOSTILE]]), `ID  NAME\n1   ${SHOWN}\n`)
})

t.test('every command that shows names', async (t) => {
  const folder = testFolder(t)
  const [courseId] = await makeBookDatabase(join(folder, 'perfbook.sqlite'), {
    name: HOSTILE,
    term: HOSTILE,
    categories: [{ name: HOSTILE }],
    teachers: [{ email: 'tea@example.edu', firstName: HOSTILE, lastName: HOSTILE }],
    tasks: [{ title: HOSTILE }],
    students: [{ lastName: HOSTILE, cells: [1] }],
  })
  t.match(await perfbook(folder, ['token', 'create', 'tea@example.edu', '--name', HOSTILE]), { status: 1 })
  t.match(await perfbook(folder, ['token', 'create', 'tea@example.edu', '--name', 'scripts']), { status: 0 })
  const db = await openDatabase(sqliteFile(join(folder, 'perfbook.sqlite')))
  await db.write(async (trx) => {
    // As a version stored it that took any name.
    await trx.updateTable('tokens').set({ name: HOSTILE }).execute()
    const expired = {
      owner_type: 'course',
      owner_id: courseId!,
      category: 'notes',
      content_type: 'text/plain',
      size: 1,
      sha256: '0'.repeat(64),
      created_at: 1,
      expires_at: 2,
    }
    await trx.insertInto('files').values({
      ...expired,
      filename: HOSTILE,
      hex: '0'.repeat(32),
      created_by: HOSTILE,
    }).execute()
    await trx.insertInto('jobs').values({
      kind: 'import',
      key: 'import',
      payload: '{}',
      state: 'failed',
      owner_type: 'course',
      owner_id: courseId!,
      run_after: 1,
      created_at: 1,
      finished_at: 1,
      error_code: 'IMPORT_FAILED',
      error_message: HOSTILE,
    }).execute()
  })
  await db.close()
  const book = join(folder, 'book\u001b[2J.json')
  writeFileSync(
    book,
    JSON.stringify({
      format: 'performance-book/1',
      course: { source_id: HOSTILE, name: HOSTILE },
      tasks: [{ source_id: 'hw', title: HOSTILE, category: HOSTILE }],
      students: [],
      results: [],
    })
  )

  for (
    const [args, isShown] of [
      [['courses'], true],
      [['user', 'list'], true],
      [['token', 'list'], true],
      [['file', 'list', '--all'], true],
      [['file', 'verify'], true],
      [['file', 'sweep', '--dry-run'], true],
      [['job', 'list'], false],
      [['job', 'show', '1'], true],
      [['audit', 'list'], false],
      [['course', 'set', String(courseId), '--weight', 'None=1'], true],
      [['import', book], false],
      [['import', join(folder, 'no\u001b[2J')], false],
      [['doctor'], false],
      [[HOSTILE], true],
      [['user', 'disable', HOSTILE], true],
      [['export', String(courseId)], false],
    ] as Array<[string[], boolean]>
  ) {
    const { stdout, stderr } = await perfbook(folder, args)
    const called = args.map((arg) => arg.replace(/[^ -~].*/s, '…')).join(' ')
    t.notMatch(stdout + stderr, OBEYED, called)
    t.notMatch(stdout, /^error: all is well/m, `${called}: no line of its own`)
    if (isShown) t.match(stdout + stderr, 'all is well', called)
  }
  for (
    const [args, of] of [
      [['courses', '--json'], 'name'],
      [['user', 'list', '--json'], 'first_name'],
      [['token', 'list', '--json'], 'name'],
      [['file', 'list', '--all', '--json'], 'filename'],
    ] as Array<[string[], string]>
  ) {
    const { stdout } = await perfbook(folder, args)
    t.notMatch(stdout, OBEYED)
    t.ok(
      (JSON.parse(stdout) as Array<Record<string, unknown>>).some((row) => row[of] === HOSTILE),
      `${args.join(' ')} is exact`
    )
  }
})

t.test('the log of the service', async (t) => {
  const stderr = new PassThrough()
  createLog({ stderr, pid: process.pid }, readConfig({})).warn(
    { from: HOSTILE, err: new Error(HOSTILE) },
    HOSTILE
  )
  const line = (stderr.read() as Buffer).toString()
  t.notMatch(line, OBEYED)
  t.match(JSON.parse(line), { level: 40, from: HOSTILE, msg: HOSTILE, err: { message: HOSTILE } })
})
