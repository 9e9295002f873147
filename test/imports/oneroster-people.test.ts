import t from 'tap'
import { createWorld, enrollment, result, school, user, warningCounts } from './bundles.ts'

t.test('students: the newest active enrollment is the period, an early end is a drop', async (t) => {
  const tables = school()
  tables.enrollments = tables.enrollments!.filter((row) => row.role === 'teacher')
  const enrol = (who: string, ...rows: Array<[period: string, begin: string, end: string]>) => {
    tables.users!.push(user(who, who, 'X', ''))
    rows.forEach(([period, beginDate, endDate], i) =>
      tables.enrollments!.push(enrollment(`${who}-${i}`, period, who, 'student', { beginDate, endDate }))
    )
  }
  enrol('moved', ['p1', '2026-01-05', '2026-02-01'], ['p2', '2026-02-01', ''])
  enrol('newest', ['p2', '2026-02-01', ''], ['p1', '2026-01-05', ''])
  enrol('tie', ['p2', '', ''], ['p1', '', ''])
  enrol('left', ['p2', '2026-01-05', '2026-02-01'])
  enrol('left twice', ['p2', '2026-01-05', '2026-02-01'], ['p1', '2026-01-05', '2026-02-10'])
  enrol('will leave', ['p1', '', '2026-05-01'])
  enrol('stays to the end', ['p1', '', '2026-06-30'])
  tables.results = [result('m', 'li1-p1', 'moved', 4), result('l', 'li1-p2', 'left', 5)]
  const world = await createWorld(t)
  await world.take(tables)
  const people = async (now?: number) =>
    Object.fromEntries(
      (await world.book(now)).students.map((
        student
      ) => [student.who, `${student.period}${student.isDropped ? ', dropped' : ''}`])
    )
  t.strictSame(await people(), {
    'moved X': 'Period 2',
    'newest X': 'Period 2',
    'tie X': 'Period 1',
    'left X': 'Period 2, dropped',
    'left twice X': 'Period 1, dropped',
    'will leave X': 'Period 1',
    'stays to the end X': 'Period 1',
  })
  const later = await people(Date.parse('2026-07-15T00:00:00Z'))
  t.equal(later['will leave X'], 'Period 1, dropped')
  t.equal(later['stays to the end X'], 'Period 1', 'the end of the term drops no student')
  const cells = new Map((await world.book()).students.map((student) => [student.who, student.cells]))
  t.strictSame(cells.get('moved X'), { 'HW 1': 'completed 0.4' }, 'scores follow the student')
  t.strictSame(cells.get('left X'), { 'HW 1': 'completed 0.5' })
})

t.test('dropped: not while another enrollment goes on, and not by an end that is none', async (t) => {
  const tables = school()
  tables.academicSessions!.push({
    sourcedId: 't2',
    title: 'Summer',
    type: 'term',
    startDate: '2026-07-01',
    endDate: '2026-08-31',
    schoolYear: '2026',
  })
  for (const row of tables.classes!) row.termSourcedIds = 't1,t2'
  tables.enrollments = tables.enrollments!.filter((row) => row.role === 'teacher')
  const enrol = (who: string, ...rows: Array<[period: string, begin: string, end: string]>) => {
    tables.users!.push(user(who, who, 'X', ''))
    rows.forEach((
      [period, beginDate, endDate],
      i
    ) => tables.enrollments!.push(enrollment(`${who}-${i}`, period, who, 'student', { beginDate, endDate })))
  }
  enrol('one of two terms', ['p1', '2026-01-05', '2026-06-30'])
  enrol('both terms', ['p1', '2026-01-05', '2026-06-30'], ['p1', '2026-07-01', '2026-08-31'])
  enrol('goes on elsewhere', ['p1', '2026-01-05', '2026-06-30'], ['p2', '2026-06-30', ''])
  enrol('no end', ['p1', '2026-01-05', '1900-01-01'])
  enrol('no dates', ['p1', '1900-01-01', '1900-01-01'])
  enrol('only an empty end', ['p1', '', '0001-01-01'])
  enrol('ends before', ['p1', '2026-02-01', '2026-01-31'])
  enrol('one day', ['p1', '2026-02-01', '2026-02-01'])
  tables.results = []
  const world = await createWorld(t)
  t.strictSame(warningCounts(await world.take(tables)), { end_before_begin: 4 })
  const dropped = async (now?: number) =>
    (await world.book(now)).students.filter((student) => student.isDropped).map((student) => student.who)
  t.strictSame(await dropped(), ['one day X'])
  t.strictSame(await dropped(Date.parse('2026-07-10T00:00:00Z')), ['one day X', 'one of two terms X'])
})

t.test('when all students of a course are dropped, a warning says so', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  await world.take(tables)
  const students = () => tables.enrollments!.filter((row) => row.role === 'student')
  for (const row of students().slice(1)) row.endDate = '2026-02-01'
  t.strictSame(warningCounts(await world.take(tables)), {}, 'one is left')
  students()[0]!.endDate = '2026-02-10'
  const summary = await world.take(tables)
  t.strictSame(warningCounts(summary), { all_students_dropped: 1 })
  t.match(summary.warnings[0]!.message, /classes\.csv:2/)
  tables.enrollments = tables.enrollments!.filter((row) => row.role === 'teacher')
  t.strictSame(
    warningCounts(await world.take(tables)),
    { result_without_enrollment: 4, all_students_dropped: 1 },
    'no enrollment is left'
  )
  t.match(await world.refuse(tables, { strict: true }), [
    /result/,
    /^classes\.csv:2: All students of a course are dropped/,
  ])
})

t.test('by a delta: when it drops the last student', async (t) => {
  const world = await createWorld(t)
  await world.take(school())
  const drop = async (id: string, period: string, who: string) =>
    await world.take(
      { enrollments: [enrollment(id, period, who, 'student', { endDate: '2026-02-01' })] },
      { modes: { enrollments: 'delta' } }
    )
  t.strictSame(warningCounts(await drop('e-a', 'p1', 'ann')), {})
  t.strictSame(warningCounts(await drop('e-b', 'p1', 'bob')), {})
  t.strictSame(warningCounts(await drop('e-c', 'p2', 'cyd')), { all_students_dropped: 1 })
})

t.test('who is who: preferred names, disabled teachers, teachers who left, email addresses', async (t) => {
  const tables = school()
  tables.users = [
    user('ted', 'Ted', 'Mayer', '', {
      preferredGivenName: 'Teddy',
      preferredFamilyName: '',
      email: 'Ted@Example.EDU',
      enabledUser: 'false',
    }),
    user('ann', 'Ann', ' Lee ', '007', { preferredGivenName: ' ', preferredFamilyName: '' }),
    user('bob', '', '', '', { preferredGivenName: '', preferredFamilyName: '' }),
    user('cyd', '李', '明', '', { preferredGivenName: '', preferredFamilyName: 'עברית' }),
    user('gone', 'Left', 'Teacher', ''),
  ]
  tables.enrollments!.push(
    enrollment('gone', 'p1', 'gone', 'teacher', { endDate: '2026-02-01' }),
    enrollment('odd', 'p1', 'gone', 'mascot')
  )
  const world = await createWorld(t)
  const summary = await world.take(tables, { version: '1.2' })
  t.strictSame(warningCounts(summary), { unknown_role: 1 })
  const book = await world.book()
  t.strictSame(book.teachers, ['Teddy Mayer <ted@example.edu> disabled'])
  t.strictSame(book.students.map((student) => [student.who, student.id]), [['Ann  Lee ', '007'], [
    '李 עברית',
    null,
  ], ['', null]])
})

t.test('several results for one student and line item: the newest, then the later line', async (t) => {
  const tables = school()
  tables.results = [
    result('a1', 'li1-p1', 'ann', 1, { dateLastModified: '2026-02-03T00:00:00.000Z' }),
    result('a2', 'li1-p1', 'ann', 2, { dateLastModified: '2026-02-02T00:00:00.000Z' }),
    result('b1', 'li1-p1', 'bob', 3),
    result('b2', 'li1-p1', 'bob', 4),
    result('c1', 'li1-p2', 'cyd', 5, { dateLastModified: '2026-02-02' }),
    result('c2', 'li1-p1', 'cyd', '', { dateLastModified: '2026-02-09', scoreStatus: 'not submitted' }),
  ]
  const world = await createWorld(t)
  const summary = await world.take(tables)
  t.strictSame(warningCounts(summary), { duplicate_result: 2, results_of_two_classes: 1 })
  t.strictSame((await world.book()).students.map((student) => student.cells['HW 1']), [
    'completed 0.1',
    'completed 0.4',
    'completed 0.5',
  ])
})

t.test('results of known users who are not enrolled are skipped with a warning', async (t) => {
  const tables = school()
  tables.users!.push(user('out', 'Out', 'Sider', ''))
  tables.results!.push(result('x', 'li1-p1', 'out', 3), result('y', 'li1-p1', 'ted', 3))
  const world = await createWorld(t)
  const summary = await world.take(tables)
  t.strictSame(warningCounts(summary), { result_without_enrollment: 2 })
  t.match(summary.warnings[0]!.message, /results\.csv:6/)
  t.equal(summary.scores.added, 4)
})
