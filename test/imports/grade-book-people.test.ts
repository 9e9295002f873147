// Who the rows of a grade book are about, in a course that has people already.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ImportOptions } from '../../src/imports/import-options.ts'
import { createWorld, enrollment, school, showErrors, user, warningCounts, type World } from './bundles.ts'

const CASES = join(import.meta.dirname, '../fixtures/data-in')
const HEADER = 'Student,ID,SIS User ID,SIS Login ID,Section,Lab (1)\nPoints Possible,,,,,10\n'

async function take (world: World, rows: string[], options: Partial<ImportOptions> = {}) {
  const file = join(world.folder, 'g.csv')
  writeFileSync(file, `${HEADER}${rows.join('\n')}\n`)
  return await world.import(file, { course: 'Physics', ...options })
}

/** Who has which points in the task of the file. */
const labs = async (world: World) =>
  (await world.book()).students.flatMap(({
    who,
    cells,
  }) => cells['Lab'] === undefined ? [] : [`${who}: ${cells['Lab']}`])

for (
  const [name, warnings] of [
    ['roster-then-canvas-login', {}],
    ['roster-then-excel-canvas', { people_matched_loosely: 2 }],
  ] as const
) {
  t.test(`${name}: no student is there twice`, async (t) => {
    const world = await createWorld(t)
    await world.import(join(CASES, 'roster-then-excel-canvas/baseline.zip'))
    const outcome = await world.import(join(CASES, name, 'g.csv'), { course: 'Algebra P1' })
    t.match(outcome, {
      ok: true,
      summary: { students: { added: 0, unchanged: 2 }, tasks: { added: 1 }, scores: { added: 2 } },
    })
    t.strictSame(outcome.ok && warningCounts(outcome.summary), { ...warnings, category_added: 1 })
    t.strictSame((await world.book()).students.map(({ who, id, cells }) => [who, id, cells]), [
      [
        'Ann Lee',
        '0042',
        {
          'HW 1': 'completed 0.75 2026-09-08',
          'HW 2': 'completed 0.75 2026-09-15',
          'Essay 1': 'completed 0.75',
        },
      ],
      [
        'Bob Poe',
        '0043',
        { 'HW 1': 'completed 1 2026-09-08', 'HW 2': 'missing 2026-09-15', 'Essay 1': 'completed 1' },
      ],
    ])
    const book = await world.book()
    t.match(await world.import(join(CASES, name, 'g.csv'), { course: 'Algebra P1' }), {
      ok: true,
      summary: { courses: { unchanged: 1 }, scores: { unchanged: 6 } },
    })
    t.strictSame(await world.book(), book, 'the same again changes nothing')
  })
}

/** The small school; usernames are not the ids, and Cyd has no student id. */
async function roster (t: Test): Promise<World> {
  const world = await createWorld(t)
  const tables = school()
  for (const row of tables.users!) {
    row.username = `${String(row.givenName).toLowerCase()}.${String(row.familyName).toLowerCase()}`
  }
  await world.take(tables)
  return world
}

t.test('by student id, source id, username, email, name; the exact one first', async (t) => {
  const world = await roster(t)
  const outcome = await take(world, [
    '"X, A",1,0042,,P,1',
    '"X, B",2,,bob.ng,P,2',
    '"X, C",3,,cyd@example.edu,P,3',
  ])
  t.match(outcome, { ok: true, summary: { students: { added: 0 }, warnings: [] } })
  t.strictSame(await labs(world), [
    'Ann Lee: completed 0.1',
    'Bob Ng: completed 0.2',
    'Cyd Ortiz: completed 0.3',
  ])
  const ofTeacher = await take(world, ['"X, B",2,,bob.ng,P,2'], { onlyCourseId: (await world.book()).id })
  t.match(
    ofTeacher,
    { ok: true, summary: { courses: { unchanged: 1 } } },
    'an import into the course by its teacher finds the same people'
  )

  const again = await take(world, [
    '"X, A",1,ann,,P,4',
    '"X, B",2,,BOB.NG,P,5',
    '"Ortiz,  Cyd",3,77,nobody,P,6',
  ])
  t.strictSame(again.ok && warningCounts(again.summary), {
    people_matched_loosely: 1,
    people_matched_by_name: 1,
  })
  t.strictSame(await labs(world), [
    'Ann Lee: completed 0.4',
    'Bob Ng: completed 0.5',
    'Cyd Ortiz: completed 0.6',
  ])
  t.strictSame((await world.book()).students.map(({ who, id }) => [who, id]), [['Ann Lee', '0042'], [
    'Bob Ng',
    '0043',
  ], ['Cyd Ortiz', null]], 'they keep what the roster says')
})

t.test('an id of the other system is no id of the roster', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  tables.users!.push(user('101', 'Dee', 'Day', '0099'))
  tables.enrollments!.push(enrollment('e-d', 'p1', '101'))
  await world.take(tables)
  t.match(await take(world, ['"Lee, Ann",101,0042,,P,1'], {}), {
    ok: true,
    summary: { students: { added: 0 } },
  })
  t.strictSame(await labs(world), ['Ann Lee: completed 0.1'])
  t.match(await take(world, ['"New, Eve",101,,eve,P,7'], { allowNewPeople: true }), {
    ok: true,
    summary: { students: { added: 1 } },
  })
  t.strictSame(await labs(world), ['Ann Lee: completed 0.1', 'Eve New: completed 0.7'])
  t.match(await take(world, ['"New, Eve",101,,eve,P,7'], { allowNewPeople: true }), {
    ok: true,
    summary: { courses: { unchanged: 1 } },
  })
})

t.test('a weaker match is used only where exactly one person fits', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  tables.users!.push(user('dee', 'Dee', 'Day', '042'), user('ann2', 'Cyd', 'Ortiz', '7'))
  tables.enrollments!.push(enrollment('e-d', 'p1', 'dee'), enrollment('e-2', 'p2', 'ann2'))
  await world.take(tables)
  const added = async (...rows: string[]) => {
    const outcome = await take(world, rows, { allowNewPeople: true, dryRun: true })
    return outcome.ok ? outcome.summary.students.added : showErrors(outcome)
  }
  t.equal(await added('"X, A",1,42,,P,1'), 1, '0042 and 042')
  t.equal(
    await added('"X, A",1,0042,,P,1', '"X, B",2,42,,P,1'),
    1,
    "also where one of the two is another row's"
  )
  t.equal(await added('"Ortiz, Cyd",1,,x,P,1'), 1, 'two of one name in the course')
  t.equal(await added('"Ng, Bob",1,,x,P,1', '"Ng, Bob",2,,y,P,1'), 2, 'two of one name in the file')
  t.equal(await added('"X, A",1,43,,P,1', '"X, B",2,,BOB,P,1'), 2, 'two rows fit one person')
})

t.test('a row whose values point to different people is skipped, counted and named', async (t) => {
  const world = await roster(t)
  const rows = ['"Lee, Ann",1,0042,ann.lee,P,1', '"X, B",2,0043,cyd.ortiz,P,2', '"Ortiz, Cyd",3,,ann.lee,P,3']
  const outcome = await take(world, rows)
  t.match(outcome, { ok: true, summary: { students: { added: 0 }, scores: { added: 1 } } })
  const [conflict, category] = outcome.ok ? outcome.summary.warnings : []
  const message = 'Grade book rows whose values point to different people were skipped ' +
    '(first in g.csv:4: "X, B", "Ortiz, Cyd").'
  const place = { file: 'g.csv', line: 4, path: null, cell: '"X, B", "Ortiz, Cyd"' }
  t.strictSame(conflict, { code: 'people_in_conflict', message, count: 2, ...place })
  t.match(category, { code: 'category_added' })
  t.strictSame(await labs(world), ['Ann Lee: completed 0.1'])
  t.match(
    showErrors(await take(world, rows, { strict: true }))[0],
    /^g\.csv:4: Grade book rows .* different people were skipped: "X, B", "Ortiz, Cyd"; 2 times/
  )
})

t.test('new people of a rostered course are counted; more than a tenth is an error', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  for (let i = 0; i < 20; i++) {
    tables.users!.push(user(`u${i}`, `First${i}`, `Last${i}`, `9${i}`))
    tables.enrollments!.push(enrollment(`e-u${i}`, 'p1', `u${i}`))
  }
  await world.take(tables)
  const known = Array.from({ length: 18 }, (_, i) => `"Last${i}, First${i}",${i},9${i},,P,5`)
  const outcome = await take(world, [...known, '"New, One",501,X1,x1,P,1', '"New, Two",502,X2,x2,P,2'])
  t.match(outcome, { ok: true, summary: { students: { added: 2 } } }, 'two of twenty')
  t.strictSame(outcome.ok && warningCounts(outcome.summary), { new_people: 2, category_added: 1 })
  t.match(
    await take(world, [...known, '"New, One",501,X1,x1,P,1', '"New, Two",502,X2,x2,P,2']),
    { ok: true, summary: { courses: { unchanged: 1 }, warnings: [] } },
    'they are not new a second time'
  )
  const more = [...known, '"New, Ed",503,X3,x3,P,3', '"New, Flo",504,X4,x4,P,4', '"New, Gil",505,X5,x5,P,5']
  t.match(showErrors(await take(world, more)), [
    /^g\.csv:21: not in the course "Physics": 3 of 21 people in this grade book, more than a tenth .* allow it with --allow-new-people$/,
  ])
  t.match(await take(world, more, { allowNewPeople: true }), {
    ok: true,
    summary: { students: { added: 3 } },
  })
})

t.test('a course that only grade books made takes new people as they come', async (t) => {
  const world = await createWorld(t)
  t.match(await take(world, ['"Lee, Ann",1,0042,,P,1']), {
    ok: true,
    summary: { students: { added: 1 }, warnings: [] },
  })
  t.match(
    await take(world, ['"Lee, Anna",1,0042,,P,1', '"Ng, Bob",2,0043,,P,1', '"Lee, Anna",3,0044,,P,9']),
    { ok: true, summary: { students: { added: 2, updated: 1 }, warnings: [] } }
  )
  t.strictSame(await labs(world), [
    'Anna Lee: completed 0.1',
    'Anna Lee: completed 0.9',
    'Bob Ng: completed 0.1',
  ])
})

t.test('a roster with new ids for its people: a grade book matches those who have not left', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  await world.take(tables)
  const rows = ['"Lee, Ann",1,0042,,P,1', '"Ng, Bob",2,43,,P,2', '"Ortiz, Cyd",3,,cyd@example.edu,P,3']
  t.match(await take(world, rows), { ok: true, summary: { scores: { added: 3 } } })
  for (const row of tables.users!) row.sourcedId = `new-${String(row.sourcedId)}`
  for (const row of tables.enrollments!) row.userSourcedId = `new-${String(row.userSourcedId)}`
  for (const row of tables.results!) row.studentSourcedId = `new-${String(row.studentSourcedId)}`
  await world.take(tables)
  t.match(await take(world, rows), {
    ok: true,
    summary: { students: { added: 0, unchanged: 3 }, scores: { added: 3 } },
  })
  t.strictSame(
    (await world.book()).students.map(({
      who,
      isDropped,
      cells,
    }) => [who, isDropped, cells['Lab']]),
    [
      ['Ann Lee', false, 'completed 0.1'],
      ['Bob Ng', false, 'completed 0.2'],
      ['Cyd Ortiz', false, 'completed 0.3'],
      ['Ann Lee', true, 'completed 0.1'],
      ['Bob Ng', true, 'completed 0.2'],
      ['Cyd Ortiz', true, 'completed 0.3'],
    ],
    'those who left keep their scores'
  )
  t.match(await take(world, rows), { ok: true, summary: { courses: { unchanged: 1 } } })
})

/** A file of each system with one task and the row of one person, and what of the person it knows. */
const FILES_OF_SYSTEMS: Array<[what: string, text: string, warnings: Record<string, number>]> = [
  ['Canvas, student id', `${HEADER}"X, Y",1,0042,,P,5\n`, {}],
  ['Canvas, source id as student id', `${HEADER}"X, Y",1,ann,,P,5\n`, {}],
  ['Canvas, login', `${HEADER}"X, Y",1,,ann.lee,P,5\n`, {}],
  ['Canvas, login in capitals', `${HEADER}"X, Y",1,,ANN.LEE,P,5\n`, { people_matched_loosely: 1 }],
  ['Canvas, login that is an address', `${HEADER}"X, Y",1,,ann@example.edu,P,5\n`, {}],
  ['Canvas, student id without its zeros', `${HEADER}"X, Y",1,42,,P,5\n`, { people_matched_loosely: 1 }],
  ['Canvas, name', `${HEADER}"Lee, Ann",1,,,P,5\n`, { people_matched_by_name: 1 }],
  ['Canvas, name in capitals', `${HEADER}"LEE, ANN",1,,,P,5\n`, { people_matched_loosely: 1 }],
  ['Moodle, number', 'First name,Last name,ID number,Assignment: Lab (Percentage)\nY,X,0042,50 %\n', {}],
  [
    'Moodle, address',
    'First name,Last name,Email address,Assignment: Lab (Percentage)\nY,X,Ann@Example.edu,50 %\n',
    {},
  ],
  [
    'Brightspace, number',
    'OrgDefinedId,Lab Points Grade <Numeric MaxPoints:10>,End-of-Line Indicator\n#0042,5,#\n',
    {},
  ],
  [
    'Brightspace, login',
    'Username,Lab Points Grade <Numeric MaxPoints:10>,End-of-Line Indicator\n#ann.lee,5,#\n',
    {},
  ],
  [
    'Blackboard, login before name',
    'Last Name,First Name,Username,Student ID,Lab [Total Pts: 10 Score] |1\nNg,Y,ann.lee,,5\n',
    {},
  ],
  [
    'Google Classroom, address',
    'Last Name,First Name,Email Address,Lab\nDate,,,2026-09-08\nPoints,,,10\nX,Y,ann@example.edu,5\n',
    {},
  ],
  ['Schoology, number', 'First Name,Last Name,Unique User ID,Lab (Max Points: 10)\nY,X,0042,5\n', {}],
  ['Gradescope, number', 'First Name,Last Name,SID,Email,Lab,Lab - Max Points\nY,X,0042,,5,10\n', {}],
  ['Sakai, number', 'Student ID,Name,Lab [10]\n0042,"X, Y",5\n', {}],
  ['Sakai, login', 'Student ID,Name,Lab [10]\nann.lee,"X, Y",5\n', {}],
  [
    'Open edX, login',
    'Student ID,Email,Username,Grade,Lab,Enrollment Track\n1,,ann.lee,0.5,0.5,audit\n',
    {},
  ],
]

t.test('people of all systems are matched by number, login, username, address and name', async (t) => {
  const world = await roster(t)
  const course = (await world.book()).sourceId
  for (const [what, text, warnings] of FILES_OF_SYSTEMS) {
    const file = join(world.folder, 'g.csv')
    writeFileSync(file, text)
    const outcome = await world.import(file, { course, dryRun: true })
    t.strictSame(showErrors(outcome), [], what)
    if (!outcome.ok) continue
    const { category_added: _, ...others } = warningCounts(outcome.summary)
    t.strictSame(others, warnings, what)
    t.match(outcome.summary, { students: { added: 0 }, scores: { added: 1 } }, what)
  }
})

t.test('what belongs to two people, and what fits two people loosely', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  tables.users!.push(user('eve', 'Eve', 'Fox', 'AB1'), user('fay', 'Fay', 'Fox', 'ab1'))
  tables.enrollments!.push(enrollment('e-e', 'p1', 'eve'), enrollment('e-f', 'p1', 'fay'))
  await world.take(tables)
  const cases: Array<[row: string, warnings: Record<string, number>, added: number]> = [
    ['"X, Y",1,0042,bob,P,1', { people_in_conflict: 1 }, 0],
    ['"X, Y",1,0043,ann@example.edu,P,1', { people_in_conflict: 1 }, 0],
    ['"X, Y",1,AB1,,P,1', {}, 0],
    ['"X, Y",1,Ab1,,P,1', { new_people: 1 }, 1],
    ['"X, Y",1,77,eve,P,1', {}, 0],
  ]
  for (const [row, warnings, added] of cases) {
    const outcome = await take(world, [row], { dryRun: true, allowNewPeople: true })
    t.strictSame(showErrors(outcome), [], row)
    if (!outcome.ok) continue
    const { category_added: _, ...others } = warningCounts(outcome.summary)
    t.strictSame([others, outcome.summary.students.added], [warnings, added], row)
  }
})
