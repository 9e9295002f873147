// Tables for the imports of Canvas, Moodle and Brightspace: each rule of docs/outlets.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Cell } from '../../../src/courses/packed-cells.ts'
import type { ExportOptionsGiven } from '../../../src/exports/export-request.ts'
import { createWorld, NOW, school, type World } from '../../imports/bundles.ts'
import { makeBookDatabase, type CourseDescription } from '../../support/book-database.ts'
import { testFolder } from '../../support/test-folder.ts'
import { writtenOutlet, type WrittenOutlet } from './written-outlet.ts'

const scored = (points: number, more: Partial<Cell> = {}): Partial<Cell> =>
  ({ status: 'completed', points, ...more })

/** A course with a cell of each kind. */
const COURSE: CourseDescription = {
  name: 'Physics',
  missingCounts: 'zero',
  periods: ['1st', '2nd'],
  tasks: [
    { title: '=HW, "1"', pointsPossible: 30, dueOn: '2026-01-10' },
    { title: 'Final Grade Points', pointsPossible: 10 },
    { title: 'Reading' },
    { title: 'Quiz (2)', pointsPossible: 8 },
    { title: 'quiz [2]', pointsPossible: 8 },
    { title: 'ID', pointsPossible: 4 },
  ],
  students: [
    {
      lastName: 'Ames', firstName: 'Ann', identifier: '0042', email: 'ann@example.edu', period: 0,
      cells: [
        scored(25.6, { isLate: true }), scored(12, { isProvisional: true }),
        { exerciseCount: 4, correctExerciseCount: 3 }, scored(-1), { status: 'exempt' },
      ],
    },
    { lastName: 'Burr', identifier: '7', period: 1, cells: [{ status: 'missing' }, { status: 'submitted' }] },
    {
      lastName: 'Cole', email: 'cole@example.edu', droppedOn: '2026-01-02',
      cells: [{ exerciseCount: 3, correctExerciseCount: 1 }],
    },
    { lastName: 'Dunn', cells: [{ status: 'not_started' }, undefined, undefined, 8] },
    { cells: [3] },
  ],
}

async function written (
  t: Test, given: ExportOptionsGiven, course = COURSE
): Promise<WrittenOutlet & { lines: string[], counts: Record<string, number[]> }> {
  const world = await createWorld(t, testFolder(t))
  const [id = 0] = await makeBookDatabase(world.database, course)
  return withLines(await writtenOutlet(world.folder, world.database, id, given, NOW))
}

/** The lines of a file, and the count, the students and the tasks of each receipt. */
function withLines (outlet: WrittenOutlet) {
  const text = readFileSync(outlet.file, 'utf8')
  const lines = text.split('\r\n')
  return {
    ...outlet,
    lines: lines.slice(0, -1),
    counts: Object.fromEntries(
      outlet.receipts.map((one) => [one.code, [one.count, one.students, one.tasks]])
    ),
  }
}

t.test('canvas', async (t) => {
  const { lines, counts, receipts, students, scores } = await written(t, { format: 'canvas' })
  t.strictSame(lines, [
    // The task without points possible is left out, and no heading ends like an id of Canvas or is a column.
    'Student,ID,SIS User ID,SIS Login ID,Section,"=HW, ""1""",Final Grade Points,Quiz [2],quiz [2] [2],' +
      'ID [2]',
    'Points Possible,,,,,30,10,8,8,4',
    '"Ames, Ann",,0042,ann@example.edu,1st,25.6,12,-1,EX,',
    'Burr,,7,,2nd,,,,,',
    'Dunn,,,,,,,8,,',
    'Cole,,,cole@example.edu,,10,,,,',
  ])
  t.strictSame([students, scores], [4, 5], 'who is left out counts nowhere else')
  t.strictSame(counts, {
    no_points: [1, 0, 1],
    will_be_created: [5, 0, 5],
    heading_changed: [3, 0, 3],
    heading_dropped: [1, 0, 1],
    late: [1, 1, 1],
    provisional: [1, 1, 1],
    status: [2, 1, 2],
    zeroed: [2, 2, 1],
    name_only: [1, 1, 0],
    no_id: [1, 1, 0],
    dropped: [1, 1, 0],
  })
  t.strictSame(receipts.find(({ code }) => code === 'heading_dropped')?.titles, ['Final Grade Points'])
})

t.test('canvas: words that must come together for a heading to be dropped', async (t) => {
  const titles = [
    'Current Score', 'override grade', 'Override Status', 'Final exam', 'Grade 1', 'Points of the final',
    'Score', 'Overrides',
  ]
  const { receipts } = await written(t, { format: 'canvas' }, {
    tasks: titles.map((title) => ({ title, pointsPossible: 1 })),
  })
  t.strictSame(receipts.find(({ code }) => code === 'heading_dropped')?.titles,
    ['Current Score', 'override grade', 'Override Status', 'Points of the final'])
})

t.test('with ids only', async (t) => {
  for (const [format, row] of [
    ['canvas', ',,0042,,1st,25.6,12,-1,EX,'],
    ['moodle', '0042,,25.6,12,-,-1,-,-'],
    ['brightspace', '0042,,25.6,12,,-1,,,#'],
  ] as const) {
    const { lines, counts } = await written(t, { format, identity: 'ids', include_dropped: false })
    t.notMatch(lines.join(), /Ames|Ann|Burr|Cole|@/, format)
    t.ok(lines.includes(row), format)
    t.strictSame(counts['no_id'], [2, 2, 0], `${format}: who has no id`)
  }
})

t.test('moodle', async (t) => {
  const { lines, counts, choices } = await written(t, { format: 'moodle' })
  t.strictSame(lines, [
    'idnumber,email,"=HW, ""1""",Final Grade Points,Reading,Quiz (2),quiz [2],ID',
    // A dash: a blank cell would become 0 in a new grade item. Without the key, Moodle takes a row for one
    // of the student before, so there is none.
    '0042,ann@example.edu,25.6,12,-,-1,-,-',
    '7,,-,-,-,-,-,-',
  ])
  t.match(counts, {
    late: [1, 1, 1],
    provisional: [1, 1, 1],
    above_maximum: [1, 1, 1],
    below_zero: [1, 1, 1],
    no_points: [1, 1, 1],
    status: [3, 2, 3],
    no_id: [3, 3, 0],
    will_be_created: [6, 0, 6],
  })
  t.strictSame(choices?.slice(0, 5), [
    { field: 'Map from', choice: 'idnumber' },
    { field: 'Map to', choice: 'ID number' },
    { field: 'idnumber', choice: 'Ignore' },
    { field: 'email', choice: 'Ignore' },
    { field: '=HW, "1"', choice: 'New grade item' },
  ])
  t.equal(choices?.length, 10, 'one for each column')
})

t.test('moodle finds more students by their email addresses, and refuses points above 100', async (t) => {
  const { lines, choices, counts } = await written(t, { format: 'moodle' }, {
    tasks: [{ title: 'Exam', pointsPossible: 300 }],
    students: [
      { identifier: '1', email: 'a@example.edu', cells: [100] }, { email: 'b@example.edu', cells: [101] },
    ],
  })
  t.strictSame(lines, ['idnumber,email,Exam', '1,a@example.edu,100', ',b@example.edu,101'])
  t.strictSame(choices?.slice(0, 2),
    [{ field: 'Map from', choice: 'email' }, { field: 'Map to', choice: 'Email address' }])
  t.strictSame(counts, { will_be_created: [1, 0, 1], above_limit: [1, 1, 1] })
})

t.test('brightspace', async (t) => {
  const { lines, counts } = await written(t, { format: 'brightspace' })
  t.strictSame(lines, [
    'OrgDefinedId,Username,HW 1 Points Grade,Final Grade Points Points Grade,Reading Points Grade,' +
      'Quiz (2) Points Grade,quiz [2] Points Grade,ID Points Grade,End-of-Line Indicator',
    '0042,,25.6,12,,-1,,,#',
    '7,,,,,,,,#',
    ',cole@example.edu,10,,,,,,#',
  ])
  t.match(counts, { heading_changed: [1, 0, 1], above_maximum: [1, 1, 1], will_be_created: [6, 0, 6] })
})

t.test('equal titles have different headings', async (t) => {
  const tasks = ['Quiz', 'quiz', 'Quiz [2]', 'Quiz'].map((title) => ({ title, pointsPossible: 1 }))
  const { lines: [head] } = await written(t, { format: 'moodle' }, { tasks })
  t.equal(head, 'idnumber,email,Quiz,quiz [2],Quiz [2] [2],Quiz [3]')
})

async function takeCanvas (world: World, text: string, course: string) {
  const file = join(world.folder, 'canvas.csv')
  writeFileSync(file, text)
  const outcome = await world.import(file, { course, format: 'canvas', allowNewPeople: true })
  if (!outcome.ok) throw new Error(outcome.errors.map(({ message }) => message).join('; '))
  return outcome.summary
}

t.test('what came from Canvas goes back with its ids, and comes again without a change', async (t) => {
  const world = await createWorld(t, testFolder(t))
  const given = [
    'Student,ID,SIS User ID,SIS Login ID,Section,Lab (501),"Essay, long (502)",Final Score',
    'Points Possible,,,,,10,20,(read only)',
    '"Lee, Ann",91,0042,ann@example.edu,Sec 1,7.5,EX,80',
    '"Ng, Bob",92,,bob@example.edu,Sec 1,,11,55',
    '',
  ].join('\r\n')
  await takeCanvas(world, given, 'Labs')
  const before = await world.book()
  const { lines, counts, file } = withLines(
    await writtenOutlet(world.folder, world.database, before.id, { format: 'canvas' }, NOW)
  )
  t.strictSame(lines, [
    'Student,ID,SIS User ID,SIS Login ID,Section,Lab (501),"Essay, long (502)"',
    'Points Possible,,,,,10,20',
    '"Lee, Ann",91,0042,ann@example.edu,Sec 1,7.5,EX',
    '"Ng, Bob",92,,bob@example.edu,Sec 1,,11',
  ])
  t.notOk('will_be_created' in counts)
  await takeCanvas(world, readFileSync(file, 'utf8'), 'Labs')
  t.strictSame(await world.book(), before)
})

t.test('a course of a roster: user names, and the assignments of Canvas among its own', async (t) => {
  const world = await createWorld(t, testFolder(t))
  await world.take(school())
  await takeCanvas(world, [
    'Student,ID,SIS User ID,SIS Login ID,Section,Lab (501)',
    'Points Possible,,,,,10',
    '"Lee, Ann",91,0042,ann,,7',
  ].join('\n'), 'Physics')
  const { id } = await world.book()
  const canvas = withLines(await writtenOutlet(world.folder, world.database, id, { format: 'canvas' }, NOW))
  t.strictSame(canvas.lines.slice(0, 3), [
    'Student,ID,SIS User ID,SIS Login ID,Section,HW 1,HW 2,Lab (501)',
    'Points Possible,,,,,10,10,10',
    '"Lee, Ann",,0042,ann,Period 1,7,8,7',
  ])
  t.strictSame(canvas.counts['will_be_created'], [2, 0, 2])
  const brightspace = withLines(
    await writtenOutlet(world.folder, world.database, id, { format: 'brightspace', identity: 'ids' }, NOW)
  )
  t.strictSame(brightspace.lines.slice(1), ['0042,ann,7,8,7,#', '0043,bob,10,,,#', ',cyd,5,,,#'])
})
