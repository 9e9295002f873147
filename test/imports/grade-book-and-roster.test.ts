// A grade book file over a course of a roster, and the roster that comes again.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openDatabase } from '../../db/index.ts'
import { createWorld, enrollment, result, school, user, warningCounts, type World } from './bundles.ts'

const CASES = join(import.meta.dirname, '../fixtures/data-in/roster-canvas-roster')
const HEADER =
  'Student,ID,SIS User ID,SIS Login ID,Section,Lab (501),Essay (502)\nPoints Possible,,,,,10,10\n'

async function take (world: World, text: string, options = {}) {
  const file = join(world.folder, 'g.csv')
  writeFileSync(file, text)
  const outcome = await world.import(file, { course: 'Physics', allowNewPeople: true, ...options })
  if (!outcome.ok) throw new Error(outcome.errors.map(({ message }) => message).join('; '))
  return outcome.summary
}

const cells = async (world: World) =>
  (await world.book()).students.map(({
    who,
    isDropped,
    cells,
  }) => [who, isDropped ? 'dropped' : '', cells])

for (
  const [first, next, of] of [
    ['empty-gradebook', 'empty-gradebook', 'without'],
    ['full', 'full-next-day', 'with'],
  ] as const
) {
  t.test(`a nightly roster ${of} a grade book keeps the tasks and scores of a teacher's file`, async (t) => {
    const world = await createWorld(t)
    const roster = (name: string) => world.import(join(CASES, `${name}.zip`))
    const gradeBook = () => world.import(join(CASES, 'g.csv'), { course: 'Algebra P1' })
    t.match(await roster(first), { ok: true })
    t.match(await gradeBook(), {
      ok: true,
      summary: { tasks: { added: 1 }, scores: { added: 2 }, students: { added: 0 } },
    })
    const own = of === 'with'
      ? { tasks: { unchanged: 2, removed: 0 }, scores: { updated: 1, unchanged: 5, removed: 0 } }
      : { courses: { unchanged: 1 }, scores: { unchanged: 2, removed: 0 } }
    t.match(await roster(next), { ok: true, summary: own })
    const book = await world.book()
    t.strictSame(book.students.map((student) => [student.who, student.cells['Essay 1']]), [
      ['Ann Lee', 'completed 0.75'],
      ['Bob Poe', 'completed 1'],
    ])
    if (of === 'with') {
      t.strictSame(book.students[1]!.cells, {
        'HW 1': 'completed 1 2026-09-08',
        'HW 2': 'completed 0.6 2026-09-16',
        'Essay 1': 'completed 1',
      })
    }
    t.strictSame(book.totals.stored, book.totals.computed)
    for (
      const again of [
        () => roster(next),
        gradeBook,
        () => roster(next),
      ]
    ) t.match(await again(), { ok: true, summary: { courses: { unchanged: 1 } } })
    t.strictSame(await world.book(), book, 'both again change nothing')
  })
}

t.test('each source changes its own tasks and leaves those of the other', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  await world.take(tables)
  await take(world, `${HEADER}"Lee, Ann",1,0042,,P,5,6\n"Ng, Bob",2,0043,,P,7,8\n`)
  t.match(await take(world, `${HEADER}"Lee, Ann",1,0042,,P,9,\n"Ng, Bob",2,0043,,P,7,8\n`), {
    scores: { updated: 1, removed: 1 },
    tasks: { unchanged: 2, removed: 0 },
  })

  tables.lineItems = tables.lineItems!.filter((row) => row.title === 'HW 1')
  tables.results = [
    result('r1', 'li1-p1', 'ann', 8),
    result('r3', 'li1-p1', 'bob', 10),
    result('r4', 'li1-p2', 'cyd', 5),
  ]
  t.match(await world.take(tables), { tasks: { removed: 1 }, scores: { updated: 1, removed: 1 } })
  t.strictSame(await cells(world), [
    ['Ann Lee', '', { 'HW 1': 'completed 0.8', Lab: 'completed 0.9' }],
    ['Bob Ng', '', { 'HW 1': 'completed 1', Lab: 'completed 0.7', Essay: 'completed 0.8' }],
    ['Cyd Ortiz', '', { 'HW 1': 'completed 0.5' }],
  ])
  const fewer = await take(
    world,
    'Student,ID,SIS User ID,SIS Login ID,Section,Lab (501)\nPoints Possible,,,,,10\n"Lee, Ann",1,0042,,P,9\n'
  )
  t.match(fewer, { courses: { unchanged: 1 }, tasks: { removed: 0 } })
  t.strictSame(
    warningCounts(fewer),
    { tasks_of_earlier_file: 1 },
    'nothing goes because a file does not have it'
  )
})

t.test('a roster that has the same ids for tasks and people of its own', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  await world.take(tables)
  await take(world, `${HEADER}"Lee, Ann",1,0042,,P,5,6\n"Day, Dee",77,D7,,P,1,2\n`)
  tables.lineItems!.push({ ...tables.lineItems![0]!, sourcedId: '501', title: 'Quiz' })
  tables.users!.push(user('77', 'Eve', 'Fox', '0099'))
  tables.enrollments!.push(enrollment('e-77', 'p1', '77'))
  tables.results!.push(result('r-501', '501', '77', 3))
  t.match(await world.take(tables), {
    tasks: { added: 1, removed: 0 },
    students: { added: 1 },
    scores: { added: 1, removed: 0 },
  })
  const expected = [
    ['Dee Day', '', { Lab: 'completed 0.1', Essay: 'completed 0.2' }],
    ['Eve Fox', '', { Quiz: 'completed 0.3' }],
    [
      'Ann Lee',
      '',
      { 'HW 1': 'completed 0.7', 'HW 2': 'completed 0.8', Lab: 'completed 0.5', Essay: 'completed 0.6' },
    ],
    ['Bob Ng', '', { 'HW 1': 'completed 1' }],
    ['Cyd Ortiz', '', { 'HW 1': 'completed 0.5' }],
  ]
  t.strictSame(await cells(world), expected)
  t.match(await take(world, `${HEADER}"Lee, Ann",1,0042,,P,5,6\n"Day, Dee",77,D7,,P,1,2\n`), {
    courses: { unchanged: 1 },
  })
  t.match(await world.take(tables), { courses: { unchanged: 1 } })
  t.strictSame(await cells(world), expected)
})

t.test('a roster does not drop a student of a file, and takes over one whom it has itself', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  await world.take(tables)
  await take(world, `${HEADER}"Day, Dee",77,0077,dee,P,1,2\n"Eco, Eli",78,,eli@example.edu,P,3,4\n`)
  t.match(await world.take(tables), { courses: { unchanged: 1 } })
  t.strictSame((await world.book()).students.map(({ isDropped }) => isDropped), [
    false,
    false,
    false,
    false,
    false,
  ])
  tables.users!.push(user('d', 'Dee', 'Day', '0077'), user('e', 'Eli', 'Eco', ''))
  tables.users!.at(-1)!.email = 'Eli@example.edu'
  tables.enrollments!.push(enrollment('e-d', 'p1', 'd'), enrollment('e-e', 'p1', 'e'))
  t.match(await world.take(tables), { students: { added: 0, updated: 2 } })
  const book = await world.book()
  t.strictSame(book.students.slice(0, 2).map(({ who, period, cells }) => [who, period, cells]), [
    ['Dee Day', 'Period 1', { Lab: 'completed 0.1', Essay: 'completed 0.2' }],
    ['Eli Eco', 'Period 1', { Lab: 'completed 0.3', Essay: 'completed 0.4' }],
  ])
  t.match(
    await take(world, `${HEADER}"Day, Dee",77,0077,dee,P,1,2\n"Eco, Eli",78,,eli@example.edu,P,3,4\n`),
    { courses: { unchanged: 1 } },
    'and the file finds them'
  )
  tables.users!.splice(-2)
  tables.enrollments!.splice(-2)
  await world.take(tables)
  t.strictSame((await world.book()).students.filter(({ isDropped }) => isDropped).map(({ who }) => who), [
    'Dee Day',
    'Eli Eco',
  ], "now they are the roster's")
})

t.test('a roster after the file matches people as a file after the roster does', async (t) => {
  const world = await createWorld(t)
  const rows = [
    '"Lee, Ann",1,42,,P,1,2',
    '"Ng, Bob",2,,bob.ng,P,3,4',
    '"Ortiz, Cyd",3,,cyd,P,5,6',
    '"Ortiz, Cyd",4,,cyd2,P,7,8',
  ]
  t.match(await take(world, `${HEADER}${rows.join('\n')}\n`, { course: 'p1' }), { students: { added: 4 } })
  const summary = await world.take(school())
  t.match(summary, { students: { added: 1, updated: 2 } })
  t.strictSame(warningCounts(summary), { people_matched_loosely: 1, people_matched_by_name: 1 })
  t.strictSame((await world.book()).students.map(({ who, id, cells }) => [who, id, cells['Lab'] ?? '']), [
    ['Ann Lee', '0042', 'completed 0.1'],
    ['Bob Ng', '0043', 'completed 0.3'],
    ['Cyd Ortiz', null, 'completed 0.5'],
    ['Cyd Ortiz', null, 'completed 0.7'],
    ['Cyd Ortiz', null, ''],
  ], 'of two with one name, neither is known to be the one')
  t.match(await world.take(school()), {
    courses: { unchanged: 1 },
    students: { added: 0, updated: 0, removed: 0 },
    warnings: [],
  })
})

t.test('a document keeps them as well; a delta too', async (t) => {
  const world = await createWorld(t)
  const document = join(world.folder, 'book.json')
  writeFileSync(
    document,
    JSON.stringify({
      format: 'performance-book/1',
      course: { source_id: 'phys', name: 'Physics' },
      tasks: [{ source_id: 'hw1', title: 'HW 1', points_possible: 10 }],
      students: [{ source_id: 's1', first_name: 'Ann', last_name: 'Lee', student_identifier: '0042' }],
      results: [{ student: 's1', task: 'hw1', points: 7 }],
    })
  )
  t.match(await world.import(document), { ok: true })
  await take(world, `${HEADER}"Lee, Ann",1,0042,,P,5,6\n`)
  t.match(await world.import(document), { ok: true, summary: { courses: { unchanged: 1 } } })
  t.strictSame(await cells(world), [
    ['Ann Lee', '', { 'HW 1': 'completed 0.7', Lab: 'completed 0.5', Essay: 'completed 0.6' }],
  ])
})

t.test('the upgrade recognizes tasks and students of grade books of earlier versions', async (t) => {
  const world = await createWorld(t)
  await world.take(school())
  await take(world, `${HEADER}"Lee, Ann",1,0042,,P,5,6\n"Day, Dee",77,D7,,P,1,2\n`)
  const db = await openDatabase(world.database)
  await db.write(async (trx) => {
    await trx.updateTable('tasks').set({ grade_book: 'unknown' }).where('grade_book', 'is not', null)
      .execute()
    await trx.updateTable('students').set({ grade_book: 'unknown' }).where('grade_book', 'is not', null)
      .execute()
  })
  await db.close()
  t.match(await take(world, `${HEADER}"Lee, Ann",1,0042,,P,5,6\n"Day, Dee",77,D7,,P,1,2\n`), {
    courses: { unchanged: 1 },
    tasks: { unchanged: 2 },
    students: { unchanged: 2 },
  })
  t.match(await world.take(school()), { courses: { unchanged: 1 } })
})
