import t, { type Test } from 'tap'
import { readBook, type Book, type BookReading, type RowFilter } from '../../src/courses/book.ts'
import { BookCache } from '../../src/courses/book-cache.ts'
import { makeBookDatabase, type CourseDescription } from '../support/book-database.ts'
import { openSnapshot, rowsOf } from '../support/book-rows.ts'
import { testDatabase } from '../support/test-database.ts'
import { testFolder } from '../support/test-folder.ts'

const NOW = Date.UTC(2015, 3, 1, 12)

async function open (t: Test, course: CourseDescription, reading: Partial<BookReading> = {}): Promise<Book> {
  const database = await testDatabase(t, testFolder(t))
  const [id] = await makeBookDatabase(database, course)
  return (await readBook(await openSnapshot(t, database), id!, { now: NOW, ...reading }))!
}

const lines = (book: Book, filter?: RowFilter) =>
  Array.fromAsync(
    rowsOf(book, filter),
    ({ student, scores, categoryAverages, courseAverage, isDropped }) => ({
      name: student.last_name,
      scores: none(scores),
      categories: none(categoryAverages),
      course: none([courseAverage])[0],
      isDropped,
    })
  )
const none = (values: Iterable<number>) => Array.from(values, (value) => Number.isNaN(value) ? null : value)

const PHYSICS: CourseDescription = {
  categories: [{ name: 'Homework', weight: 0.6 }, { name: 'Exam', weight: 0.4 }],
  periods: ['1st', '2nd'],
  tasks: [
    { title: 'HW 1', category: 0, pointsPossible: 10, dueOn: '2015-02-01' },
    { title: 'HW 2', category: 0, pointsPossible: 4, dueOn: '2015-03-01' },
    { title: 'Exam', category: 1, pointsPossible: 100, dueOn: '2015-05-01' },
    { title: 'Survey', pointsPossible: 1, dueOn: '2015-05-02' },
  ],
  students: [
    { lastName: 'Ames', period: 0, cells: [10, 2, 50, 1] },
    { lastName: 'Burr', period: 1, cells: [5, undefined, undefined, 0] },
    { lastName: 'Cole', period: 1, cells: [{ status: 'exempt', points: 10 }, { status: 'missing' }] },
    { lastName: 'Dorn', period: 0, droppedOn: '2015-03-01', cells: [0, 0, 0] },
  ],
}

t.test('averages as the contract defines them', async (t) => {
  const book = await open(t, PHYSICS)
  t.strictSame(await lines(book), [
    {
      name: 'Ames',
      scores: [1, 0.5, 0.5, 1],
      categories: [0.75, 0.5],
      course: (0.6 * 0.75 + 0.4 * 0.5) / 1,
      isDropped: false,
    },
    { name: 'Burr', scores: [0.5, null, null, 0], categories: [0.5, null], course: 0.5, isDropped: false },
    {
      name: 'Cole',
      scores: [null, null, null, null],
      categories: [null, null],
      course: null,
      isDropped: false,
    },
    { name: 'Dorn', scores: [0, 0, 0, null], categories: [0, 0], course: 0, isDropped: true },
  ])
  const averages = book.averages()
  t.strictSame(averages.tasks, [
    { average: 0.75, lowest: 0.5, highest: 1 },
    { average: 0.5, lowest: 0.5, highest: 0.5 },
    { average: 0.5, lowest: 0.5, highest: 0.5 },
    { average: 0.5, lowest: 0, highest: 1 },
  ], 'dropped students count nowhere')
  t.strictSame(averages.categories, [{ average: 0.625, lowest: 0.5, highest: 0.75, median: 0.625 }, {
    average: 0.5,
    median: 0.5,
    lowest: 0.5,
    highest: 0.5,
  }])
  t.strictSame(averages.course, {
    average: (0.6 * 0.75 + 0.4 * 0.5 + 0.5) / 2,
    lowest: 0.5,
    highest: 0.6 * 0.75 + 0.4 * 0.5,
    median: (0.6 * 0.75 + 0.4 * 0.5 + 0.5) / 2,
  })
  t.strictSame(averages.bands, [0, 0, 0, 0, 0, 1, 1, 0, 0, 0], 'of 50% and 65%')
  t.match(averages, {
    students: 3,
    dropped: 1,
    scores: 9,
    scoreSum: 3.5,
    activeScores: 6,
    activeScoreSum: 3.5,
  })
})

t.test('a period has averages of its own, students without one as well', async (t) => {
  const book = await open(t, {
    ...PHYSICS,
    students: [...PHYSICS.students!, { lastName: 'Ende', cells: [2] }],
  })
  const [first, second] = book.periods
  t.equal(book.averages(first!.id).tasks[0]!.average, 1)
  t.equal(book.averages(second!.id).tasks[0]!.average, 0.5)
  t.equal(book.averages(null).tasks[0]!.average, 0.2)
  t.equal(book.averages(9999).tasks[0]!.average, null)
  t.strictSame((await lines(book, { periodId: second!.id })).map(({ name }) => name), ['Burr', 'Cole'])
  t.strictSame((await lines(book, { periodId: null })).map(({ name }) => name), ['Ende'])
})

t.test('missing work counts 0 where the course says so, from the moment after its due date', async (t) => {
  const course: CourseDescription = {
    missingCounts: 'zero',
    categories: [{ name: 'Homework' }],
    tasks: [{ title: 'Past', category: 0, pointsPossible: 10, dueAt: NOW - 1 }, {
      title: 'Now',
      category: 0,
      pointsPossible: 10,
      dueAt: NOW,
    }, { title: 'Never', category: 0, pointsPossible: 10 }],
    students: [
      { lastName: 'A', cells: [{ status: 'missing' }, { status: 'missing' }, { status: 'missing' }] },
      { lastName: 'B', cells: [{ status: 'not_started' }, 5, 5] },
      { lastName: 'C', cells: [{ status: 'in_progress' }, { status: 'submitted' }, { status: 'exempt' }] },
      { lastName: 'D', cells: [{ status: 'missing', points: 3 }, undefined, undefined] },
    ],
  }
  const book = await open(t, course)
  t.strictSame((await lines(book)).map(({ scores }) => scores), [
    [0, null, null],
    [0, 0.5, 0.5],
    [null, null, null],
    [0.3, null, null],
  ])
  t.equal(book.zeroedCells, 2)
  const zeroed: boolean[][] = []
  for await (const batch of book.batches()) {
    for (const row of batch) zeroed.push(book.tasks.map((_, j) => row.isZeroed(j)))
  }
  t.strictSame(zeroed, [[true, false, false], [true, false, false], [false, false, false], [
    false,
    false,
    false,
  ]])
  t.equal(book.currentUntil, NOW + 1, 'then the second task is past due')
  const ignored = await open(t, { ...course, missingCounts: 'ignored' })
  t.strictSame((await lines(ignored)).map(({ scores }) => scores[0]), [null, null, null, 0.3])
  t.equal(ignored.currentUntil, null)
})

t.test("a student is dropped from the beginning of the day in the course's zone", async (t) => {
  const course = (droppedOn: string, timeZone: string): CourseDescription => ({
    timeZone,
    students: [{ lastName: 'A', droppedOn }],
  })
  t.equal((await lines(await open(t, course('2015-04-01', 'UTC'))))[0]!.isDropped, true)
  t.equal((await lines(await open(t, course('2015-04-02', 'UTC'))))[0]!.isDropped, false)
  t.equal(
    (await lines(await open(t, course('2015-04-02', 'Pacific/Kiritimati'))))[0]!.isDropped,
    true,
    'there it is tomorrow already'
  )
  const book = await open(t, course('2015-04-02', 'America/Chicago'))
  t.equal(new Date(book.currentUntil!).toISOString(), '2015-04-02T05:00:00.000Z')
})

t.test('tasks by due date, those without one last, then as imported', async (t) => {
  const book = await open(t, {
    tasks: [{ title: 'none 1' }, { title: 'late', dueOn: '2015-05-01' }, { title: 'early', dueAt: 0 }, {
      title: 'late too',
      dueOn: '2015-05-01',
    }, { title: 'none 2' }],
  })
  t.strictSame(book.tasks.map(({ title }) => title), ['early', 'late', 'late too', 'none 1', 'none 2'])
})

t.test('an empty book has no averages and divides by nothing', async (t) => {
  const book = await open(t, {
    categories: [{ name: 'A', weight: 0 }],
    tasks: [{ title: 'T', category: 0, pointsPossible: 1 }],
    students: [{ lastName: 'A', cells: [1] }],
  })
  t.strictSame(
    await lines(book),
    [{ name: 'A', scores: [1], categories: [1], course: null, isDropped: false }],
    'weights that sum up to 0 give no course average'
  )
  const empty = await open(t, {})
  t.strictSame(await lines(empty), [])
  t.strictSame(empty.averages().course, { average: null, lowest: null, highest: null, median: null })
})

t.test('a preview of settings changes the numbers of this reading only', async (t) => {
  const database = await testDatabase(t, testFolder(t))
  const [id] = await makeBookDatabase(database, PHYSICS)
  const snapshot = await openSnapshot(t, database)
  const cache = new BookCache()
  const stored = (await readBook(snapshot, id!, { now: NOW, cache }))!
  const weights = new Map([[stored.categories[0]!.id, 0], [stored.categories[1]!.id, 1]])
  const settings = { weights, timeZone: 'Asia/Tokyo', missingCounts: 'zero' } as const
  const tried = (await readBook(snapshot, id!, { now: NOW, cache, settings }))!
  t.strictSame(tried.categories.map(({ weight }) => weight), [0, 1])
  t.equal(tried.course.timeZone, 'Asia/Tokyo')
  t.strictSame((await lines(tried)).map(({ course }) => course), [0.5, null, null, 0])
  const again = (await readBook(snapshot, id!, { now: NOW, cache }))!
  t.strictSame(again.averages(), stored.averages())
  t.strictSame(await lines(again), await lines(stored))
})

t.test('cached averages are used for the data and the time they were read at, and no longer', async (t) => {
  const database = await testDatabase(t, testFolder(t))
  const [id] = await makeBookDatabase(database, { students: [{ lastName: 'A', droppedOn: '2015-04-02' }] })
  const snapshot = await openSnapshot(t, database)
  const cache = new BookCache()
  t.equal((await readBook(snapshot, id!, { now: NOW, cache }))!.averages().students, 1)
  t.not(cache.get(id!, 1, NOW), undefined)
  t.equal(cache.get(id!, 2, NOW), undefined, 'other data')
  t.equal(cache.get(id!, 1, NOW + 86_400_000), undefined, 'a student is dropped meanwhile')
  t.equal((await readBook(snapshot, id!, { now: NOW + 86_400_000, cache }))!.averages().students, 0)
})

t.test('paging continues behind a student, into the dropped ones', async (t) => {
  const book = await open(t, {
    students: ['A', 'B', 'C', 'D'].map((lastName, i) => ({
      lastName,
      ...(i === 0 ? { isUnenrolled: true } : {}),
    })),
  })
  const ids = (filter: RowFilter) => Array.fromAsync(rowsOf(book, filter), ({ student }) => student.id)
  const all = await ids({})
  t.strictSame((await lines(book)).map(({ name }) => name), ['B', 'C', 'D', 'A'])
  for (let i = 0; i < all.length; i++) {
    t.strictSame(await ids({ after: all[i]! }), all.slice(i + 1))
  }
  t.strictSame(await ids({ after: 9999 }), [])
})

t.test('no such course', async (t) => {
  const database = await testDatabase(t, testFolder(t))
  await makeBookDatabase(database)
  t.equal(await readBook(await openSnapshot(t, database), 1, { now: NOW }), undefined)
})
