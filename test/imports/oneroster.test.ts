import t from 'tap'
import { createWorld, enrollment, result, school, user, warningCounts } from './bundles.ts'

t.test('a bundle becomes a course with a period for each class', async (t) => {
  const world = await createWorld(t)
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

t.test('classes are one course if they have the course, school, terms and a teacher in common', async (t) => {
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
  const world = await createWorld(t)
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
  const world = await createWorld(t)
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
  const world = await createWorld(t)
  const summary = await world.take(tables)
  t.equal(
    summary.tasks.added,
    7,
    'two homeworks, Quiz of both classes, the second Quiz, and three that differ'
  )
  t.equal(summary.scores.added, 7)
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
  const world = await createWorld(t)
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

t.test('what is deleted takes with it what belongs to it', async (t) => {
  const tables = school()
  for (const rows of Object.values(tables)) for (const row of rows) row.status = 'active'
  tables.lineItems![1]!.status = 'tobedeleted'
  tables.users![2]!.status = 'tobedeleted'
  tables.enrollments![4]!.status = 'tobedeleted'
  const world = await createWorld(t)
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
