import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createWorld, result, school, showErrors, warningCounts, type World } from './bundles.ts'

async function take (world: World, name: string, text: string, options = {}) {
  const file = join(world.folder, name)
  writeFileSync(file, text)
  return await world.import(file, options)
}

const CANVAS =
  'Student,ID,SIS User ID,SIS Login ID,Section,HW 1 (3601),"Essay: ""Why?"" (3602)",Homework Current Score,' +
  `Homework Final Score,Current Score,Unposted Final Score,Final Grade
,,,,,,Manual Posting,,,,,
    Points Possible,,,,,10.0,"1,000.0",(read only),(read only),(read only),(read only),(read only)
"Lee, Ann",501,0042,ann@example.edu,Period 1,7.0,EX,70,70,70,70,C
"Ng, Bob",502,0043,bob,Period 1 and Lab,9.5,,95,95,95,95,A
"Ortiz, Cyd",503,0044,cyd,Period 2,,850,85,85,85,85,B
"Student, Test",504,,a1b2c3,Period 1,1.0,1.0,1,1,1,1,F
`

t.test('Canvas: points possible, sections, EX; totals and the test student left out', async (t) => {
  const world = await createWorld(t)
  const outcome = await take(world, 'canvas.csv', CANVAS, { course: 'Physics', teacher: 'Ted@Example.edu' })
  t.match(outcome, {
    ok: true,
    summary: {
      courses: { added: 1 },
      periods: { added: 2 },
      students: { added: 3 },
      tasks: { added: 2 },
      scores: { added: 4 },
    },
  })
  t.strictSame(outcome.ok && warningCounts(outcome.summary), { row_of_no_student: 1 })
  const book = await world.book()
  t.match(book, {
    sourceId: 'Physics',
    name: 'Physics',
    periods: ['Period 1', 'Period 2'],
    categories: { Tasks: 1 },
  })
  t.strictSame(book.teachers, ['<ted@example.edu>'])
  t.strictSame(book.tasks, ['HW 1 | Tasks | - | 10', 'Essay: "Why?" | Tasks | - | 1000'])
  t.strictSame(book.students, [
    {
      who: 'Ann Lee',
      id: '0042',
      period: 'Period 1',
      isDropped: false,
      cells: { 'HW 1': 'completed 0.7', 'Essay: "Why?"': 'exempt' },
    },
    { who: 'Bob Ng', id: '0043', period: 'Period 1', isDropped: false, cells: { 'HW 1': 'completed 0.95' } },
    {
      who: 'Cyd Ortiz',
      id: '0044',
      period: 'Period 2',
      isDropped: false,
      cells: { 'Essay: "Why?"': 'completed 0.85' },
    },
  ])
  const before = await world.book()
  t.match(await take(world, 'canvas.csv', CANVAS, { course: 'Physics', teacher: 'ted@example.EDU' }), {
    summary: { courses: { unchanged: 1 }, scores: { unchanged: 4 } },
  })
  t.strictSame(await world.book(), before)

  const next = CANVAS.replace('7.0,EX', ',"12,5"').replace(
    '"Ng, Bob",502,0043,bob,Period 1 and Lab,9.5,,95,95,95,95,A\n',
    ''
  )
  t.match(await take(world, 'canvas.csv', next, { course: 'Physics' }), {
    summary: { scores: { removed: 1, updated: 1, unchanged: 2 }, students: { unchanged: 2 } },
  })
  t.strictSame((await world.book()).students.map((student) => [student.isDropped, student.cells]), [
    [false, { 'Essay: "Why?"': 'completed 0.0125' }],
    [false, { 'HW 1': 'completed 0.95' }],
    [false, { 'Essay: "Why?"': 'completed 0.85' }],
  ], 'an empty cell takes a score away; who is not in the file stays')
})

const MOODLE =
  'First name,Last name,ID number,Institution,Department,Email address,Assignment: HW 1 (Real),' +
  'Assignment: HW 1 (Percentage),Quiz: Q 1 (Real),Quiz: Q 1 (Letter),Quiz: Q 1 (Feedback),' +
  'Homework total (Percentage),Course total (Real),Course total (Percentage),' +
  `Last downloaded from this course
Ann,Lee,0042,,,ann@example.edu,7.00,70.00 %,8.5,B,Good,70.00 %,15.5,77.5 %,1771934400
Bob,Ng,,,,bob@example.edu,-,-,"9,5",A,,,,,1771934400
`

t.test('Moodle: percentages give scores, points alone do not; totals left out', async (t) => {
  const world = await createWorld(t)
  const outcome = await take(world, 'moodle.csv', MOODLE, { course: 'phys-1' })
  t.match(outcome, {
    ok: true,
    summary: { students: { added: 2 }, tasks: { added: 2 }, scores: { added: 3 } },
  })
  t.strictSame(outcome.ok && warningCounts(outcome.summary), { points_without_possible: 1 })
  const book = await world.book()
  t.strictSame(book.tasks, ['Assignment: HW 1 | Tasks | - | 100', 'Quiz: Q 1 | Tasks | - | -'])
  t.strictSame(book.students, [
    {
      who: 'Ann Lee',
      id: '0042',
      period: null,
      isDropped: false,
      cells: { 'Assignment: HW 1': 'completed 0.7', 'Quiz: Q 1': 'completed' },
    },
    { who: 'Bob Ng', id: null, period: null, isDropped: false, cells: { 'Quiz: Q 1': 'completed' } },
  ])
  t.match(
    await take(world, 'moodle.csv', MOODLE.replace('Last name', 'Surname').replaceAll(' (Real)', ''), {
      course: 'phys-1',
      format: 'moodle',
    }),
    { ok: true }
  )
})

t.test('laid over a course of a roster: its students are found, and nothing of it changes', async (t) => {
  const world = await createWorld(t)
  await world.take(school())
  const [before] = await world.books()
  t.match(
    await take(world, 'canvas.csv', CANVAS.replace('HW 1', 'Lab').replace(',cyd,', ',ortiz,'), {
      onlyCourseId: before!.id,
    }),
    {
      ok: true,
      summary: {
        courses: { updated: 1 },
        tasks: { added: 2 },
        students: { added: 0, unchanged: 3 },
        scores: { added: 4 },
      },
    }
  )
  const book = await world.book()
  t.strictSame(book.categories, { Homework: 1 / 3, Exams: 1 / 3, Tasks: 1 / 3 })
  t.strictSame(
    book.students.map((student) => [student.who, student.period, Object.keys(student.cells).length]),
    [
      ['Ann Lee', 'Period 1', 4],
      ['Bob Ng', 'Period 1', 2],
      ['Cyd Ortiz', 'Period 2', 2],
    ],
    'Ann by the student id, Bob by the student id and login, Cyd by the name'
  )
  t.strictSame(book.teachers, ['Ted Mayer <ted@example.edu>'])
  t.strictSame(book.totals.stored, book.totals.computed)

  await world.take({ results: [result('r1', 'li1-p1', 'ann', 9)] }, { modes: { results: 'delta' } })
  t.match((await world.book()).students[0]!.cells, {
    'HW 1': 'completed 0.9',
    'HW 2': 'completed 0.8',
    'Essay: "Why?"': 'exempt',
  })
  t.equal((await world.book()).tasks.length, 4, "a delta of the roster leaves the grade book's tasks")
})

t.test('which course: by source id, by name, or not at all', async (t) => {
  const world = await createWorld(t)
  t.match(showErrors(await take(world, 'canvas.csv', CANVAS)), [
    /^canvas\.csv: is a grade book, which does not name its course; name it with --course/,
  ])
  await world.take(school())
  t.match(await take(world, 'canvas.csv', CANVAS, { course: 'Physics', dryRun: true }), {
    summary: { courses: { added: 0, updated: 1 } },
  })
  t.match(await take(world, 'canvas.csv', CANVAS, { course: 'p1', dryRun: true }), {
    summary: { courses: { added: 0, updated: 1 } },
  })
  await take(
    world,
    'book.json',
    JSON.stringify({ format: 'performance-book/1', course: { source_id: 'p-9', name: 'Physics' } })
  )
  t.strictSame(showErrors(await take(world, 'canvas.csv', CANVAS, { course: 'Physics' })), [
    'canvas.csv: 2 courses have the name "Physics"; give the source id of the one you mean: ' +
    '"p1" (Lakeview, Spring 2026), "p-9"',
  ])
  t.match(showErrors(await take(world, 'canvas.csv', CANVAS, { onlyCourseId: 99 })), [
    'this course no longer exists',
  ])
  t.match(showErrors(await take(world, 'canvas.csv', CANVAS, { course: 'x', teacher: 'ted' })), [
    '"ted" is not an email address; --teacher expects one',
  ])
  t.match(showErrors(await take(world, 'book.json', '{}', { course: 'x' })), [
    /^--course and --teacher are for grade book CSVs/,
  ])
})

t.test('of several courses of a name, the one with that source id; else an error lists them', async (t) => {
  const world = await createWorld(t)
  t.match(await take(world, 'canvas.csv', CANVAS, { course: 'Physics' }), {
    summary: { courses: { added: 1 } },
  })
  t.match(
    await take(world, 'canvas.csv', CANVAS, { course: 'Physics' }),
    { summary: { courses: { unchanged: 1 } } },
    'the file made it: its name is its source id'
  )
  await world.take(school())
  const before = await world.books()
  t.strictSame(before.map(({ sourceId, name }) => [sourceId, name]), [['Physics', 'Physics'], [
    'p1',
    'Physics',
  ]])
  const newer = CANVAS.replace('7.0', '1.0')
  const again = await take(world, 'canvas.csv', newer, { course: ' Physics ', dryRun: true })
  t.match(
    again,
    { summary: { scores: { updated: 1, unchanged: 3 } } },
    'the same command goes on into the same course'
  )
  t.match(again.ok && again.summary.warnings.find(({ code }) => code === 'namesake_courses'), { count: 1 })
  t.match(
    await take(world, 'canvas.csv', newer, { course: 'p1', dryRun: true, allowNewPeople: true }),
    { summary: { tasks: { added: 2 } } },
    'the other by its source id'
  )

  const long = 'x'.repeat(990)
  for (let i = 0; i < 7; i++) {
    const course = { source_id: `${i}${long}`, name: long, school: long, term: long }
    await take(world, 'book.json', JSON.stringify({ format: 'performance-book/1', course }))
  }
  const [listed] = showErrors(await take(world, 'canvas.csv', CANVAS, { course: long }))
  t.match(
    listed,
    /^canvas\.csv: 7 courses have the name .*: "0x+…" \(x+…, x+…\), .*"4x+…" \(x+…, x+…\) and 2 more$/
  )
  t.ok(listed!.length < 1000)
})

t.test('a new category is a warning, with its share of the course average', async (t) => {
  const added = async (categories: object[] | null) => {
    const world = await createWorld(t)
    const course = { source_id: 'p-1', name: 'Physics' }
    const document = { format: 'performance-book/1', course, categories }
    if (categories !== null) await take(world, 'book.json', JSON.stringify(document))
    const outcome = await take(world, 'canvas.csv', CANVAS, { course: 'Physics', allowNewPeople: true })
    const again = await take(world, 'canvas.csv', CANVAS, { course: 'Physics', allowNewPeople: true })
    const messages = [outcome, again].map((one) => {
      return one.ok ? one.summary.warnings.filter(({ code }) => code === 'category_added') : []
    })
    t.strictSame(messages[1], [], 'a second time it is there')
    const shown = (await world.book()).categories
    return [messages[0]!.map(({ message, count }) => `${count} ${message}`).join(), shown['Tasks']]
  }
  const message = (share: string) =>
    '1 The course has a new category; check the weights in the settings of the course ' +
    `(in canvas.csv: "Tasks" counts ${share} of the course average).`
  const category = (name: string, weight?: number) => ({ source_id: name, name, weight })
  t.strictSame(await added([category('Homework', 0.6), category('Exams', 0.4)]), [message('0%'), 0])
  t.strictSame(await added([category('Homework'), category('Exams')]), [message('33.3%'), 1 / 3])
  t.strictSame(await added([category('Homework', 0)]), [message('0%'), 0], 'weights that are all 0')
  t.strictSame(await added([category('Tasks', 0.5), category('Exams', 0.5)]), ['', 0.5])
  t.strictSame(await added([]), ['', 1], 'it is the only one')
  t.strictSame(await added(null), ['', 1], 'a new course')
})

t.test('what cannot be a grade book is an error with its line', async (t) => {
  const world = await createWorld(t)
  const refused = async (text: string, options = {}) =>
    showErrors(await take(world, 'book.csv', text, { course: 'x', ...options }))
  t.strictSame(await refused(CANVAS.replace('9.5', 'great')), [
    'book.csv:5: HW 1 is "great", expected a number such as 7.5, EX or a blank cell',
  ])
  t.strictSame(await refused(CANVAS.replace('9.5', '"1,00,0"')), [
    'book.csv:5: HW 1 is "1,00,0", expected a number such as 7.5, EX or a blank cell',
  ])
  t.match(await refused(CANVAS.replace(/ {4}Points.*\n/, '')), [
    /^book\.csv:3: is a student; expected the row "Points Possible" before it/,
  ])
  t.match(await refused(CANVAS.split('\n', 2).join('\n') + '\n'), [
    /^book\.csv:1: has no row "Points Possible"/,
  ])
  t.strictSame(await refused(CANVAS.replace('502', '501')), [
    'book.csv:5: is a second row for the student 501',
  ])
  t.strictSame(await refused(CANVAS.replace('502,0043,bob', ',,')), [
    'book.csv:5: does not identify a student: the id, the login and the email address are all blank',
  ])
  t.strictSame(await refused(MOODLE.replace('8.5', '8/10')), [
    'book.csv:2: Quiz: Q 1 is "8/10", expected a number such as 7.5, - or a blank cell',
  ])
  t.match(await refused(MOODLE, { format: 'canvas' }), [
    /^book\.csv:2: is a student|has no row "Points Possible"/,
  ])
  t.strictSame(await world.books(), [])
})

t.test('the id of a course as --course: a new course of that name is made, with a warning', async (t) => {
  const world = await createWorld(t)
  await world.take(school())
  const { id } = await world.book()
  const outcome = await take(world, 'canvas.csv', CANVAS, { course: String(id), dryRun: true })
  const warnings = outcome.ok ? outcome.summary.warnings : []
  const warning = warnings.find(({ code }) => code === 'course_id_given')
  t.match(outcome, { ok: true, summary: { courses: { added: 1 } } })
  t.match(warning?.cell, `"Physics" has the id ${id}, and the source id "p1"`)
  const other = await take(world, 'canvas.csv', CANVAS, { course: String(id + 1), dryRun: true })
  t.match(other, { ok: true, summary: { courses: { added: 1 } } })
  t.notMatch(JSON.stringify(other), /course_id_given/, 'no course has that id')
})
