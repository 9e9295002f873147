import { join } from 'node:path'
import t, { type Test } from 'tap'
import { bundleTexts, result, school, writeFolder } from '../imports/bundles.ts'
import { perfbook } from '../support/cli.ts'

/** Two imports: a course, and another score in it. */
async function twoImports (t: Test): Promise<string> {
  const folder = t.testdir()
  const data = join(folder, 'data')
  for (const [name, score] of [['a', 7], ['b', 3]] as const) {
    const tables = school()
    tables.results![0] = result('r1', 'li1-p1', 'ann', score)
    const { status } = await perfbook(data, ['import', writeFolder(join(folder, name), bundleTexts(tables))])
    t.equal(status, 0)
  }
  return data
}

t.test('the newest import, one by its number, and what cannot be undone', async (t) => {
  const data = await twoImports(t)
  const listed = await perfbook(data, ['undo-import', '--list', '--json'])
  t.match(JSON.parse(listed.stdout), [
    { id: 2, job_id: null, courses: 1, course_names: ['Physics'], undone_courses: 0 }, { id: 1, courses: 1 },
  ])
  const refused = await perfbook(data, ['undo-import', '1'])
  t.equal(refused.status, 1)
  t.match(refused.stderr, /A later import changed Physics \(course 1\)\. Undo that import first/)
  const done = await perfbook(data, ['undo-import', '--json'])
  t.match(done, {
    status: 0,
    stderr: /^The newest import is 2, of 2\S+; changed: 1 course, 0 students, 1 score\. The undo changes 1 course: Physics\.\nImport 2 \(Physics\) was undone\./,
  })
  t.strictSame(JSON.parse(done.stdout), { import_id: 2, restored: 1, deleted: 0, emptied: 0, remaining: 0 })
  t.match((await perfbook(data, ['undo-import', '2'])).stderr, /This import was undone/)
  t.match((await perfbook(data, ['undo-import', '9'])).stderr, /There is no import 9/)
  t.equal((await perfbook(data, ['undo-import', '--courses', 'x'])).status, 2)
  t.equal((await perfbook(data, ['undo-import', '1', '--courses', '1'])).status, 0)
  t.strictSame(JSON.parse((await perfbook(data, ['courses', '--json'])).stdout), [])
  const { stderr } = await perfbook(data, ['undo-import'])
  t.match(stderr, /The newest import \(2\) was undone 2/)
  const { stdout } = await perfbook(data, ['audit', 'list', '--json'])
  t.match(stdout, /"import\.undo"/)
})

t.test('without a number, the same command again undoes nothing more', async (t) => {
  const data = await twoImports(t)
  t.match(await perfbook(join(data, '../empty'), ['undo-import']), {
    status: 1, stderr: /There is no import that can be undone\./,
  })
  t.equal((await perfbook(data, ['undo-import'])).status, 0)
  t.match(await perfbook(data, ['undo-import']), {
    status: 1, stderr: /The newest import \(2\) was undone 2\S+ To undo an earlier one, give its number/,
  })
  t.match(JSON.parse((await perfbook(data, ['courses', '--json'])).stdout), [{ name: 'Physics' }])
})

t.test('on a terminal, it asks before it undoes the newest import', async (t) => {
  const data = await twoImports(t)
  const answer = async (stdin: string, ...flags: string[]) =>
    await perfbook(data, ['undo-import', ...flags], { stdin, stdinIsTTY: true })
  for (const stdin of ['', 'no\n', 'y\n']) {
    t.match(await answer(stdin), { status: 1, stderr: /Physics\.\nUndo it\? Type yes: error: Nothing was undone/ })
  }
  t.match(await answer('yes\n'), { status: 0, stderr: /Import 2 \(Physics\) was undone/ })
  t.match(await answer('', '1'), { status: 0, stderr: /^Import 1 .*was undone/ }, 'a number is clear enough')
})
