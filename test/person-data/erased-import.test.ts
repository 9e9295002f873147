// A person who was erased stays away from every later import, in every format and by every user, until
// one allows it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openStaging } from '../../db/staging/open-staging.ts'
import type { ImportOptions } from '../../src/imports/import-options.ts'
import { enrollment, result, user, warningCounts, type ShownBook } from '../imports/bundles.ts'
import { peopleWorld, schoolWithCyd, TRACES, type PeopleWorld } from './people.ts'

async function erasedWorld (t: Test): Promise<PeopleWorld> {
  const world = await peopleWorld(t)
  t.match(await world.run(['student', 'erase', 'u-cyd-77', '--yes']), { status: 0 })
  return world
}

const namesOf = (books: ShownBook[]) =>
  books.map((book) => book.students.map(({ who, isDropped }) => `${who}${isDropped ? ', dropped' : ''}`))
const WITHOUT = [['Ann Lee', 'Bob Ng'], ['Ann Lee']]
const WITH = [
  ['Ann Lee', 'Bob Ng', 'Cydwina Ortizova'],
  ['Ann Lee', 'Cydwina Ortizova'],
]

async function takeFile (
  world: PeopleWorld,
  name: string,
  text: string,
  options: Partial<ImportOptions> = {}
) {
  writeFileSync(join(world.folder, name), text)
  const outcome = await world.import(join(world.folder, name), options)
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors))
  return outcome.summary
}

t.test('a bulk roster', async (t) => {
  const world = await erasedWorld(t)
  const summary = await world.take(schoolWithCyd())
  t.strictSame(
    warningCounts(summary),
    { erased_person: 1 },
    'one person, and no error for enrollments and results that refer to them'
  )
  t.match(
    summary,
    { courses: { updated: 0, unchanged: 2 }, students: { unchanged: 3 }, scores: { unchanged: 4 } },
    'nothing else has changed'
  )
  t.notMatch(JSON.stringify(summary), TRACES)
  t.strictSame(namesOf(await world.books()), WITHOUT)
  t.notMatch(world.bytes(), TRACES)
  t.match(
    await world.refuse(schoolWithCyd(), { strict: true }),
    [/Erased people/],
    'with --strict it is an error, like every warning'
  )
})

t.test('a new id: the e-mail or the identifier is enough', async (t) => {
  const world = await erasedWorld(t)
  const tables = schoolWithCyd()
  for (
    const [extra, id] of [
      [{ email: 'CYDWINA.O@EXAMPLE.EDU', identifier: '' }, 'new-1'],
      [{ email: '', identifier: 'ID-90210' }, 'new-2'],
    ] as const
  ) {
    tables['users']!.push(user(id, 'Cydwina', 'Ortizova', '', extra))
    tables['enrollments']!.push(enrollment(`e-${id}`, 'p1', id))
    tables['results']!.push(result(`r-${id}`, 'li1-p1', id, 5))
  }
  t.strictSame(warningCounts(await world.take(tables)), { erased_person: 3 })
  t.strictSame(namesOf(await world.books()), WITHOUT)
})

t.test('a delta that only refers to the person', async (t) => {
  const world = await erasedWorld(t)
  const modes = { enrollments: 'delta', results: 'delta' }
  const summary = await world.take(
    {
      enrollments: [enrollment('e-new', 'p1', 'u-cyd-77')],
      results: [
        result('r-new', 'li1-p1', 'u-cyd-77', 4),
        result('r-new-2', 'li2-p1', 'u-cyd-77', 4),
        result('r-ann', 'li1-p1', 'ann', 9),
      ],
    },
    { modes }
  )
  t.strictSame(warningCounts(summary), { erased_person: 1 })
  t.strictSame(namesOf(await world.books()), WITHOUT)
  t.match(
    (await world.books())[0]!.students[0]!.cells,
    { 'HW 1': 'completed 0.9' },
    'the rest of the delta counts'
  )
  t.match(
    await world.refuse(
      { results: [result('r-x', 'li1-p1', 'stranger', 4)] },
      { strict: true, modes: { results: 'delta' } }
    ),
    [/stranger/],
    'other missing references are named'
  )
})

t.test('a performance-book document, and grade books of Canvas and Moodle', async (t) => {
  const world = await erasedWorld(t)
  const document = {
    format: 'performance-book/1',
    course: { source_id: 'doc', name: 'Document' },
    tasks: [{ source_id: 't', title: 'T', points_possible: 10 }],
    students: [
      { source_id: 's1', first_name: 'Cydwina', last_name: 'Ortizova', student_identifier: 'ID-90210' },
      { source_id: 's2', first_name: 'Eve', last_name: 'Fox' },
    ],
    results: [
      { student: 's1', task: 't', points: 1 },
      { student: 's2', task: 't', points: 2 },
    ],
  }
  t.strictSame(warningCounts(await takeFile(world, 'doc.json', JSON.stringify(document))), {
    erased_person: 1,
  })
  const canvas = [
    'Student,ID,SIS User ID,SIS Login ID,Section,Essay (1)',
    'Points Possible,,,,,10',
    '"Ortizova, Cydwina",901,ID-90210,cydwina.o@example.edu,A,7',
    '"Gray, Gus",902,0999,gus@example.edu,A,8',
  ].join('\n')
  t.strictSame(warningCounts(await takeFile(world, 'canvas.csv', canvas, { course: 'Canvas' })), {
    erased_person: 1,
  })
  t.strictSame(
    warningCounts(await takeFile(world, 'canvas.csv', canvas, { course: 'p1', allowNewPeople: true })),
    { erased_person: 1, new_people: 1, category_added: 1 },
    'also in a course that came from a roster'
  )
  const moodle =
    'First name,Last name,ID number,Email address,Assignment: Essay (Percentage)\n' +
      'Cydwina,Ortizova,,Cydwina.O@example.edu,70.00 %\nHal,Ives,0500,hal@example.edu,80.00 %\n'
  t.strictSame(warningCounts(await takeFile(world, 'moodle.csv', moodle, { course: 'Moodle' })), {
    erased_person: 1,
  })
  const books = await world.books()
  t.strictSame(
    books.slice(2).map((book) => [book.name, ...namesOf([book])[0]!]),
    [
      ['Document', 'Eve Fox'],
      ['Canvas', 'Gus Gray'],
      ['Moodle', 'Hal Ives'],
    ]
  )
  t.notMatch(world.bytes(), TRACES)
})

t.test('the username alone, and ids in another case, without leading zeros, or with blanks', async (t) => {
  const world = await peopleWorld(t)
  const tables = schoolWithCyd()
  const cyd = { email: '', identifier: '00904', username: 'Cyd.Ort' }
  tables['users'] = [
    ...tables['users']!.filter((row) => row['sourcedId'] !== 'u-cyd-77'),
    user('u-cyd-77', 'Cydwina', 'Ortizova', '', cyd),
  ]
  await world.take(tables)
  t.match(await world.run(['student', 'erase', 'u-cyd-77', '--yes']), { status: 0 })
  const canvas = (sis: string, login: string) =>
    [
      'Student,ID,SIS User ID,SIS Login ID,Section,Essay (1)',
      'Points Possible,,,,,10',
      `"Ortizova, Cydwina",901,${sis},${login},A,7`,
      '"Gray, Gus",902,0999,gus,A,8',
    ].join('\n')
  for (
    const [sis, login] of [['', 'cyd.ort'], ['', ' CYD.ORT '], ['904', ''], ['000904', 'x'], [
      'U-CYD-77',
      'y',
    ]] as const
  ) {
    const summary = await takeFile(world, 'canvas.csv', canvas(sis, login), { course: 'Canvas' })
    t.match(warningCounts(summary), { erased_person: 1 }, `${sis} ${login}`)
  }
  tables['users'] = [
    ...tables['users'].filter((row) => row['sourcedId'] !== 'u-cyd-77'),
    user('U-Cyd-77', 'Cydwina', 'Ortizova', '', { ...cyd, identifier: '' }),
    user('new-3', 'Cydwina', 'Ortizova', '', { email: '', identifier: '904', username: '' }),
  ]
  tables['enrollments'] = tables['enrollments']!.map((row) =>
    row['userSourcedId'] === 'u-cyd-77' ? { ...row, userSourcedId: 'U-Cyd-77' } : row
  )
  tables['results'] = tables['results']!.filter((row) => row['studentSourcedId'] !== 'u-cyd-77')
  t.match(warningCounts(await world.take(tables)), { erased_person: 2 })
  t.notMatch(JSON.stringify(await world.books()), /Cydwina/)
})

t.test('an id that another person has in another case or with zeros does not leave them out', async (t) => {
  const world = await peopleWorld(t, null)
  const document = (students: object[]) =>
    JSON.stringify({
      format: 'performance-book/1',
      course: { source_id: 'doc', name: 'Document' },
      students,
    })
  const other = { source_id: 'U-1', last_name: 'Fox', student_identifier: '42' }
  await takeFile(
    world,
    'doc.json',
    document([{ source_id: 'u-1', last_name: 'Ortizova', student_identifier: '0042' }, other])
  )
  t.match(await world.run(['student', 'erase', 'u-1', '--yes']), { status: 0 })
  const summary = await takeFile(
    world,
    'doc.json',
    document([{ source_id: 'u-1', last_name: 'Ortizova' }, other])
  )
  t.strictSame(warningCounts(summary), { erased_person: 1 })
  t.strictSame(namesOf(await world.books()), [['Fox']])
})

t.test('a person of a document alone', async (t) => {
  const world = await peopleWorld(t, null)
  const document = JSON.stringify({
    format: 'performance-book/1',
    course: { source_id: 'doc', name: 'Document' },
    students: [{ source_id: 'u-cyd-77', last_name: 'Ortizova' }],
  })
  await takeFile(world, 'doc.json', document)
  t.match(await world.run(['student', 'erase', 'u-cyd-77', '--yes']), { status: 0 })
  t.strictSame(warningCounts(await takeFile(world, 'doc.json', document)), { erased_person: 1 })
  t.strictSame(namesOf(await world.books()), [[]])
})

t.test('--allow-erased takes them in, for good', async (t) => {
  const world = await erasedWorld(t)
  const summary = await world.take(schoolWithCyd(), { allowErased: true })
  t.strictSame(warningCounts(summary), {})
  t.strictSame(namesOf(await world.books()), WITH)
  t.strictSame(world.sql('SELECT * FROM erased_people'), [])
  t.strictSame(warningCounts(await world.take(schoolWithCyd())), {}, 'the next import is one like any other')
  t.strictSame(namesOf(await world.books()), WITH)
  t.match(await world.run(['student', 'erase', 'u-cyd-77', '--yes']), { status: 0 })
  await world.take(schoolWithCyd())
  t.strictSame(namesOf(await world.books()), WITHOUT, 'and they can be erased again')
})

t.test('a dry run with --allow-erased forgets nothing', async (t) => {
  const world = await erasedWorld(t)
  const [{ n: before }] = world.sql('SELECT count(*) AS n FROM erased_people') as [{ n: number }]
  await world.take(schoolWithCyd(), { allowErased: true, dryRun: true })
  t.strictSame(world.sql('SELECT count(*) AS n FROM erased_people'), [{ n: before }])
})

t.test('an import that was compared before an erasure is not applied after it', async (t) => {
  const world = await erasedWorld(t)
  for (
    const [isErased, name] of [
      [true, 'erased'],
      [false, 'not erased'],
    ] as const
  ) {
    const staging = await openStaging({
      file: join(world.folder, `${name}.sqlite`),
      database: world.database,
    })
    t.teardown(() => staging.close())
    t.notOk(staging.live.courseBySource('none'), 'the snapshot begins with the first read')
    if (isErased) world.sql("INSERT INTO erased_people (hash, erased_at) VALUES ('another', 1)")
    const isApplied = await staging.apply({
      at: 1, reference: name, summary: '{}', lockTimeoutMs: 1000, fence: null,
    })
    t.equal(isApplied, !isErased, name)
    await staging.close()
  }
})
