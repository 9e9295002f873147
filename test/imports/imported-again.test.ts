import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openDatabase } from '../../db/index.ts'
import {
  createWorld,
  enrollment,
  result,
  school,
  user,
  warningCounts,
  type Tables,
} from './bundles.ts'

const UNCHANGED = {
  courses: { added: 0, updated: 0, unchanged: 1, removed: 0 },
  periods: { added: 0, updated: 0, unchanged: 2, removed: 0 },
  students: { added: 0, updated: 0, unchanged: 3, removed: 0 },
  tasks: { added: 0, updated: 0, unchanged: 2, removed: 0 },
  scores: { added: 0, updated: 0, unchanged: 4, removed: 0 },
  warnings: [],
}

t.test('the same bundle again changes nothing', async (t) => {
  const world = await createWorld(t)
  await world.take(school())
  const before = await world.book()
  t.strictSame(await world.take(school()), UNCHANGED)
  t.strictSame(await world.book(), before, 'not even the version')
  t.strictSame(readdirSync(join(world.folder, 'staging')), [], 'nothing is left in staging')
})

t.test('every change moves the version by one, and of its own course alone', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  tables.courses!.push({ sourcedId: 'c9', title: 'Other', courseCode: '', orgSourcedId: 'o1' })
  tables.classes!.push({ ...tables.classes![0]!, sourcedId: 'p9', title: 'Other', courseSourcedId: 'c9' })
  tables.enrollments!.push(enrollment('e-9', 'p9', 'ann'))
  await world.take(tables)
  const versions = async () => (await world.books()).map((book) => book.version)
  t.strictSame(await versions(), [1, 1])
  const changes: Array<[string, () => void]> = [
    ['a score', () => {
      tables.results![0]!.score = 7.5
    }],
    ['a status', () => {
      tables.results![1]!.scoreStatus = 'partially graded'
    }],
    ['a date of submission', () => {
      tables.results![1]!.scoreDate = '2026-02-11'
    }],
    ['a due date', () => {
      for (const i of [0, 2]) tables.lineItems![i]!.dueDate = '2026-02-05'
    }],
    ['points possible', () => {
      for (const i of [0, 2]) tables.lineItems![i]!.resultValueMax = 20
    }],
    ['a title', () => {
      for (const i of [0, 2]) tables.lineItems![i]!.title = 'Homework 1'
    }],
    ["a category's title", () => {
      tables.categories![0]!.title = 'Home work'
    }],
    ['a weight', () => {
      tables.categories![0]!.weight = 0.5
    }],
    ['a name', () => {
      tables.users![3]!.familyName = 'Abbott'
    }],
    ['an id', () => {
      tables.users![3]!.identifier = '9'
    }],
    ["a period's name", () => {
      tables.classes![0]!.title = '1st'
    }],
    ["a course's name", () => {
      tables.courses![0]!.title = 'Physics I'
    }],
    ["a school's name", () => {
      tables.orgs![0]!.name = 'Lake View'
    }],
    ['a term', () => {
      tables.academicSessions![0]!.endDate = '2026-06-29'
    }],
    ["a teacher's email", () => {
      tables.users![0]!.email = 'mayer@example.edu'
    }],
    ['a transfer', () => {
      tables.enrollments![3]!.classSourcedId = 'p2'
    }],
    ['a drop', () => {
      tables.enrollments![2]!.endDate = '2026-02-01'
    }],
    ['a new student', () => {
      tables.users!.push(user('dee', 'Dee', 'Poe', ''))
      tables.enrollments!.push(enrollment('e-d', 'p1', 'dee'))
    }],
    ['a result less', () => {
      tables.results!.pop()
    }],
    ['a line item less', () => {
      tables.lineItems = tables.lineItems!.filter((row) => row.title !== 'HW 2')
      tables.results = tables.results!.filter((row) => row.sourcedId !== 'r2')
    }],
  ]
  let version = 1
  for (const [name, change] of changes) {
    change()
    await world.take(tables)
    const now = await versions()
    // School, and the name of a person in both, are of both courses.
    t.equal(now[0], ++version, name)
    const [book] = await world.books()
    t.strictSame(book!.totals.stored, book!.totals.computed, `${name}: control totals`)
  }
  t.strictSame((await versions())[1], 3, 'the other course: its school and its term')
})

t.test('a task keeps its id and others their cells when line items come and go', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  await world.take(tables)
  const base = tables.lineItems![0]!
  tables.lineItems = [...tables.lineItems!.slice(1), {
    ...base,
    sourcedId: 'new',
    title: 'HW 3',
    dueDate: '2026-02-03',
  }]
  tables.results = [
    result('r2', 'li2-p1', 'ann', 8),
    result('r4', 'li1-p2', 'cyd', 5),
    result('n', 'new', 'ann', 2),
  ]
  const summary = await world.take(tables)
  t.match(summary.tasks, { added: 1, unchanged: 2, removed: 0 })
  t.match(summary.scores, { added: 1, unchanged: 2, removed: 2 })
  t.strictSame((await world.book()).students.map((student) => student.cells), [
    { 'HW 2': 'completed 0.8', 'HW 3': 'completed 0.2' },
    {},
    { 'HW 1': 'completed 0.5' },
  ])
})

t.test('a student who left keeps the scores of tasks that still exist', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  await world.take(tables)
  tables.enrollments = tables.enrollments!.filter((row) => row.sourcedId !== 'e-a')
  tables.lineItems = tables.lineItems!.filter((row) => row.title !== 'HW 2')
  tables.lineItems.forEach((row) => {
    row.resultValueMax = 20
  })
  tables.lineItems.push({ ...tables.lineItems[0]!, sourcedId: 'late', title: 'HW 9' })
  tables.results = [
    result('r3', 'li1-p1', 'bob', 10),
    result('r4', 'li1-p2', 'cyd', 5),
    result('r9', 'late', 'bob', 5),
  ]
  const summary = await world.take(tables)
  t.match(summary.students, { added: 0, updated: 1, unchanged: 2, removed: 0 })
  t.match(summary.scores, { removed: 1, unchanged: 3, added: 1 }, 'the scores of HW 2 go with it')
  const book = await world.book()
  t.match(book.students[2], {
    who: 'Ann Lee',
    isDropped: true,
    period: 'Period 1',
    cells: { 'HW 1': 'completed 0.35' },
  })
  t.notOk('HW 9' in book.students[2]!.cells, "the new task has the old one's place, but not its scores")
  t.strictSame(book.totals.stored, book.totals.computed)

  t.match((await world.take(tables)).students, { updated: 0, unchanged: 2 })
  tables.enrollments.push(enrollment('e-a2', 'p2', 'ann'))
  tables.results.push(result('r1', 'li1-p1', 'ann', 14))
  await world.take(tables)
  t.match((await world.book()).students[0], {
    who: 'Ann Lee',
    isDropped: false,
    period: 'Period 2',
    cells: { 'HW 1': 'completed 0.7' },
  })
})

t.test('a period stays as long as a student who left is in it', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  await world.take(tables)
  const without: Tables = { ...tables, classes: tables.classes!.slice(0, 1) }
  for (const name of ['enrollments', 'lineItems'] as const) {
    without[name] = tables[name]!.filter((row) => row.classSourcedId !== 'p2')
  }
  without.results = tables.results!.filter((row) => row.lineItemSourcedId !== 'li1-p2')
  await world.take(without)
  const book = await world.book()
  t.equal(book.name, 'Period 1', "now the class's own title")
  t.strictSame(book.periods, ['Period 1', 'Period 2'])
  t.match(book.students[2], {
    who: 'Cyd Ortiz',
    isDropped: true,
    period: 'Period 2',
    cells: { 'HW 1': 'completed 0.5' },
  })
})

t.test('a full bundle says nothing about courses that are not in it', async (t) => {
  const world = await createWorld(t)
  await world.take(school())
  const other = school()
  for (const [name, rows] of Object.entries(other)) {
    for (const row of rows) {
      for (const column of Object.keys(row)) {
        if (
          /sourcedId$/i.test(column) && !['orgs', 'academicSessions'].includes(name) &&
          !/^(org|school)/.test(column)
        ) row[column] = row[column] === '' ? '' : `x-${row[column]}`
      }
    }
  }
  other.classes!.forEach((row) => {
    row.termSourcedIds = 't1'
  })
  const summary = await world.take(other)
  t.match(summary.courses, { added: 1, updated: 0, unchanged: 0, removed: 0 })
  t.equal((await world.books()).length, 2)
})

t.test("removing more than half of a course's results needs permission", async (t) => {
  const world = await createWorld(t)
  const tables = school()
  await world.take(tables)
  const before = await world.book()
  const fewer = { ...tables, results: tables.results!.slice(0, 1) }
  t.match(await world.refuse(fewer), [
    /classes\.csv:2: 3 of the results of .* \(4\) would be removed, .* allow it with --allow-removals$/,
  ])
  t.strictSame(await world.book(), before)
  t.match(
    (await world.take({ ...tables, results: tables.results!.slice(0, 2) })).scores,
    { removed: 2 },
    'half is not more than half'
  )
  t.match((await world.take({ ...tables, results: [] }, { allowRemovals: true })).scores, {
    removed: 2,
    unchanged: 0,
  })
})

t.test('what a teacher set stays, and a category keeps its weight by its name', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  await world.take(tables)
  const db = await openDatabase(world.database)
  await db.write(async (trx) => {
    await trx.updateTable('categories').set({ set_weight: 0.9 }).where('name', '=', 'Homework').execute()
    await trx.updateTable('courses').set({
      set_time_zone: 'Asia/Tokyo', set_missing_counts: 'zero',
      imported_grading_scale: '[{"grade":"P","from":0}]',
    }).execute()
  })
  await db.close()
  tables.categories!.reverse()
  tables.categories![1]!.sourcedId = 'k9'
  for (const row of tables.lineItems!) if (row.categorySourcedId === 'k1') row.categorySourcedId = 'k9'
  tables.users![1]!.givenName = 'Anna'
  await world.take(tables)
  const book = await world.book()
  t.strictSame(book.categories, { Exams: 0.5, Homework: 0.9 })
  t.equal(book.timeZone, 'Asia/Tokyo')
  t.strictSame(book.gradingScale, [{ grade: 'P', from: 0 }], 'a roster says nothing about it')
  t.strictSame(warningCounts(await world.take(tables)), {})
})
