import t from 'tap'
import { createWorld, enrollment, result, school, user, warningCounts } from './bundles.ts'

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
  t.match(book, { sourceId: 'p1', name: 'Physics', school: 'Lakeview', term: 'Spring 2026', timeZone: 'America/Chicago', version: 1 })
  t.strictSame(book.teachers, ['Ted Mayer <ted@example.edu>'])
  t.strictSame(book.periods, ['Period 1', 'Period 2'])
  t.strictSame(book.categories, { Homework: 0.5, Exams: 0.5 })
  t.strictSame(book.tasks, ['HW 1 | Homework | 2026-02-02T05:59:59.000Z | 10', 'HW 2 | Exams | 2026-02-03T05:59:59.000Z | 10'])
  t.strictSame(book.students, [
    { who: 'Ann Lee', id: '0042', period: 'Period 1', isDropped: false, cells: { 'HW 1': 'completed 0.7', 'HW 2': 'completed 0.8' } },
    { who: 'Bob Ng', id: '0043', period: 'Period 1', isDropped: false, cells: { 'HW 1': 'completed 1' } },
    { who: 'Cyd Ortiz', id: null, period: 'Period 2', isDropped: false, cells: { 'HW 1': 'completed 0.5' } },
  ])
  t.strictSame(book.totals, { stored: [4, 3], computed: [4, 3] })
})

t.test('classes are one course where they agree in course, school and terms and have a teacher in common', async (t) => {
  const tables = school()
  tables.orgs!.push({ sourcedId: 'o2', name: 'Hillside', type: 'school' })
  tables.academicSessions!.push({ sourcedId: 't2', title: 'Fall 2026', type: 'term', startDate: '2026-08-20', endDate: '2026-12-20', schoolYear: '2027' })
  const like = tables.classes![0]!
  const add = (id: string, teachers: string[], extra = {}) => {
    tables.classes!.push({ ...like, sourcedId: id, title: id, ...extra })
    for (const teacher of teachers) tables.enrollments!.push(enrollment(`${id}-${teacher}`, id, teacher, 'teacher'))
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

t.test('a class stays in its course, whoever teaches it later; a new one joins by its teacher', async (t) => {
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
  const add = (id: string, period: string, extra = {}) => tables.lineItems!.push({ ...base, sourcedId: id, classSourcedId: period, title: 'Quiz', ...extra })
  add('q1-p1', 'p1')
  add('q2-p1', 'p1')
  add('q1-p2', 'p2')
  add('q-other-max', 'p2', { resultValueMax: 20 })
  add('q-other-due', 'p2', { dueDate: '2026-02-09' })
  add('q-other-category', 'p2', { categorySourcedId: 'k2' })
  tables.results!.push(result('q1', 'q1-p1', 'ann', 1), result('q2', 'q2-p1', 'ann', 2), result('q3', 'q1-p2', 'cyd', 3))
  const world = await createWorld(t.testdir())
  const summary = await world.take(tables)
  t.equal(summary.tasks.added, 7, 'two homeworks, Quiz of both classes, the second Quiz, and three that differ')
  t.equal(summary.scores.added, 7)
})

t.test('every status, as the standard\'s words say it', async (t) => {
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
    tables.results!.push(result(`x${i}`, 'li1-p1', `s${i}`, '7', { late: '', missing: '', incomplete: '', inProgress: '', textScore: '', ...fields }))
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
    { ...base, sourcedId: 'none', title: 'None', resultValueMin: '', resultValueMax: '' },
    { ...base, sourcedId: 'flat', title: 'Flat', resultValueMin: 5, resultValueMax: 5 }
  )
  tables.results!.push(result('m', 'min', 'ann', 45), result('n', 'none', 'ann', 3), result('f', 'flat', 'ann', 5))
  const world = await createWorld(t.testdir())
  const summary = await world.take(tables)
  t.strictSame(warningCounts(summary), { points_possible_missing: 2 })
  const book = await world.book()
  t.strictSame(book.students[0]!.cells, { 'HW 1': 'completed 0.7', 'HW 2': 'completed 0.8', Min: 'completed 0.5', None: 'completed', Flat: 'completed' })
})

t.test('weights: one category for each title, percentages made fractions, courses on their own', async (t) => {
  const tables = school()
  tables.categories = [
    { sourcedId: 'k1', title: 'Homework', weight: 60 }, { sourcedId: 'k2', title: 'Exams', weight: '' },
    { sourcedId: 'k3', title: 'Homework', weight: 30 }, { sourcedId: 'unused', title: 'Unused', weight: 10 },
  ]
  tables.lineItems!.push({ ...tables.lineItems![0]!, sourcedId: 'li3', title: 'HW 3', categorySourcedId: 'k3' })
  tables.lineItems!.push({ ...tables.lineItems![0]!, sourcedId: 'li4', title: 'HW 4', categorySourcedId: '' })
  const world = await createWorld(t.testdir())
  const summary = await world.take(tables, { version: '1.2' })
  t.strictSame(warningCounts(summary), { category_weights_differ: 1 })
  const book = await world.book()
  t.strictSame(book.categories, { Homework: 0.6, Exams: 0 })
  t.match(book.tasks.find((task) => task.startsWith('HW 4')), /^HW 4 \| - /)
})

t.test('students: the newest active enrollment is the period, an end before the term\'s is a drop', async (t) => {
  const tables = school()
  tables.enrollments = tables.enrollments!.filter((row) => row.role === 'teacher')
  const enrol = (who: string, ...rows: Array<[period: string, begin: string, end: string]>) => {
    tables.users!.push(user(who, who, 'X', ''))
    rows.forEach(([period, beginDate, endDate], i) => tables.enrollments!.push(enrollment(`${who}-${i}`, period, who, 'student', { beginDate, endDate })))
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
  const people = async (now?: number) => Object.fromEntries((await world.book(now)).students.map((student) => [student.who, `${student.period}${student.isDropped ? ', dropped' : ''}`]))
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
  t.equal(later['stays to the end X'], 'Period 1', 'the end of the term drops nobody')
  const cells = new Map((await world.book()).students.map((student) => [student.who, student.cells]))
  t.strictSame(cells.get('moved X'), { 'HW 1': 'completed 0.4' }, 'scores follow the student')
  t.strictSame(cells.get('left X'), { 'HW 1': 'completed 0.5' })
})

t.test('who is who: preferred names, disabled teachers, teachers who left, e-mails', async (t) => {
  const tables = school()
  tables.users = [
    user('ted', 'Ted', 'Mayer', '', { preferredGivenName: 'Teddy', preferredFamilyName: '', email: 'Ted@Example.EDU', enabledUser: 'false' }),
    user('ann', 'Ann', ' Lee ', '007', { preferredGivenName: ' ', preferredFamilyName: '' }),
    user('bob', '', '', '', { preferredGivenName: '', preferredFamilyName: '' }),
    user('cyd', '李', '明', '', { preferredGivenName: '', preferredFamilyName: 'עברית' }),
    user('gone', 'Left', 'Teacher', ''),
  ]
  tables.enrollments!.push(enrollment('gone', 'p1', 'gone', 'teacher', { endDate: '2026-02-01' }), enrollment('odd', 'p1', 'gone', 'mascot'))
  const world = await createWorld(t.testdir())
  const summary = await world.take(tables, { version: '1.2' })
  t.strictSame(warningCounts(summary), { unknown_role: 1 })
  const book = await world.book()
  t.strictSame(book.teachers, ['Teddy Mayer <ted@example.edu> disabled'])
  t.strictSame(book.students.map((student) => [student.who, student.id]), [['Ann  Lee ', '007'], ['李 עברית', null], ['', null]])
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
  t.strictSame((await world.book()).students.map((student) => student.cells['HW 1']), ['completed 0.1', 'completed 0.4', 'completed 0.5'])
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
  t.strictSame(warningCounts(summary), { result_without_enrollment: 1, result_of_deleted: 2, reference_to_deleted: 1 })
  const book = await world.book()
  t.strictSame(book.students.map((student) => student.who), ['Ann Lee'])
  t.strictSame(book.students[0]!.cells, { 'HW 1': 'completed 0.7' })
})
