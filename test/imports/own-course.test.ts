// A teacher's import changes one course and sees nothing else, also not through what courses have in common.
import t from 'tap'
import {
  enrollment,
  result,
  school,
  user,
  type Tables,
} from './bundles.ts'
import { delta, twoCourses } from './two-courses.ts'

t.test('the own course, in full or in part', async (t) => {
  const { world, ted, others } = await twoCourses(t)
  const before = await others()
  const tables = school()
  tables.results![0]!.score = 1
  const summary = await world.take(tables, { onlyCourseId: ted })
  t.match(summary, { courses: { updated: 1 }, scores: { updated: 1 } })
  t.strictSame(summary.warnings, [], 'what is as it was is not left out')
  const part = { results: [result('r1', 'li1-p1', 'ann', 2)] }
  t.match(await world.take(part, { onlyCourseId: ted, ...delta(part) }), { scores: { updated: 1 } })
  t.strictSame((await world.books()).map((book) => book.version), [3, 1])
  t.strictSame(await others(), before)
})

t.test('tasks, categories, scores and own students change, and stay with later deltas', async (t) => {
  const { world, byTed, others } = await twoCourses(t)
  const before = await others()
  const item = (
    id: string,
    title: string,
    category: string
  ) => ({
    ...school().lineItems![0]!,
    sourcedId: id,
    title,
    categorySourcedId: category,
    dueDate: '2026-02-20',
  })
  const first: Tables = {
    users: [user('ann', 'Ann', 'Newname', '0042'), user('eve', 'Eve', 'Own', '0100')],
    enrollments: [
      enrollment('e-eve', 'p1', 'eve'),
      enrollment('e-b2', 'p2', 'bob', 'student', { beginDate: '2026-02-01' }),
    ],
    categories: [{ sourcedId: 'k9', title: 'Labs' }, { sourcedId: 'k1', title: 'Home work' }],
    lineItems: [item('li-lab', 'Lab', 'k9')],
    results: [result('r-lab', 'li-lab', 'eve', 5)],
  }
  t.match(await byTed(first), { warnings: {}, students: { added: 1, updated: 2, unchanged: 1 } })
  const shown = async () => {
    const [book] = await world.books()
    const eve = book!.students.find((student) => student.who === 'Eve Own')
    return {
      who: book!.students.map((student) => `${student.who} ${student.period ?? '-'}`),
      categories: Object.keys(book!.categories),
      lab: eve?.cells.Lab,
      tasks: book!.tasks.length,
    }
  }
  const after = {
    who: ['Bob Ng Period 2', 'Ann Newname Period 1', 'Cyd Ortiz Period 2', 'Eve Own Period 1'].sort(),
    categories: ['Home work', 'Exams', 'Labs'].sort(),
    lab: 'completed 0.5',
    tasks: 3,
  }
  const sorted = ({
    who,
    categories,
    ...rest
  }: Awaited<ReturnType<typeof shown>>) => ({ who: who.sort(), categories: categories.sort(), ...rest })
  t.strictSame(sorted(await shown()), after)
  t.strictSame(await others(), before)
  // Eve is found by what the course itself holds: the roster does not know Eve.
  t.match(await byTed({ results: [result('r-lab', 'li-lab', 'eve', 8)] }), { warnings: {} })
  t.strictSame(sorted(await shown()), { ...after, lab: 'completed 0.8' })
  const admin = { results: [result('r9', 'li-p9', 'ann', 5), result('r1', 'li1-p1', 'ann', 9)] }
  await world.take(admin, delta(admin))
  t.match(
    sorted(await shown()),
    { lab: 'completed 0.8', tasks: 3 },
    "an administrator's delta keeps what it does not name"
  )
  t.ok((await world.books())[0]!.tasks.some((task) => task.startsWith('Lab | Labs')), 'its category with it')
})

t.test('a student who is removed, and one who is not in the file', async (t) => {
  const { world, byTed, others } = await twoCourses(t)
  const before = await others()
  t.match(
    await byTed({ enrollments: [enrollment('e-a', 'p1', 'ann', 'student', { status: 'tobedeleted' })] }),
    { students: { updated: 1 } }
  )
  t.strictSame((await world.books())[0]!.students.map(({ who, isDropped }) => [who, isDropped]), [
    ['Bob Ng', false],
    ['Cyd Ortiz', false],
    ['Ann Lee', true],
  ])
  t.strictSame((await world.books())[1]!.students.map(({ isDropped }) => isDropped), [false, false])
  t.strictSame(await others(), before)
})

t.test('people outside the course are not shown, and look like people who do not exist', async (t) => {
  const { world, byTed, others } = await twoCourses(t)
  const before = await others()
  for (
    const [known, unknown] of [
      [{ enrollments: [enrollment('e-x', 'p1', 'dan')] }, { enrollments: [enrollment('e-x', 'p1', 'xan')] }],
      [{ results: [result('r-x', 'li1-p1', 'dan', 1)] }, { results: [result('r-x', 'li1-p1', 'xan', 1)] }],
      [{ results: [result('r-x', 'li-p9', 'ann', 1)] }, { results: [result('r-x', 'li-p0', 'ann', 1)] }],
      [{ enrollments: [enrollment('e-x', 'p9', 'ann')] }, { enrollments: [enrollment('e-x', 'p0', 'ann')] }],
      [
        { results: [result('r9', 'li1-p1', 'xan', 1, { status: 'tobedeleted' })] },
        { results: [result('r0', 'li1-p1', 'xan', 1, { status: 'tobedeleted' })] },
      ],
      [
        { lineItems: [{ ...school().lineItems![0]!, sourcedId: 'li-x', classSourcedId: 'p9' }] },
        { lineItems: [{ ...school().lineItems![0]!, sourcedId: 'li-x', classSourcedId: 'p0' }] },
      ],
    ] as Array<[Tables, Tables]>
  ) {
    const answers = [await byTed(known), await byTed(unknown)].map((answer) =>
      JSON.stringify(answer)
        .replaceAll(/xan|dan/g, '…an')
        .replaceAll(/p[09]/g, 'p…')
        .replaceAll(/"r[09]/g, '"r…')
        .replaceAll(/bundle-\d+/g, '')
    )
    t.equal(answers[0], answers[1], JSON.stringify(known))
    t.notMatch(answers[0]!, /Secret|0099|Music|Una|Song/)
  }
  const [book] = await world.books()
  t.notMatch(JSON.stringify(book), /Secret|0099|dan@/)
  t.strictSame(await others(), before)
  // With all fields given, Dan is who the file says.
  t.match(
    await byTed({
      users: [user('dan', 'Somebody', 'Else', '1')],
      enrollments: [enrollment('e-x', 'p1', 'dan')],
    }),
    { students: { added: 1 } }
  )
  t.ok((await world.books())[0]!.students.some(({ who, id }) => who === 'Somebody Else' && id === '1'))
  t.strictSame(await others(), before)
})

t.test('what is about accounts, teachers, classes or other courses is left out and counted', async (t) => {
  const { byTed, others } = await twoCourses(t)
  const before = await others()
  const own = { results: [result('r1', 'li1-p1', 'ann', 7)] }
  const item = school().lineItems![0]!
  for (
    const [what, tables, count] of [
      [
        'the email of another',
        { users: [user('una', 'Una', 'Fox', 'T-2', { email: 'ted@example.edu' })] },
        1,
      ],
      [
        'enabled again',
        {
          users: [user('una', 'Una', 'Fox', 'T-2')],
          enrollments: [enrollment('e-new', 'p1', 'una', 'teacher')],
        },
        2,
      ],
      [
        'disabled',
        {
          users: [user('boss', 'The', 'Boss', '', { email: 'admin@example.edu', enabledUser: 'false' })],
          enrollments: [enrollment('e-new', 'p1', 'boss', 'teacher')],
        },
        2,
      ],
      ['a teacher of another course', { enrollments: [enrollment('e-u', 'p1', 'una', 'teacher')] }, 1],
      [
        'a teacher who goes',
        { enrollments: [enrollment('e-t1', 'p1', 'ted', 'teacher', { status: 'tobedeleted' })] },
        1,
      ],
      ['a teacher made a student', { enrollments: [enrollment('e-t1', 'p1', 'ted', 'aide')] }, 1],
      ['a user who goes', { users: [user('una', 'Una', 'Fox', 'T-2', { status: 'tobedeleted' })] }, 1],
      [
        'a class moved',
        {
          classes: [{ ...school().classes![0]!, courseSourcedId: 'c9' }],
          courses: [{ sourcedId: 'c9', title: 'Mine', courseCode: '', orgSourcedId: 'o1' }],
        },
        2,
      ],
      ['a class that goes', { classes: [{ ...school().classes![0]!, status: 'tobedeleted' }] }, 1],
      [
        'another class too',
        { classes: [school().classes![0]!, { ...school().classes![0]!, sourcedId: 'p9', title: 'Mine' }] },
        1,
      ],
      [
        'a new class',
        { classes: [school().classes![0]!, { ...school().classes![0]!, sourcedId: 'p3', title: 'Mine' }] },
        1,
      ],
      ['a school', { orgs: [{ sourcedId: 'o1', name: 'Mine', type: 'school' }] }, 1],
      ['a term', { academicSessions: [{ ...school().academicSessions![0]!, endDate: '2026-02-01' }] }, 1],
      [
        'a line item of another course',
        {
          lineItems: [item, { ...item, sourcedId: 'li-p9', title: 'Mine' }],
          results: [result('r9', 'li-p9', 'ann', 0)],
        },
        2,
      ],
      [
        'a line item of another course that goes',
        { lineItems: [item, { ...item, sourcedId: 'li-p9', classSourcedId: 'p9', status: 'tobedeleted' }] },
        1,
      ],
    ] as Array<[string, Tables, number]>
  ) {
    t.match(await byTed({ ...own, ...tables }), { warnings: { left_out: count } }, what)
    t.strictSame(await others(), before, what)
  }
})

t.test('a category that courses share changes in this course alone', async (t) => {
  const { world, byTed, others } = await twoCourses(t)
  const before = await others()
  t.match(await byTed({ categories: [{ sourcedId: 'k1', title: 'Mine' }] }), { warnings: {} })
  const categories = async () => (await world.books()).map((book) => Object.keys(book.categories))
  t.strictSame((await categories())[0]!.sort(), ['Exams', 'Mine'])
  t.strictSame(await others(), before)
  const admin = {
    lineItems: [{ ...school().lineItems![0]!, sourcedId: 'li-new', title: 'New song', classSourcedId: 'p9' }],
  }
  await world.take(admin, delta(admin))
  t.strictSame((await categories())[1], ['Homework'], "also when an administrator's import touches the other")
})

t.test("nothing of a teacher's file takes effect with a later import", async (t) => {
  const { world, byTed } = await twoCourses(t)
  await byTed({
    users: [
      user('una', 'Una', 'Fox', 'T-2'),
      user('spy', 'The', 'Spy', ''),
      user('ted', 'Ted', 'Mayer', 'T-1', { email: 'boss@example.edu' }),
    ],
    enrollments: [
      enrollment('e-spy', 'p1', 'spy', 'teacher'),
      enrollment('e-spy9', 'p9', 'spy', 'teacher'),
      enrollment('e-d1', 'p1', 'dan'),
    ],
    classes: [{ ...school().classes![0]!, courseSourcedId: 'c9' }],
    categories: [{ sourcedId: 'k-later', title: 'Planted' }],
  })
  const admin: Tables = {
    enrollments: [enrollment('e-n1', 'p1', 'bob'), enrollment('e-n9', 'p9', 'cyd')],
    lineItems: [{ ...school().lineItems![0]!, sourcedId: 'li-n9', title: 'Song 2', classSourcedId: 'p9' }],
  }
  await world.take(admin, delta(admin))
  const books = await world.books()
  t.strictSame(books.map((book) => book.teachers), [
    ['Ted Mayer <ted@example.edu>'],
    ['Una Fox <una@example.edu> disabled'],
  ])
  t.strictSame(books[0]!.students.map(({ who }) => who), ['Ann Lee', 'Bob Ng', 'Cyd Ortiz'])
  t.strictSame(books.map((book) => book.name), ['Physics', 'Music'])
})
