import t from 'tap'
import { openDatabase } from '../../db/index.ts'
import { createWorld, enrollment, result, school, user, warningCounts, type World } from './bundles.ts'

t.test('a bundle becomes a course with a period for each class', async (t) => {
  const world = await createWorld(t.testdir())
  const summary = await world.take(school(), { timeZone: 'America/Chicago' })
  t.strictSame(summary, {
    courses: { added: 1, updated: 0, unchanged: 0, removed: 0 },
    periods: { added: 2, updated: 0, unchanged: 0, removed: 0 },
    students: { added: 3, updated: 0, unchanged: 0, removed: 0 },
    tasks: { added: 2, updated: 0, unchanged: 0, removed: 0 },
    scores: { added: 4, updated: 0, unchanged: 0, removed: 0 },
    warnings: [],
  })
  const book = await world.book()
  t.match(book, {
    sourceId: 'p1',
    name: 'Physics',
    school: 'Lakeview',
    term: 'Spring 2026',
    timeZone: 'America/Chicago',
    version: 1,
  })
  t.strictSame(book.teachers, ['Ted Mayer <ted@example.edu>'])
  t.strictSame(book.periods, ['Period 1', 'Period 2'])
  t.strictSame(book.categories, { Homework: 0.5, Exams: 0.5 })
  t.strictSame(book.tasks, [
    'HW 1 | Homework | 2026-02-02T05:59:59.000Z | 10',
    'HW 2 | Exams | 2026-02-03T05:59:59.000Z | 10',
  ])
  t.strictSame(book.students, [
    {
      who: 'Ann Lee',
      id: '0042',
      period: 'Period 1',
      isDropped: false,
      cells: { 'HW 1': 'completed 0.7', 'HW 2': 'completed 0.8' },
    },
    { who: 'Bob Ng', id: '0043', period: 'Period 1', isDropped: false, cells: { 'HW 1': 'completed 1' } },
    { who: 'Cyd Ortiz', id: null, period: 'Period 2', isDropped: false, cells: { 'HW 1': 'completed 0.5' } },
  ])
  t.strictSame(book.totals, { stored: [4, 3], computed: [4, 3] })
})

t.test('classes are one course where they agree in course, school and terms and have a teacher in common', async (t) => {
  const tables = school()
  tables.orgs!.push({ sourcedId: 'o2', name: 'Hillside', type: 'school' })
  tables.academicSessions!.push({
    sourcedId: 't2',
    title: 'Fall 2026',
    type: 'term',
    startDate: '2026-08-20',
    endDate: '2026-12-20',
    schoolYear: '2027',
  })
  const like = tables.classes![0]!
  const add = (id: string, teachers: string[], extra = {}) => {
    tables.classes!.push({ ...like, sourcedId: id, title: id, ...extra })
    for (const teacher of teachers) {
      tables.enrollments!.push(enrollment(`${id}-${teacher}`, id, teacher, 'teacher'))
    }
  }
  tables.users!.push(user('una', 'Una', 'Fox', 'T-2'), user('vic', 'Vic', 'Sol', 'T-3'))
  add('linked', ['una', 'ted'])
  add('linked-by-una', ['una'])
  add('other-teacher', ['vic'])
  add('other-school', ['ted'], { schoolSourcedId: 'o2' })
  add('other-term', ['ted'], { termSourcedIds: 't1,t2' })
  add('other-term-too', ['ted'], { termSourcedIds: 't2, t1' })
  add('no-teacher', [])
  add('aide-only', [])
  tables.enrollments!.push(enrollment('aide', 'aide-only', 'ted', 'aide'))
  const world = await createWorld(t.testdir())
  await world.take(tables)
  const books = await world.books()
  t.strictSame(books.map((book) => [book.sourceId, book.name, book.periods, book.teachers.length]), [
    ['p1', 'Physics', ['Period 1', 'Period 2', 'linked', 'linked-by-una'], 2],
    ['other-teacher', 'other-teacher', ['other-teacher'], 1],
    ['other-school', 'other-school', ['other-school'], 1],
    ['other-term', 'Physics', ['other-term', 'other-term-too'], 1],
    ['no-teacher', 'no-teacher', ['no-teacher'], 0],
    ['aide-only', 'aide-only', ['aide-only'], 0],
  ])
  t.match(books[3], { term: 'Spring 2026, Fall 2026' })
})

t.test('a class stays in its course when its teacher changes; a new one joins by its teacher', async (t) => {
  const world = await createWorld(t.testdir())
  const tables = school()
  await world.take(tables)
  tables.users!.push(user('una', 'Una', 'Fox', 'T-2'))
  tables.enrollments = tables.enrollments!.filter((row) => row.sourcedId !== 'e-t2')
  tables.enrollments.push(enrollment('e-t3', 'p2', 'una', 'teacher'))
  tables.classes!.unshift({ ...tables.classes![0]!, sourcedId: 'p0', title: 'Period 0' })
  tables.enrollments.push(enrollment('e-t4', 'p0', 'una', 'teacher'))
  const summary = await world.take(tables)
  t.match(summary.periods, { added: 1, unchanged: 2 })
  const book = await world.book()
  t.equal(book.sourceId, 'p1', 'the address of the course stays')
  t.strictSame(book.periods, ['Period 0', 'Period 1', 'Period 2'])
  t.strictSame(book.teachers, ['Una Fox <una@example.edu>', 'Ted Mayer <ted@example.edu>'])
})

t.test('line items of several classes that agree are one task, the n-th with the n-th', async (t) => {
  const tables = school()
  const base = tables.lineItems![0]!
  const add = (id: string, period: string, extra = {}) =>
    tables.lineItems!.push({ ...base, sourcedId: id, classSourcedId: period, title: 'Quiz', ...extra })
  add('q1-p1', 'p1')
  add('q2-p1', 'p1')
  add('q1-p2', 'p2')
  add('q-other-max', 'p2', { resultValueMax: 20 })
  add('q-other-due', 'p2', { dueDate: '2026-02-09' })
  add('q-other-category', 'p2', { categorySourcedId: 'k2' })
  tables.results!.push(
    result('q1', 'q1-p1', 'ann', 1),
    result('q2', 'q2-p1', 'ann', 2),
    result('q3', 'q1-p2', 'cyd', 3)
  )
  const world = await createWorld(t.testdir())
  const summary = await world.take(tables)
  t.equal(
    summary.tasks.added,
    7,
    'two homeworks, Quiz of both classes, the second Quiz, and three that differ'
  )
  t.equal(summary.scores.added, 7)
})

t.test("every status, as the standard's words say it", async (t) => {
  const cases: Array<[string, Record<string, string>, string]> = [
    ['numeric', { score: '7', scoreStatus: 'fully graded' }, 'completed 0.7'],
    ['no status', { score: '7', scoreStatus: '' }, 'completed 0.7'],
    ['provisional', { score: '7', scoreStatus: 'partially graded' }, 'completed 0.7 provisional'],
    ['zero', { score: '0', scoreStatus: 'Fully Graded' }, 'completed 0'],
    ['extra credit', { score: '12.5' }, 'completed 1.25'],
    ['below minimum', { score: '-1' }, 'completed -0.1'],
    ['late', { score: '7', late: 'true' }, 'completed 0.7 late'],
    ['graded, no number', { score: '', scoreStatus: 'fully graded' }, 'completed'],
    ['partially, no number', { score: '', scoreStatus: 'partially graded' }, 'in_progress'],
    ['incomplete', { score: '', incomplete: 'true' }, 'in_progress'],
    ['in progress', { score: '', inProgress: 'TRUE' }, 'in_progress'],
    ['not submitted', { score: '', scoreStatus: 'not submitted' }, 'missing'],
    ['missing', { score: '', missing: 'true' }, 'missing'],
    ['submitted', { score: '', scoreStatus: 'submitted' }, 'submitted'],
    ['submitted, missing', { score: '', scoreStatus: 'submitted', missing: 'true' }, 'missing'],
    ['submitted, incomplete', { score: '', scoreStatus: 'submitted', incomplete: 'true' }, 'submitted'],
    ['missing with score', { score: '7', missing: 'true' }, 'completed 0.7'],
    ['exempt', { score: '', scoreStatus: 'exempt' }, 'exempt'],
    ['exempt with score', { score: '7', scoreStatus: 'exempt' }, 'exempt'],
    ['nothing', { score: '', scoreStatus: '' }, 'not_started'],
    ['dated', { score: '7', scoreDate: '2026-02-28' }, 'completed 0.7 2026-02-28'],
    ['text', { score: '', textScore: 'B+', scoreStatus: 'fully graded' }, 'completed'],
  ]
  const tables = school()
  tables.results = []
  cases.forEach(([name, fields], i) => {
    tables.users!.push(user(`s${i}`, name, 'Case', ''))
    tables.enrollments!.push(enrollment(`e${i}`, 'p1', `s${i}`))
    tables.results!.push(
      result(`x${i}`, 'li1-p1', `s${i}`, '7', {
        late: '',
        missing: '',
        incomplete: '',
        inProgress: '',
        textScore: '',
        ...fields,
      })
    )
  })
  const world = await createWorld(t.testdir())
  const summary = await world.take(tables, { version: '1.2' })
  t.strictSame(warningCounts(summary), {})
  const book = await world.book()
  const shown = new Map(book.students.map((student) => [student.who, student.cells['HW 1']]))
  for (const [name, , expected] of cases) t.equal(shown.get(`${name} Case`), expected, name)
})

t.test('points are the score less the minimum, of the maximum less the minimum', async (t) => {
  const tables = school()
  const base = tables.lineItems![0]!
  tables.lineItems!.push(
    { ...base, sourcedId: 'min', title: 'Min', resultValueMin: 20, resultValueMax: 70 },
    { ...base, sourcedId: 'blank', title: 'Blank', resultValueMin: '', resultValueMax: 50 },
    { ...base, sourcedId: 'below', title: 'Below', resultValueMin: -10, resultValueMax: 10 },
    { ...base, sourcedId: 'none', title: 'None', resultValueMin: '', resultValueMax: '' },
    { ...base, sourcedId: 'flat', title: 'Flat', resultValueMin: 5, resultValueMax: 5 },
    { ...base, sourcedId: 'zero', title: 'Zero', resultValueMin: '', resultValueMax: 0 }
  )
  const scored = [['min', 45], ['blank', 45], ['below', 5], ['none', 3], ['flat', 5], ['zero', 0]] as const
  tables.results!.push(...scored.map(([item, score]) => result(item, item, 'ann', score)))
  const world = await createWorld(t.testdir())
  const summary = await world.take(tables)
  t.strictSame(warningCounts(summary), { points_possible_missing: 3 })
  const book = await world.book()
  t.strictSame(book.students[0]!.cells, {
    'HW 1': 'completed 0.7',
    'HW 2': 'completed 0.8',
    Min: 'completed 0.5',
    Blank: 'completed 0.9',
    Below: 'completed 0.75',
    None: 'completed',
    Flat: 'completed',
    Zero: 'completed',
  })
})

t.test('a minimum that is blank, or in no column, is 0: such line items and those with 0 are one task', async (t) => {
  const tables = school()
  tables.lineItems![2]!.resultValueMin = ''
  const world = await createWorld(t.testdir())
  t.match(await world.take(tables), { tasks: { added: 2 }, warnings: [] })
  for (const row of tables.lineItems!) delete row.resultValueMin
  t.match(await world.take(tables), { tasks: { unchanged: 2, updated: 0 }, warnings: [] })
})

t.test('weights: one category for each title, percentages made fractions, courses on their own', async (t) => {
  const tables = school()
  tables.categories = [
    { sourcedId: 'k1', title: 'Homework', weight: 60 },
    { sourcedId: 'k2', title: 'Exams', weight: '' },
    { sourcedId: 'k3', title: 'Homework', weight: 30 },
    { sourcedId: 'unused', title: 'Unused', weight: 10 },
  ]
  tables.lineItems!.push({
    ...tables.lineItems![0]!,
    sourcedId: 'li3',
    title: 'HW 3',
    categorySourcedId: 'k3',
  })
  tables.lineItems!.push({ ...tables.lineItems![0]!, sourcedId: 'li4', title: 'HW 4', categorySourcedId: '' })
  const world = await createWorld(t.testdir())
  const summary = await world.take(tables, { version: '1.2' })
  t.strictSame(warningCounts(summary), { category_weights_differ: 1 })
  const book = await world.book()
  t.strictSame(book.categories, { Homework: 0.6, Exams: 0 })
  t.match(book.tasks.find((task) => task.startsWith('HW 4')), /^HW 4 \| - /)
})

t.test("students: the newest active enrollment is the period, an end before the term's is a drop", async (t) => {
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
  const world = await createWorld(t.testdir())
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
  const world = await createWorld(t.testdir())
  t.strictSame(warningCounts(await world.take(tables)), { end_before_begin: 4 })
  const dropped = async (now?: number) =>
    (await world.book(now)).students.filter((student) => student.isDropped).map((student) => student.who)
  t.strictSame(await dropped(), ['one day X'])
  t.strictSame(await dropped(Date.parse('2026-07-10T00:00:00Z')), ['one day X', 'one of two terms X'])
})

t.test('when all students of a course are dropped, a warning says so', async (t) => {
  const world = await createWorld(t.testdir())
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
  const world = await createWorld(t.testdir())
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

t.test('classes without a title are named after their course and class code', async (t) => {
  const tables = school()
  tables.classes![0]!.title = ''
  tables.classes![1]!.title = ' '
  tables.classes![1]!.classCode = 'PH-2'
  const add = (
    id: string,
    courseSourcedId: string
  ) => tables.classes!.push({ ...tables.classes![0]!, sourcedId: id, courseSourcedId })
  tables.courses!.push({ ...tables.courses![0]!, sourcedId: 'c2', title: '', courseCode: 'BIO' }, {
    ...tables.courses![0]!,
    sourcedId: 'c3',
    title: '',
    courseCode: '',
  })
  add('p3', 'c2')
  add('p4', 'c3')
  const world = await createWorld(t.testdir())
  const summary = await world.take(tables)
  t.strictSame(warningCounts(summary), { title_missing: 1 })
  t.match(summary.warnings[0]!.message, /in classes\.csv:5/)
  t.strictSame((await world.books()).map(({ name, periods }) => [name, periods]), [
    ['Physics', ['Physics', 'Physics PH-2']],
    ['BIO', ['BIO']],
    ['p4', ['p4']],
  ])
  await world.take({ courses: [{ ...tables.courses![0]!, title: 'Physics I' }] }, {
    modes: { courses: 'delta' },
  })
  t.match((await world.books())[0], { name: 'Physics I', periods: ['Physics I', 'Physics I PH-2'] })
})

t.test('due dates that are instants: their day in the zone of the course', async (t) => {
  const cases: Array<[due: string, zone: string, expected: string]> = [
    ['2026-02-10T05:59:00Z', 'America/Chicago', '2026-02-09'],
    ['2026-02-10T06:00:00.000Z', 'America/Chicago', '2026-02-10'],
    ['2026-02-09T23:59:00-06:00', 'America/Chicago', '2026-02-09'],
    ['2026-02-10T23:59:59+01:00', 'Europe/Berlin', '2026-02-10'],
    ['2026-02-10T10:59:00Z', 'Pacific/Auckland', '2026-02-10'],
    ['2026-02-10T11:00:00Z', 'Pacific/Auckland', '2026-02-11'],
    ['9999-12-31T23:00:00Z', 'Pacific/Auckland', '9999-12-31'],
    ['2026-02-10 23:59:00', 'Pacific/Auckland', '2026-02-10'],
  ]
  for (const [due, zone, expected] of cases) {
    const world = await createWorld(t.testdir())
    const tables = school()
    tables.lineItems![0]!.dueDate = due
    await world.take(tables, { timeZone: zone })
    t.equal(await dueOn(world, 'li1-p1'), expected, `${due} in ${zone}`)
  }
})

t.test('a due date stays what it was imported as when a teacher sets another zone, and a delta is read in the zone of its course', async (t) => {
  const world = await createWorld(t.testdir())
  const tables = school()
  tables.lineItems![0]!.dueDate = '2026-02-10T05:59:00Z'
  await world.take(tables, { timeZone: 'America/Chicago' })
  const db = await openDatabase({ file: world.databaseFile })
  await db.write(async (trx) => {
    await trx.updateTable('courses').set({ set_time_zone: 'Pacific/Auckland' }).execute()
  })
  await db.close()
  const again = await world.take(tables, { timeZone: 'America/Chicago' })
  t.match(again, { courses: { unchanged: 1 }, tasks: { unchanged: 3 } })
  t.equal(await dueOn(world, 'li1-p1'), '2026-02-09')
  t.match(
    (await world.book()).tasks,
    [/^HW 1 .*T10:59:59/, /^HW 2 /, /^HW 1 .* 2026-02-09T10:59:59/],
    'the end of that day in Auckland'
  )
  const delta = { lineItems: [{ ...tables.lineItems![2]!, dueDate: '2026-02-12T05:59:00Z' }] }
  await world.take(delta, { modes: { lineItems: 'delta' } })
  t.equal(
    await dueOn(world, 'li1-p2'),
    '2026-02-11',
    'the zone that the course was imported with, not the default'
  )
  t.equal(await dueOn(world, 'li1-p1'), '2026-02-09')
})

/** The stored due date of the task of a line item. */
async function dueOn (world: World, item: string): Promise<string | null | undefined> {
  const db = await openDatabase({ file: world.databaseFile })
  try {
    const row = await db.reads.selectFrom('task_sources').innerJoin(
      'tasks',
      'tasks.id',
      'task_sources.task_id'
    )
      .select('tasks.due_on').where('task_sources.source_id', '=', item).executeTakeFirst()
    return row?.due_on
  } finally {
    await db.close()
  }
}

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
  const world = await createWorld(t.testdir())
  const summary = await world.take(tables, { version: '1.2' })
  t.strictSame(warningCounts(summary), { unknown_role: 1 })
  const book = await world.book()
  t.strictSame(book.teachers, ['Teddy Mayer <ted@example.edu> disabled'])
  t.strictSame(book.students.map((student) => [student.who, student.id]), [['Ann  Lee ', '007'], [
    '李 עברית',
    null,
  ], ['', null]])
})

t.test('NULL is blank in every column but names and titles', async (t) => {
  const tables = school()
  Object.assign(tables.users![1]!, { givenName: 'NULL', identifier: 'NULL' })
  Object.assign(tables.users![0]!, { email: ' NULL ', enabledUser: 'NULL' })
  Object.assign(tables.enrollments![2]!, { beginDate: 'NULL', endDate: 'NULL' })
  Object.assign(tables.classes![0]!, { title: '', classCode: 'NULL' })
  Object.assign(tables.lineItems![0]!, {
    title: 'NULL',
    categorySourcedId: 'NULL',
    dueDate: 'NULL',
    resultValueMin: 'NULL',
  })
  Object.assign(tables.results![0]!, {
    status: 'NULL',
    dateLastModified: 'NULL',
    scoreStatus: 'NULL',
    scoreDate: 'NULL',
    late: 'NULL',
  })
  const world = await createWorld(t.testdir())
  t.strictSame(warningCounts(await world.take(tables)), { teacher_without_email: 1 })
  const book = await world.book()
  t.match(book, { periods: ['Physics', 'Period 2'], teachers: ['Ted Mayer <>'] })
  t.match(book.students.find(({ who }) => who === 'NULL Lee'), {
    id: null,
    isDropped: false,
    cells: { NULL: 'completed 0.7' },
  })
  t.ok(book.tasks.includes('NULL | - | - | 10'))
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
  const world = await createWorld(t.testdir())
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
  const world = await createWorld(t.testdir())
  const summary = await world.take(tables)
  t.strictSame(warningCounts(summary), { result_without_enrollment: 2 })
  t.match(summary.warnings[0]!.message, /results\.csv:6/)
  t.equal(summary.scores.added, 4)
})

t.test('what is deleted takes with it what belongs to it', async (t) => {
  const tables = school()
  for (const rows of Object.values(tables)) for (const row of rows) row.status = 'active'
  tables.lineItems![1]!.status = 'tobedeleted'
  tables.users![2]!.status = 'tobedeleted'
  tables.enrollments![4]!.status = 'tobedeleted'
  const world = await createWorld(t.testdir())
  const summary = await world.take(tables)
  t.strictSame(warningCounts(summary), {
    result_without_enrollment: 1,
    result_of_deleted: 2,
    reference_to_deleted: 1,
  })
  const book = await world.book()
  t.strictSame(book.students.map((student) => student.who), ['Ann Lee'])
  t.strictSame(book.students[0]!.cells, { 'HW 1': 'completed 0.7' })
})
