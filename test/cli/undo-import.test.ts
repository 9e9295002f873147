import { join } from 'node:path'
import t from 'tap'
import { bundleTexts, result, school, writeFolder } from '../imports/bundles.ts'
import { perfbook } from '../support/cli.ts'

t.test('the newest import, one by its number, and what cannot be undone', async (t) => {
  const folder = t.testdir()
  const data = join(folder, 'data')
  const take = async (name: string, score: number) => {
    const tables = school()
    tables.results![0] = result('r1', 'li1-p1', 'ann', score)
    const { status } = await perfbook(data, ['import', writeFolder(join(folder, name), bundleTexts(tables))])
    t.equal(status, 0)
  }
  await take('a', 7)
  await take('b', 3)
  const listed = await perfbook(data, ['undo-import', '--list', '--json'])
  t.match(JSON.parse(listed.stdout), [
    { id: 2, job_id: null, courses: 1, course_names: ['Physics'], undone_courses: 0 }, { id: 1, courses: 1 },
  ])
  const refused = await perfbook(data, ['undo-import', '1'])
  t.equal(refused.status, 1)
  t.match(refused.stderr, /A later import changed Physics \(course 1\)\. Undo that import first\./)
  const done = await perfbook(data, ['undo-import', '--json'])
  t.equal(done.status, 0)
  t.strictSame(JSON.parse(done.stdout), { import_id: 2, restored: 1, deleted: 0, emptied: 0, remaining: 0 })
  t.match((await perfbook(data, ['undo-import', '2'])).stderr, /This import was undone/)
  t.match((await perfbook(data, ['undo-import', '9'])).stderr, /There is no import 9/)
  t.equal((await perfbook(data, ['undo-import', '--courses', 'x'])).status, 2)
  t.equal((await perfbook(data, ['undo-import', '1', '--courses', '1'])).status, 0)
  t.strictSame(JSON.parse((await perfbook(data, ['courses', '--json'])).stdout), [])
  t.match((await perfbook(data, ['undo-import'])).stderr, /There is no import that can be undone\./)
  const { stdout } = await perfbook(data, ['audit', 'list', '--json'])
  t.match(stdout, /"import\.undo"/)
})
