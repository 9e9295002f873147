import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { connect } from '../../db/sqlite/connection.ts'
import { openDatabase } from '../../db/index.ts'
import {
  bundleTexts,
  createWorld,
  enrollment,
  result,
  school,
  showErrors,
  user,
  warningCounts,
  writeFolder,
  writeZip,
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
  const world = await createWorld(t.testdir())
  await world.take(school())
  const before = await world.book()
  t.strictSame(await world.take(school()), UNCHANGED)
  t.strictSame(await world.book(), before, 'not even the version')
  t.strictSame(readdirSync(join(world.folder, 'staging')), [], 'nothing is left in staging')
})

t.test('every change moves the version by one, and of its own course alone', async (t) => {
  const world = await createWorld(t.testdir())
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
  const world = await createWorld(t.testdir())
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

t.test('a student who left keeps the scores of tasks that are still there', async (t) => {
  const world = await createWorld(t.testdir())
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
  const world = await createWorld(t.testdir())
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
  const world = await createWorld(t.testdir())
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

t.test("removing more than half of a course's results needs a word", async (t) => {
  const world = await createWorld(t.testdir())
  const tables = school()
  await world.take(tables)
  const before = await world.book()
  const fewer = { ...tables, results: tables.results!.slice(0, 1) }
  t.match(await world.refuse(fewer), [
    /classes\.csv:2: 3 of the 4 results .* allow it \("Allow removals" on the page, --allow-removals on the command line\)$/,
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

t.test('one error anywhere and nothing is changed; the first 20 are shown, the rest counted', async (t) => {
  const world = await createWorld(t.testdir())
  const tables = school()
  await world.take(tables)
  const before = await world.book()
  tables.users![1]!.givenName = 'Changed'
  for (let i = 0; i < 30; i++) tables.results!.push(result(`bad${i}`, 'li1-p1', 'ann', 'seven'))
  const outcome = await world.import(writeFolder(join(world.folder, 'b'), bundleTexts(tables)))
  t.match(outcome, { ok: false, errorCount: 30 })
  t.equal(outcome.ok ? 0 : outcome.errors.length, 20)
  t.equal(showErrors(outcome)[0], 'results.csv:6: score is "seven", expected a number such as 7.5')
  t.strictSame(await world.book(), before)
  t.strictSame(readdirSync(join(world.folder, 'staging')), [])
})

t.test('progress never goes back, and names its steps', async (t) => {
  const world = await createWorld(t.testdir())
  const seen: Array<[number, string]> = []
  await world.take(school(), {
    onProgress: (...step) => {
      seen.push(step)
    },
  })
  t.strictSame(seen.map(([fraction]) => fraction), seen.map(([fraction]) => fraction).sort((a, b) => a - b))
  t.strictSame(seen.at(-1), [1, 'done'])
  t.strictSame([...new Set(seen.map(([, step]) => step))].slice(-4), [
    'reading results.csv',
    'comparing',
    'saving',
    'done',
  ])
})

t.test('a dry run reports and writes nothing', async (t) => {
  const world = await createWorld(t.testdir())
  t.match((await world.take(school(), { dryRun: true })).scores, { added: 4 })
  t.strictSame(await world.books(), [])
})

t.test('strict takes warnings as errors', async (t) => {
  const world = await createWorld(t.testdir())
  await world.take(school(), { strict: true, dryRun: true })
  const tables = school()
  tables.results!.push(result('again', 'li1-p1', 'ann', 3))
  t.match(await world.refuse(tables, { strict: true }), [
    /^results\.csv:6: A student has several results .*; once; warnings are errors with --strict \("Treat warnings as errors" on the page\)$/,
  ])
  t.strictSame(await world.books(), [])
})

t.test('several paths are one import with one summary', async (t) => {
  const world = await createWorld(t.testdir())
  const { results, lineItems, categories, ...roster } = school()
  const folder = writeFolder(join(world.folder, 'roster'), bundleTexts(roster))
  const zip = await writeZip(
    join(world.folder, 'scores.zip'),
    bundleTexts({ results: results!, lineItems: lineItems!, categories: categories! })
  )
  t.match(await world.import([folder, zip]), { ok: true, summary: { scores: { added: 4 }, warnings: [] } })

  const bad = writeFolder(join(world.folder, 'bad'), {
    'results.csv': 'sourcedId,lineItemSourcedId,studentSourcedId,score\nx,nowhere,ann,1\ny,nowhere,bob,1\n',
  })
  t.match(showErrors(await world.import([folder, zip, bad])), [
    /^bad\/results\.csv:2: .*lineItemSourcedId "nowhere"/,
  ])

  const files = bundleTexts(school())
  writeFolder(join(world.folder, 'loose'), files)
  const loose = Object.keys(files).map((name) => join(world.folder, 'loose', name))
  t.match(await world.import(loose), { ok: true, summary: { scores: { unchanged: 4 }, warnings: [] } })
})

t.test('a reference makes an import only once', async (t) => {
  const world = await createWorld(t.testdir())
  const first = await world.take(school(), { reference: 'job 7' })
  t.strictSame(await world.take(school(), { reference: 'job 7' }), first, 'the summary of the first time')
  t.match((await world.take(school(), { reference: 'job 8' })).scores, { unchanged: 4 })
})

t.test('an import that another one overtakes starts again', async (t) => {
  const world = await createWorld(t.testdir())
  await world.take(school())
  const tables = school()
  tables.results![0]!.score = 1
  let times = 0
  const rival = () => {
    const sqlite = connect(world.databaseFile)
    sqlite.exec("DELETE FROM courses; INSERT INTO imports (applied_at, summary) VALUES (0, '{}')")
    sqlite.close()
    times++
  }
  const summary = await world.take(tables, {
    onProgress (_fraction, step) {
      if (step === 'saving' && times === 0) rival()
    },
  })
  t.match(
    summary,
    { courses: { added: 1 }, scores: { added: 4 } },
    'what is right now, not what was right before'
  )
  t.equal((await world.book()).students[0]!.cells['HW 1'], 'completed 0.1')

  tables.results![0]!.score = 2
  t.match(
    await world.refuse(tables, {
      onProgress (_fraction, step) {
        if (step === 'saving') rival()
      },
    }),
    ['other imports kept changing the database; try again when they have finished']
  )
  t.equal(times, 6)
})

t.test('a course deleted meanwhile is not written to', async (t) => {
  const world = await createWorld(t.testdir())
  await world.take(school())
  const tables = school()
  tables.results![0]!.score = 1
  const summary = await world.take(tables, {
    onProgress (_fraction, step) {
      if (step !== 'saving') return
      const sqlite = connect(world.databaseFile)
      sqlite.exec('DELETE FROM courses WHERE id = 1')
      sqlite.close()
    },
  })
  t.match(summary.courses, { added: 1, updated: 0 })
})

t.test('a lock that is never released', async (t) => {
  const world = await createWorld(t.testdir())
  const rival = connect(world.databaseFile)
  rival.exec('BEGIN IMMEDIATE')
  t.match(await world.refuse(school(), { lockTimeoutMs: 1 }), [
    /^another program has kept the database locked for 0 seconds; try again/,
  ])
  rival.exec('ROLLBACK')
  rival.close()
  await world.take(school())
})

t.test('aborted: it throws the reason and leaves nothing', async (t) => {
  const world = await createWorld(t.testdir())
  const controller = new AbortController()
  const reason = new Error('enough')
  await t.rejects(
    world.take(school(), {
      signal: controller.signal,
      onProgress: () => {
        controller.abort(reason)
      },
    }),
    reason
  )
  t.strictSame(await world.books(), [])
  t.strictSame(readdirSync(join(world.folder, 'staging')), [])
})

t.test('what a teacher set stays, and a category keeps its weight by its name', async (t) => {
  const world = await createWorld(t.testdir())
  const tables = school()
  await world.take(tables)
  const db = await openDatabase({ file: world.databaseFile })
  await db.write(async (trx) => {
    await trx.updateTable('categories').set({ set_weight: 0.9 }).where('name', '=', 'Homework').execute()
    await trx.updateTable('courses').set({ set_time_zone: 'Asia/Tokyo', set_missing_counts: 'zero' })
      .execute()
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
  t.strictSame(warningCounts(await world.take(tables)), {})
})

t.test('an unknown time zone is an error', async (t) => {
  const world = await createWorld(t.testdir())
  t.match(await world.refuse(school(), { timeZone: 'Mars/Olympus' }), [
    '"Mars/Olympus" is not a time zone; expected a name such as Europe/Berlin',
  ])
})
