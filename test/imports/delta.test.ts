import t, { type Test } from 'tap'
import {
  createWorld,
  enrollment,
  result,
  school,
  user,
  warningCounts,
  FILES,
  type Tables,
  type World,
} from './bundles.ts'

/** Rows of a delta: what is given is delta, the rest absent. */
async function delta (world: World, tables: Tables, options: Parameters<World['take']>[1] = {}) {
  return await world.take(tables, {
    modes: Object.fromEntries(FILES.map((name) => [name, name in tables ? 'delta' : 'absent'])),
    ...options,
  })
}

async function prepared (t: Test): Promise<World> {
  const world = await createWorld(t)
  await world.take(school(), { timeZone: 'America/Chicago' })
  return world
}

const cells = async (world: World) =>
  Object.fromEntries((await world.book()).students.map((student) => [student.who, student.cells]))

t.test('results alone: they refer to what was imported before', async (t) => {
  const world = await prepared(t)
  const summary = await delta(world, {
    results: [result('r1', 'li1-p1', 'ann', 9), result('r5', 'li2-p2', 'cyd', 4)],
  })
  t.match(summary, {
    courses: { updated: 1 },
    students: { unchanged: 3, updated: 0 },
    tasks: { unchanged: 2 },
    scores: { added: 1, updated: 1, unchanged: 3, removed: 0 },
    warnings: [],
  })
  t.strictSame(await cells(world), {
    'Ann Lee': { 'HW 1': 'completed 0.9', 'HW 2': 'completed 0.8' },
    'Bob Ng': { 'HW 1': 'completed 1' },
    'Cyd Ortiz': { 'HW 1': 'completed 0.5', 'HW 2': 'completed 0.4' },
  })
  const book = await world.book()
  t.match(book, { version: 2, timeZone: 'America/Chicago' }, 'the zone stays, whatever the default is')
  t.strictSame(book.totals.stored, book.totals.computed)
  t.match(await delta(world, { results: [result('r1', 'li1-p1', 'ann', 9)] }), {
    courses: { unchanged: 1 },
    scores: { unchanged: 5 },
  })
  t.equal((await world.book()).version, 2)
})

t.test('deleted results with and without their columns, one that moved, an unknown one', async (t) => {
  const world = await prepared(t)
  const gone = (id: string, item = '', person = '') => result(id, item, person, '', { status: 'tobedeleted' })
  const summary = await delta(world, {
    results: [gone('r1'), gone('r4', 'li1-p2', 'cyd'), result('r3', 'li2-p1', 'bob', 6), gone('nobody')],
  }, { allowRemovals: true })
  t.strictSame(warningCounts(summary), { result_not_known: 1 })
  t.match(summary.scores, { removed: 3, added: 1 })
  t.strictSame(await cells(world), {
    'Ann Lee': { 'HW 2': 'completed 0.8' },
    'Bob Ng': { 'HW 2': 'completed 0.6' },
    'Cyd Ortiz': {},
  })
})

t.test('a deleted result does not take away the one that came after it', async (t) => {
  const world = await prepared(t)
  await delta(world, { results: [result('r1-new', 'li1-p1', 'ann', 9)] })
  await delta(world, { results: [result('r1', 'li1-p1', 'ann', 7, { status: 'tobedeleted' })] })
  t.equal((await cells(world))['Ann Lee']!['HW 1'], 'completed 0.9')
})

t.test('enrollments: a new student, a transfer, one who left', async (t) => {
  const world = await prepared(t)
  const summary = await delta(world, {
    users: [user('dee', 'Dee', 'Poe', '0044')],
    enrollments: [enrollment('e-d', 'p1', 'dee'), enrollment('e-a', 'p2', 'ann'), {
      ...enrollment('e-b', 'p1', 'bob'),
      status: 'tobedeleted',
    }],
  })
  t.match(summary.students, { added: 1, updated: 2, unchanged: 1 })
  t.strictSame(
    (await world.book()).students.map((
      student
    ) => [student.who, student.period, student.isDropped, student.cells]),
    [
      ['Ann Lee', 'Period 2', false, { 'HW 1': 'completed 0.7', 'HW 2': 'completed 0.8' }],
      ['Cyd Ortiz', 'Period 2', false, { 'HW 1': 'completed 0.5' }],
      ['Dee Poe', 'Period 1', false, {}],
      ['Bob Ng', 'Period 1', true, { 'HW 1': 'completed 1' }],
    ]
  )
})

t.test('users: a new name reaches every course; a user who is deleted', async (t) => {
  const world = await prepared(t)
  await delta(world, {
    users: [
      user('ann', 'Anna', 'Lee', '0042'),
      { ...user('cyd', 'Cyd', 'Ortiz', ''), status: 'tobedeleted' },
      user('ted', 'Ted', 'Mayer-Lee', 'T-1'),
    ],
  })
  const book = await world.book()
  t.strictSame(book.students.map((student) => [student.who, student.isDropped]), [['Anna Lee', false], [
    'Bob Ng',
    false,
  ], ['Cyd Ortiz', true]])
  t.strictSame(book.teachers, ['Ted Mayer-Lee <ted@example.edu>'])
  const summary = await delta(world, { results: [result('r9', 'li2-p2', 'ann', 1)] })
  t.match(summary.scores, { updated: 1 }, 'who is deleted is out of the stored roster as well')
})

t.test('line items: a new minimum, a due date of one period alone, a deleted one', async (t) => {
  const world = await prepared(t)
  const items = school().lineItems!
  const summary = await delta(world, {
    lineItems: [{ ...items[0]!, dueDate: '2026-02-09' }, { ...items[1]!, status: 'tobedeleted' }],
  })
  t.match(summary.tasks, { added: 1 }, 'HW 1 of period 2 and HW 1 of period 1 are two now')
  let book = await world.book()
  t.strictSame(book.tasks.map((task) => task.split('T')[0]), [
    'HW 1 | Homework | 2026-02-02',
    'HW 2 | Exams | 2026-02-03',
    'HW 1 | Homework | 2026-02-10',
  ])
  t.match(summary.scores, { unchanged: 2, added: 1, removed: 2 }, 'one moved, one is gone with its line item')
  t.strictSame(book.totals.stored, [3, 2.2])

  await delta(world, {
    lineItems: [{ ...items[2]!, dueDate: '2026-02-09', resultValueMin: 1, resultValueMax: 11 }, {
      ...items[0]!,
      dueDate: '2026-02-09',
      resultValueMin: 1,
      resultValueMax: 11,
    }],
  })
  book = await world.book()
  t.equal(book.tasks.length, 2, 'and are one again')
  t.strictSame(book.students.map((student) => student.cells['HW 1']), [
    'completed 0.6',
    'completed 0.9',
    'completed 0.4',
  ])
  t.strictSame(book.totals.stored, book.totals.computed)
})

t.test('classes: a new one joins by its teacher, the last deleted one takes its course', async (t) => {
  const world = await prepared(t)
  const [p1, p2] = school().classes! as [Tables[string][number], Tables[string][number]]
  await delta(world, {
    classes: [{ ...p1, sourcedId: 'p3', title: 'Period 3' }],
    enrollments: [enrollment('e-t3', 'p3', 'ted', 'teacher'), enrollment('e-a3', 'p3', 'ann')],
  })
  t.strictSame((await world.book()).periods, ['Period 1', 'Period 2', 'Period 3'])
  t.equal((await world.book()).students[0]!.period, 'Period 3', 'the later enrollment')

  const summary = await delta(world, { classes: [{ ...p2, status: 'tobedeleted' }] })
  t.match(summary.students, { updated: 1 })
  t.match((await world.book()).students[2], {
    who: 'Cyd Ortiz',
    isDropped: true,
    period: 'Period 2',
    cells: { 'HW 1': 'completed 0.5' },
  })

  const last = {
    classes: [{ ...p1, status: 'tobedeleted' }, { ...p1, sourcedId: 'p3', status: 'tobedeleted' }],
  }
  t.match(await world.refuse(last, { modes: { classes: 'delta' } }), [
    /^bundle-\d+: the course "Physics" would be removed with its results \(4\); .*--allow-removals/,
  ])
  t.match(await delta(world, last, { allowRemovals: true }), {
    courses: { removed: 1 },
    students: { removed: 3 },
    scores: { removed: 4 },
  })
  t.strictSame(await world.books(), [])
})

t.test('what a course is called by: course, school, term and category by themselves', async (t) => {
  const world = await prepared(t)
  const tables = school()
  await delta(world, {
    courses: [{ ...tables.courses![0]!, title: 'Physics I' }],
    orgs: [{ ...tables.orgs![0]!, name: 'Lake View' }],
    academicSessions: [{ ...tables.academicSessions![0]!, title: 'Spring' }],
    categories: [{ ...tables.categories![0]!, title: 'Home work', weight: 0.7 }],
  })
  const book = await world.book()
  t.match(book, {
    name: 'Physics I',
    school: 'Lake View',
    term: 'Spring',
    categories: { 'Home work': 0.7, Exams: 0 },
    version: 2,
  })
})

t.test('a delta of one course leaves others alone', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  tables.courses!.push({ ...tables.courses![0]!, sourcedId: 'c9' })
  tables.classes!.push({ ...tables.classes![0]!, sourcedId: 'p9', courseSourcedId: 'c9' })
  tables.enrollments!.push(enrollment('e9', 'p9', 'ann'))
  await world.take(tables)
  t.match(await delta(world, { results: [result('r1', 'li1-p1', 'ann', 1)] }), {
    courses: { updated: 1, unchanged: 0 },
  })
  t.strictSame((await world.books()).map((book) => book.version), [2, 1])
})

t.test('a reference to an unknown record is no reference', async (t) => {
  const world = await prepared(t)
  t.strictSame(
    await world.refuse({ results: [result('x', 'nowhere', 'ann', 1), result('y', 'li1-p1', 'nobody', 1)] }, {
      modes: { results: 'delta' },
    }),
    [
      'results.csv:2: 2 of 2 rows refer to records that are not in any file, more than a tenth; ' +
      'the first is lineItemSourcedId "nowhere"; export all files at the same time, or allow it ' +
      'with --allow-skips',
    ]
  )
  t.match(
    await world.refuse({ enrollments: [enrollment('x', 'p7', 'ann')] }, {
      strict: true,
      modes: { enrollments: 'delta' },
    }),
    [/^enrollments\.csv:2: .*classSourcedId "p7"/]
  )
})

t.test('a file that is absent says nothing: what is stored stays', async (t) => {
  const world = await prepared(t)
  const { results, lineItems, categories, ...roster } = school()
  roster.users!.push(user('dee', 'Dee', 'Poe', ''))
  roster.enrollments!.push(enrollment('e-d', 'p1', 'dee'))
  t.match(await world.take(roster), {
    students: { added: 1, unchanged: 3 },
    tasks: { unchanged: 2, removed: 0 },
    scores: { unchanged: 4, removed: 0 },
  })
  t.match(await world.take({ results: [] }, { modes: { results: 'bulk' } }), { courses: { added: 0 } })
})

t.test('deleted classes together with their results: the course goes, and nothing else', async (t) => {
  const world = await prepared(t)
  const deleted = { status: 'tobedeleted' }
  const tables = {
    classes: ['p1', 'p2'].map((sourcedId) => ({ sourcedId, ...deleted, title: '', courseSourcedId: 'c1' })),
    results: ['r1', 'r2', 'r3'].map((id) => result(id, '', '', '', deleted)),
  }
  const summary = await delta(world, tables, { allowRemovals: true })
  t.match(summary, { courses: { removed: 1, updated: 0 }, periods: { removed: 2 } })
  t.strictSame(await world.books(), [])
})
