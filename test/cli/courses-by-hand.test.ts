// `perfbook course teachers`, `rename` and `archive`.
import t from 'tap'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { join } from 'node:path'
import { makeBookDatabase } from '../support/book-database.ts'
import { perfbook } from '../support/cli.ts'
import { testFolder } from '../support/test-folder.ts'

const TEA = 'tea@example.edu'

t.test('teachers, name and archive of a course, with the audit log', async (t) => {
  const folder = testFolder(t)
  const database = sqliteFile(join(folder, 'perfbook.sqlite'))
  await makeBookDatabase(database, { name: 'Physics', teachers: [{ email: TEA, lastName: 'Cher' }] })
  const run = (...args: string[]) => perfbook(folder, args)
  const json = async (...args: string[]) => JSON.parse((await run(...args, '--json')).stdout) as unknown

  await run('user', 'add', 'new@example.edu', '--role', 'teacher', '--last-name', 'Neu')
  const listed = await run('course', 'teachers', '1', '--add', 'new@example.edu')
  t.match(listed, { status: 0, stdout: /tea@example\.edu +Cher +roster\s+new@example\.edu +Neu +by hand/ })
  t.match(await json('course', 'teachers', '1', '--remove', TEA), [
    { email: 'new@example.edu', first_name: null, last_name: 'Neu', origin: 'manual' },
  ])
  t.match(await run('course', 'teachers', '1', '--add', 'who@example.edu', '--add', TEA), {
    status: 1, stdout: '', stderr: /no account for who@example\.edu.*invite them first.*perfbook user invite/,
  })
  t.match(await json('course', 'teachers', '1'), [{ email: 'new@example.edu' }], 'all or none')

  t.match(await run('course', 'rename', '1', 'Physics with Neu'), {
    status: 0, stderr: /Course 1 is now called Physics with Neu/,
  })
  t.match(await json('course', 'archive', '1'), { id: 1, name: 'Physics with Neu', archived: true })
  t.strictSame(await json('courses'), [])
  t.match(await json('courses', '--archived'), [{ name: 'Physics with Neu' }])
  t.match(await json('course', 'archive', '1', '--undo'), { archived: false })
  t.match(await json('course', 'rename', '1', ''), { name: 'Physics', roster_name: null })

  t.match(await json('audit', 'list', '--action', 'course.set'), [
    { changes: { name: ['Physics with Neu', 'Physics'] } }, { changes: { archived: [true, false] } },
    { changes: { archived: [false, true] } }, { changes: { name: ['Physics', 'Physics with Neu'] } },
  ])
  t.match(await run('audit', 'list', '--action', 'course.set', '--limit', '1'), {
    stdout: /course 1: name "Physics with Neu" to "Physics"/,
  })
  for (const args of [['teachers', '9'], ['rename', '9', 'x'], ['archive', '9']]) {
    t.match(await run('course', ...args), { status: 1, stderr: /There is no course with id 9/ })
  }
  for (const args of [['teachers'], ['rename', '1'], ['rename', '1', ' '], ['archive', 'x']]) {
    t.match(await run('course', ...args), { status: 2, stdout: '' })
  }
  const db = await openDatabase(database)
  t.teardown(() => db.close())
  const rows = await db.reads.selectFrom('audit_log').selectAll()
    .where('action', '=', 'course.teachers').execute()
  t.match(rows, [
    { via: 'command', subject: 'course 1', changes: '{"added":[1],"removed":[]}' },
    { changes: '{"added":[],"removed":[2]}' },
  ])
})
