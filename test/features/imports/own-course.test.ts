// A teacher's own import may speak of one course and nothing else, also not through what courses have in common.
import t from 'tap'
import { createWorld, enrollment, result, school, user, FILES, type Tables, type World } from './bundles.ts'

const delta = (tables: Tables) => ({ modes: Object.fromEntries(FILES.map((name) => [name, name in tables ? 'delta' : 'absent'])) })

/** Ted's course, and Una's, whose students and school are partly the same. */
async function twoCourses (folder: string): Promise<{ world: World, ted: number, una: number }> {
  const world = await createWorld(folder)
  const tables = school()
  tables.users!.push(user('una', 'Una', 'Fox', 'T-2'))
  tables.courses!.push({ ...tables.courses![0]!, sourcedId: 'c9', title: 'Music' })
  tables.classes!.push({ ...tables.classes![0]!, sourcedId: 'p9', title: 'Music', courseSourcedId: 'c9' })
  tables.enrollments!.push(enrollment('e-u', 'p9', 'una', 'teacher'), enrollment('e-a9', 'p9', 'ann'))
  tables.lineItems!.push({ ...tables.lineItems![0]!, sourcedId: 'li-p9', title: 'Song', classSourcedId: 'p9' })
  tables.results!.push(result('r9', 'li-p9', 'ann', 3))
  await world.take(tables)
  const [ted, una] = await world.books()
  return { world, ted: ted!.id, una: una!.id }
}

t.test('his own course, told in full or in part', async (t) => {
  const { world, ted } = await twoCourses(t.testdir())
  const tables = school()
  tables.results![0]!.score = 1
  t.match(await world.take(tables, { onlyCourseId: ted }), { courses: { updated: 1 }, scores: { updated: 1 } })
  const part = { results: [result('r1', 'li1-p1', 'ann', 2)] }
  t.match(await world.take(part, { onlyCourseId: ted, ...delta(part) }), { scores: { updated: 1 } })
  t.strictSame((await world.books()).map((book) => book.version), [3, 1])
})

t.test('anything about another course is an error', async (t) => {
  const { world, ted, una } = await twoCourses(t.testdir())
  t.match(await world.refuse(school(), { onlyCourseId: una }), [/^classes\.csv:2: is about the course "Physics" \(p1\); only the course with id 2 may be imported here/])
  for (const part of [
    { results: [result('r9', 'li-p9', 'ann', 10)] },
    { results: [result('r9', 'li1-p1', 'ann', 10)] },
    { users: [user('una', 'Una', 'Fox', 'T-2', { email: 'ted@example.edu' })] },
    { users: [user('ann', 'Other', 'Name', '0042')] },
    { enrollments: [enrollment('e-x', 'p9', 'ted', 'teacher')] },
    { enrollments: [enrollment('e-u', 'p1', 'una', 'teacher')] },
    { orgs: [{ sourcedId: 'o1', name: 'Mine', type: 'school' }] },
  ] as Tables[]) {
    t.match((await world.refuse(part, { onlyCourseId: ted, ...delta(part) }))[0], /only the course with id 1 may be imported here/, JSON.stringify(part))
  }
  const tables = school()
  tables.classes!.push({ ...tables.classes![0]!, sourcedId: 'new', courseSourcedId: '' })
  t.match((await world.refuse(tables, { onlyCourseId: ted }))[0], /^classes\.csv:4: is about the course/)
  tables.classes!.pop()
  tables.enrollments!.push(enrollment('e-u', 'p1', 'una', 'aide'))
  tables.users!.push(user('una', 'Una', 'Fox', 'T-2'))
  t.match((await world.refuse(tables, { onlyCourseId: ted }))[0], /^enrollments\.csv:7: the enrollment "e-u" is of another course/)
})

t.test('what courses have in common stays as it was told', async (t) => {
  const { world, ted } = await twoCourses(t.testdir())
  const tables = school()
  tables.users![1]!.familyName = 'Changed'
  tables.users!.push(user('una', 'Una', 'Fox', 'T-2', { email: 'ted@example.edu' }))
  tables.orgs![0]!.name = 'Mine'
  await world.take(tables, { onlyCourseId: ted })
  const [mine] = await world.books()
  t.equal(mine!.school, 'Mine')
  t.equal(mine!.students[0]!.who, 'Ann Changed')
  const part = { results: [result('r9', 'li-p9', 'ann', 5)] }
  await world.take(part, delta(part))
  const [, other] = await world.books()
  t.match(other, { school: 'Lakeview', teachers: ['Una Fox <una@example.edu>'], students: [{ who: 'Ann Lee' }] })
})
