// One student: the numbers of the book, the parts of the categories, the trend, missing and late work.
import t from 'tap'
import { sampleCourse } from '../../page/sample-course.ts'
import type { CourseDescription } from '../../support/book-database.ts'
import { startTestService, TEACHER } from '../../support/test-service.ts'

const DAY_MS = 86_400_000
const NOW = Date.UTC(2015, 3, 1, 12)

interface Task { id: number, category_id: number | null, due_at: string | null }
interface Part extends Record<'average' | 'share' | 'part', number | null> { id: number, weight: number }
interface Answer {
  id: number
  name: string | null
  course_average: number | null
  grade: string | null
  category_averages: Array<number | null>
  data: Array<{ score: number | null, status: string, is_late: boolean } | null>
  data_headings: Task[]
  categories: Part[]
  trend: Array<{ due_at: string, course_average: number | null }>
  missing: Array<{ title: string, status: string }>
  late: Array<{ title: string, submitted_at: string | null }>
  previous: { id: number, name: string | null } | null
  next: { id: number, name: string | null } | null
}

const near = (a: number | null, b: number | null) =>
  a === null || b === null ? a === b : Math.abs(a - b) < 1e-12

/** The contract in other words: the mean of each category's scores, and the weighted mean of these. */
function averageOf (answer: Answer, belongs: (task: Task) => boolean): number | null {
  const scored = answer.categories.flatMap(({ id, weight }) => {
    const scores = answer.data_headings.flatMap((task, j) => {
      const score = answer.data[j]?.score ?? null
      return task.category_id === id && belongs(task) && score !== null ? [score] : []
    })
    return scores.length === 0 ? [] : [{ weight, mean: scores.reduce((a, b) => a + b) / scores.length }]
  })
  const weights = scored.reduce((sum, { weight }) => sum + weight, 0)
  return weights === 0 ? null : scored.reduce((sum, { weight, mean }) => sum + weight / weights * mean, 0)
}

t.test('every student: the numbers of the book, parts that add up, a trend that ends there', async (t) => {
  const { call, courseIds } = await startTestService(t, {
    courses: [
      sampleCourse({
        teachers: [{ email: TEACHER }],
        gradingScale: [{ grade: 'A', from: 0.7 }, { grade: 'B', from: 0 }],
        categories: [{ name: 'Homework', weight: 0.75 }, { name: 'Reading', weight: 0.4 }, { name: 'Exam' }],
      }),
    ],
  })
  const path = `/api/courses/${courseIds[0]}/performance`
  for (const missing of ['ignored', 'zero']) {
    await call('PATCH', `/api/courses/${courseIds[0]}`, { body: { missing_counts: missing } })
    const book = (await call('GET', path)).json()
    const answers: Answer[] = []
    for (const { id } of book.students) {
      const { status, json } = await call('GET', `${path}/students/${id}`)
      t.equal(status, 200)
      answers.push(json())
    }
    for (const [i, answer] of answers.entries()) {
      t.match(answer, book.students[i], 'what the book says')
      t.match(answer, { course: book.course, periods: book.periods })
      t.strictSame(answer.categories.map(({ average }) => average), answer.category_averages)
      const { course_average: average } = answer
      const parts = answer.categories.flatMap(({ part }) => part ?? [])
      t.ok(near(parts.length === 0 ? null : parts.reduce((a, b) => a + b), average), 'the parts add up')
      const shares = answer.categories.flatMap(({ share }) => share ?? [])
      t.ok(average === null || near(shares.reduce((a, b) => a + b), 1), 'so do the shares')
      t.equal(answer.trend.length, 12)
      for (const { due_at: until, course_average: then } of answer.trend) {
        t.ok(near(then, averageOf(answer, ({ due_at: due }) => due! <= until)), until)
      }
      t.equal(answer.trend.at(-1)!.course_average, average, 'to the last digit')
      t.equal(answer.late.length, answer.data.filter((cell) => cell?.is_late).length)
      t.equal(answer.missing.length, answer.data.filter((cell) => cell?.status === 'missing').length)
      t.equal(answer.previous?.id, answers[i - 1]?.id)
      t.equal(answer.previous?.name, answers[i - 1]?.name)
      t.equal(answer.next?.id, answers[i + 1]?.id)
    }
    t.equal(book.students.at(-1).is_dropped, true)

    const paged: Answer[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`
      const { students, next_cursor: next, ...shared } =
        (await call('GET', `${path}/students?limit=10${query}`)).json()
      t.ok(students.length <= 10)
      paged.push(...students.map((student: object) => ({ ...student, ...shared })))
      cursor = next
    }
    t.strictSame(paged, answers.map(({ previous: _, next: __, ...facts }) => facts), 'pages say the same')
    const [{ id: period }] = book.periods
    const ofPeriod = (await call('GET', `${path}/students?period_id=${period}`)).json()
    t.strictSame(
      ofPeriod.students.map(({ id }: Answer) => id),
      book.students.flatMap((one: { id: number, period_id: number }) =>
        one.period_id === period ? [one.id] : [])
    )
    t.equal(ofPeriod.next_cursor, null)
    for (const wrong of ['cursor=x', 'period_id=99999', 'limit=501']) {
      t.equal((await call('GET', `${path}/students?${wrong}`)).status, 400, wrong)
    }
  }
})

t.test('missing and late work, dates, and what no due date or category has', async (t) => {
  const course: CourseDescription = {
    teachers: [{ email: TEACHER }],
    missingCounts: 'zero',
    categories: [{ name: 'Homework', weight: 1 }, { name: 'Unweighted', weight: 0 }],
    tasks: [
      { title: 'Undated', category: 0, pointsPossible: 10 },
      { title: 'Past', category: 0, pointsPossible: 10, dueAt: NOW - 2 * DAY_MS },
      { title: 'Same time', category: 0, pointsPossible: 10, dueAt: NOW - 2 * DAY_MS },
      { title: 'Coming', category: 0, pointsPossible: 10, dueAt: NOW + DAY_MS },
      { title: 'Elsewhere', category: 1, pointsPossible: 10, dueAt: NOW - DAY_MS },
      { title: 'In none', pointsPossible: 10, dueOn: '2015-03-20' },
    ],
    students: [
      {
        lastName: 'Ames',
        cells: [
          2,
          { status: 'not_started' },
          { points: 8, isLate: true, submittedAt: { ms: Date.UTC(2015, 2, 31), isPlainDate: true } },
          { status: 'not_started' },
          { status: 'missing' },
          { status: 'missing' },
        ],
      },
      { lastName: null },
      { lastName: 'Dorn', droppedOn: '2015-03-01', cells: [10] },
    ],
  }
  const { call, courseIds } = await startTestService(t, {
    courses: [course, { ...course, students: [{ lastName: 'Other' }] }],
    now: () => NOW,
  })
  const path = `/api/courses/${courseIds[0]}/performance`
  const one = (await call('GET', `${path}/students/1`)).json() as Answer
  t.ok(near(one.course_average, 1 / 3))
  t.strictSame(one.trend, [
    { due_at: '2015-03-20T23:59:59.000Z', course_average: null },
    { due_at: '2015-03-30T12:00:00.000Z', course_average: 0.4 },
    { due_at: '2015-03-31T12:00:00.000Z', course_average: 0.4 },
    { due_at: '2015-04-02T12:00:00.000Z', course_average: 0.4 },
  ], 'each date once, and no date for what has none')
  t.match(one.missing, [
    { title: 'In none', status: 'missing' },
    { title: 'Past', status: 'not_started', score: 0 },
    { title: 'Elsewhere', status: 'missing' },
  ])
  t.equal(one.missing.length, 3)
  t.match(one.late, [{ title: 'Same time', score: 0.8, submitted_at: '2015-03-31T00:00:00.000Z' }])
  t.match(one.categories, [
    { weight: 1, share: 1, part: one.course_average },
    { weight: 0, average: 0, share: 0, part: 0 },
  ])
  const empty = (await call('GET', `${path}/students/2`)).json() as Answer
  t.match(empty, {
    name: null,
    course_average: null,
    grade: null,
    categories: [{ share: null, part: null }, {}],
    missing: [],
    late: [],
    previous: { id: 1, name: 'Ames' },
    next: { id: 3, name: 'Dorn' },
  })
  t.match((await call('GET', `${path}/students/3`)).json(), { is_dropped: true, next: null })

  for (const id of ['4', '99', '0', 'x', '1e0', '9007199254740993']) {
    const { status, json } = await call('GET', `${path}/students/${id}`)
    t.equal(status, 404, id)
    t.equal(json().code, 'STUDENT_NOT_FOUND', 'of another course or of none')
  }
})
