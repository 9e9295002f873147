import t from 'tap'
import type { CourseDescription } from '../../support/book-database.ts'
import { startTestService, TEACHER, type TestService } from '../../support/test-service.ts'

const COURSE: CourseDescription = {
  sourceId: 'phys-1',
  name: 'Physics I',
  school: 'Hill School',
  term: 'Spring 2015',
  timeZone: 'America/Chicago',
  teachers: [{ email: TEACHER.toUpperCase(), firstName: 'Tea', lastName: 'Cher' }],
  periods: ['1st', '2nd'],
  categories: [{ name: 'Homework', weight: 0.75 }, { name: 'Reading', weight: 0.25 }],
  tasks: [
    { title: 'HW 1', type: 'homework', category: 0, pointsPossible: 10, dueOn: '2015-03-15' },
    { title: 'Read 1', type: 'reading', category: 1, dueAt: Date.UTC(2015, 3, 1) },
  ],
  students: [
    {
      firstName: 'Ann',
      lastName: 'Ames',
      identifier: '007',
      email: 'ann@example.edu',
      period: 0,
      cells: [{
        status: 'completed',
        points: 5,
        isLate: true,
        isProvisional: true,
        submittedAt: { ms: Date.UTC(2015, 2, 16), isPlainDate: true },
      }],
    },
    {
      firstName: null,
      lastName: null,
      period: 1,
      cells: [undefined, { exerciseCount: 8, correctExerciseCount: 6, recoveredExerciseCount: 1 }],
    },
    { lastName: 'Zorn', period: 1, droppedOn: '2015-01-01', cells: [{ status: 'missing' }] },
  ],
}
const OTHER: CourseDescription = {
  sourceId: 'chem-1',
  name: 'Chemistry',
  teachers: [{ email: 'other@example.edu' }],
}

const book = async (service: TestService, query = '') =>
  (await service.call('GET', `/api/courses/${service.courseIds[0]}/performance${query}`)).json()

t.test('the performance book, to the letter', async (t) => {
  const service = await startTestService(t, { courses: [COURSE], now: () => Date.UTC(2015, 4, 1) })
  const answer = await book(service)
  t.strictSame(Object.keys(answer), [
    'version',
    'course',
    'exports',
    'periods',
    'categories',
    'data_headings',
    'students',
    'course_average',
    'course_lowest',
    'course_highest',
    'next_cursor',
  ])
  t.strictSame(answer.course, {
    id: 1,
    source_id: 'phys-1',
    name: 'Physics I',
    time_zone: 'America/Chicago',
    school: 'Hill School',
    term: 'Spring 2015',
    missing_counts: 'ignored',
    grading_scale: null,
    archived: false,
  })
  t.strictSame(answer.exports, [])
  t.strictSame(answer.periods.map((period: { name: string }) => period.name), ['1st', '2nd'])
  t.match(answer.categories, [{
    name: 'Homework',
    weight: 0.75,
    class_average: 0.5,
    lowest: 0.5,
    highest: 0.5,
  }, { name: 'Reading', weight: 0.25, class_average: 0.75 }])
  t.match(answer.data_headings, [
    {
      title: 'HW 1',
      type: 'homework',
      category_id: answer.categories[0].id,
      due_at: '2015-03-16T04:59:59.000Z',
      points_possible: 10,
      class_average: 0.5,
      lowest: 0.5,
      highest: 0.5,
    },
    {
      title: 'Read 1',
      type: 'reading',
      due_at: '2015-04-01T00:00:00.000Z',
      points_possible: null,
      class_average: 0.75,
    },
  ])
  const [ames, unnamed, zorn] = answer.students
  t.strictSame(ames, {
    id: ames.id,
    source_id: ames.source_id,
    name: 'Ann Ames',
    first_name: 'Ann',
    last_name: 'Ames',
    student_identifier: '007',
    email: 'ann@example.edu',
    period_id: answer.periods[0].id,
    is_dropped: false,
    course_average: 0.5,
    grade: null,
    category_averages: [0.5, null],
    data: [{
      type: 'homework',
      id: answer.data_headings[0].id,
      status: 'completed',
      score: 0.5,
      points: 5,
      exercise_count: null,
      correct_exercise_count: null,
      recovered_exercise_count: null,
      is_late: true,
      is_provisional: true,
      submitted_at: '2015-03-16T05:00:00.000Z',
    }, null],
  })
  t.match(unnamed, {
    name: null,
    first_name: null,
    last_name: null,
    course_average: 0.75,
    data: [null, {
      score: 0.75,
      exercise_count: 8,
      correct_exercise_count: 6,
      recovered_exercise_count: 1,
      points: null,
    }],
  })
  t.match(zorn, {
    name: 'Zorn',
    is_dropped: true,
    course_average: null,
    data: [{ status: 'missing', score: null }, null],
  })
  t.match(answer, { course_average: 0.625, course_lowest: 0.5, course_highest: 0.75 })
  t.equal(answer.next_cursor, null)
})

t.test('one period: its students, and averages over them', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const { periods } = await book(service)
  const first = await book(service, `?period_id=${periods[0].id}`)
  t.strictSame(first.students.map((student: { name: string }) => student.name), ['Ann Ames'])
  t.match(first, { course_average: 0.5, course_lowest: 0.5, course_highest: 0.5 })
  t.equal(first.data_headings[1].class_average, null)
  t.match(await book(service, '?period_id=999'), {
    statusCode: 400,
    code: 'VALIDATION_FAILED',
    message: /^period_id: /,
  })
})

t.test('pages by student; averages are over the whole course on each', async (t) => {
  const service = await startTestService(t, {
    courses: [{
      ...COURSE,
      students: Array.from({ length: 7 }, (_, i) => ({ lastName: `S${i}`, cells: [i] })),
    }],
  })
  const whole = await book(service)
  const names: string[] = []
  let cursor = ''
  do {
    const page = await book(service, `?limit=3${cursor}`)
    t.equal(page.course_average, whole.course_average)
    names.push(...page.students.map((student: { name: string }) => student.name))
    cursor = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`
  } while (cursor !== '')
  t.strictSame(names, ['S0', 'S1', 'S2', 'S3', 'S4', 'S5', 'S6'])
  for (const query of ['?limit=0', '?limit=100001', '?limit=x', '?cursor=nonsense', '?period_id=0']) {
    t.equal((await book(service, query)).code, 'VALIDATION_FAILED', query)
  }
})

t.test('settings: tried out, stored, taken back', async (t) => {
  const service = await startTestService(t, { courses: [COURSE], now: () => Date.UTC(2015, 4, 1) })
  const before = await book(service)
  const [homework, reading] = before.categories
  const patch = async (body: unknown, query = '') =>
    (await service.call('PATCH', `/api/courses/1${query}`, { body })).json()
  const version = async () => (await service.services.courses.find(1))!.data_version

  const tried = await patch(
    { categories: [{ id: homework.id, weight: 0 }], missing_counts: 'zero' },
    '?dry_run=true'
  )
  t.strictSame(Object.keys(tried), ['course', 'categories', 'course_average', 'students'])
  t.match(tried, {
    course: { missing_counts: 'zero' },
    categories: [{ weight: 0 }, { weight: 0.25 }],
    course_average: 0.75,
  })
  t.strictSame(tried.students.map((student: { course_average: number }) => student.course_average), [
    null,
    0.75,
    null,
  ])
  t.equal(await version(), 1)
  t.strictSame(await book(service), before, 'nothing changed')

  const set = await patch({
    categories: [{ id: homework.id, weight: 0 }],
    missing_counts: 'zero',
    time_zone: 'UTC',
  })
  t.strictSame(Object.keys(set), ['course', 'categories'])
  t.match(set, {
    course: { missing_counts: 'zero', time_zone: 'UTC' },
    categories: [{ weight: 0 }, { weight: 0.25 }],
  })
  t.equal(await version(), 2)
  const after = await book(service)
  t.equal(
    after.data_headings[0].due_at,
    '2015-03-15T23:59:59.000Z',
    'a due day ends in whatever zone the course has now'
  )
  t.match(after.students[2].data[0], { status: 'missing', score: 0 })

  await patch({ missing_counts: 'zero' })
  await patch({ categories: [{ id: reading.id, weight: 0.25 }] })
  await patch({})
  t.equal(await version(), 2, 'a value that is not changed moves nothing')
  t.match(await patch({ categories: [{ id: homework.id, weight: null }] }), {
    categories: [{ weight: 0.75 }, { weight: 0.25 }],
  })
  t.equal(await version(), 3)
})

t.test('a grading scale: tried out, stored, removed', async (t) => {
  const service = await startTestService(t, { courses: [COURSE], now: () => Date.UTC(2015, 4, 1) })
  const patch = async (body: unknown, query = '') =>
    (await service.call('PATCH', `/api/courses/1${query}`, { body })).json()
  const version = async () => (await service.services.courses.find(1))!.data_version
  const grades = ({ students }: { students: Array<{ grade?: string | null }> }) =>
    students.map(({ grade }) => grade)
  const scale = [{ grade: 'A', from: 0.75 }, { grade: 'B', from: 0.5 }, { grade: 'F', from: 0 }]

  t.strictSame(grades(await patch({}, '?dry_run=true')), [undefined, undefined, undefined])
  const tried = await patch({ grading_scale: scale }, '?dry_run=true')
  t.strictSame(tried.course.grading_scale, scale)
  t.strictSame(grades(tried), ['B', 'A', null])
  t.equal(await version(), 1)
  t.strictSame(grades(await book(service)), [null, null, null])

  t.strictSame((await patch({ grading_scale: scale })).course.grading_scale, scale)
  t.equal(await version(), 2)
  const after = await book(service)
  t.strictSame(after.course.grading_scale, scale)
  t.strictSame(grades(after), ['B', 'A', null])
  t.strictSame(grades(await patch({ missing_counts: 'zero' }, '?dry_run=true')), ['B', 'A', 'F'])

  await patch({ grading_scale: scale.map(({ grade, from }) => ({ from, grade })) })
  await patch({ time_zone: 'America/Chicago' })
  t.equal(await version(), 2, 'a scale that is not changed moves nothing')
  t.equal((await patch({ grading_scale: null })).course.grading_scale, null)
  t.equal(await version(), 3)
  await patch({ grading_scale: null })
  t.equal(await version(), 3)
  t.strictSame(grades(await book(service)), [null, null, null])
  const { entries } = (await service.call('GET', '/api/audit')).json()
  t.match(entries, [{ action: 'course.set', subject: 'course 1' }])
})

t.test('an imported grading scale can be removed for good', async (t) => {
  const scale = [{ grade: 'P', from: 0 }]
  const service = await startTestService(t, { courses: [{ ...COURSE, gradingScale: scale }] })
  t.strictSame((await book(service)).course.grading_scale, scale)
  const removed = await service.call('PATCH', '/api/courses/1', { body: { grading_scale: null } })
  t.equal(removed.json().course.grading_scale, null)
  t.equal((await book(service)).course.grading_scale, null)
})

t.test('invalid grading scales', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const refused = async (scale: unknown) =>
    (await service.call('PATCH', '/api/courses/1', { body: { grading_scale: scale } })).json()
  const limits = (...from: unknown[]) => from.map((limit, i) => ({ grade: `G${i}`, from: limit }))
  const cases: Array<[unknown, RegExp]> = [
    [[], /^grading_scale: must NOT have fewer than 1 items$/],
    [limits(...Array.from({ length: 41 }, (_, i) => (40 - i) / 40)), /^grading_scale: .*more than 40 items$/],
    ['A', /^grading_scale: /],
    [limits('0'), /^grading_scale\.0\.from: must be number$/],
    [limits(1.1, 0), /^grading_scale\.0\.from: must be <= 1$/],
    [limits(0.5, -0.1), /^grading_scale\.1\.from: must be >= 0$/],
    [limits(0.9, 0.8), /^grading_scale\.1\.from: is 0\.8, expected 0: the lowest grade begins there$/],
    [limits(0.8, 0.8, 0), /^grading_scale\.1\.from: is 0\.8, expected less than the 0\.8 of the grade before/],
    [limits(0, 0.5), /^grading_scale\.1\.from: is 0\.5, expected less than the 0 /],
    [[{ grade: '', from: 0 }], /^grading_scale\.0\.grade: /],
    [[{ grade: '\t', from: 0 }], /^grading_scale\.0\.grade: is not a grade/],
    [[{ grade: 'x'.repeat(51), from: 0 }], /^grading_scale\.0\.grade: /],
    [[{ grade: 'A\0', from: 0 }], /^grading_scale\.0\.grade: must not contain a NUL character$/],
    [[{ from: 0 }], /^grading_scale\.0\.grade: is missing/],
    [[{ grade: 'A', from: 0, to: 1 }], /^grading_scale\.0\.to: there is no such field/],
  ]
  for (const [scale, message] of cases) {
    t.match(await refused(scale), { statusCode: 400, code: 'VALIDATION_FAILED', message }, String(message))
  }
  t.equal((await service.services.courses.find(1))!.data_version, 1)
  t.strictSame((await refused(limits(1, ...Array.from({ length: 39 }, (_, i) => (38 - i) / 39))))
    .course.grading_scale.length, 40)
})

t.test('invalid settings', async (t) => {
  const service = await startTestService(t, { courses: [COURSE, OTHER] })
  const refused = async (body: unknown) => (await service.call('PATCH', '/api/courses/1', { body })).json()
  t.match(await refused({ time_zone: 'Mars/Olympus' }), {
    statusCode: 400,
    code: 'VALIDATION_FAILED',
    message: /^time_zone: /,
  })
  t.match(await refused({ missing_counts: 'none' }), {
    code: 'VALIDATION_FAILED',
    message: /^missing_counts: /,
  })
  t.match(await refused({ weight: 1 }), { code: 'VALIDATION_FAILED', message: /^weight: / })
  t.match(await refused({ categories: [{ id: 1, weight: '0.5' }] }), {
    code: 'VALIDATION_FAILED',
    message: /weight/,
  })
  t.match(await refused({ categories: [{ id: 1, weight: 60 }] }), {
    code: 'VALIDATION_FAILED',
    message: /weight/,
  })
  t.match(await refused({ categories: [{ id: 999, weight: 0.5 }] }), {
    code: 'VALIDATION_FAILED',
    message: /^categories: /,
  })
  t.match(await refused('x'), { statusCode: 415 })
  t.equal((await service.services.courses.find(1))!.data_version, 1)
})

t.test("whose courses: a teacher's by email, all for an administrator, none for a student", async (t) => {
  const service = await startTestService(t, { courses: [COURSE, OTHER] })
  const list = async (token: string | null, query = '') =>
    (await service.call('GET', `/api/courses${query}`, { token })).json()
  t.strictSame(await list(await service.token('teacher')), [{
    id: 1,
    source_id: 'phys-1',
    name: 'Physics I',
    term: 'Spring 2015',
    school: 'Hill School',
    student_count: 2,
  }])
  t.equal((await list(await service.token('admin'))).length, 2)
  t.strictSame(
    (await list(await service.token('admin'), '?source_id=chem-1')).map((course: { name: string }) =>
      course.name
    ),
    ['Chemistry']
  )
  t.match(await list(await service.token('student')), { statusCode: 403, code: 'NOT_A_TEACHER' })
  t.match(await list(null), { statusCode: 401, code: 'UNAUTHENTICATED' })
})

t.test('401, then 404, then 403', async (t) => {
  const service = await startTestService(t, { courses: [COURSE, OTHER] })
  const teacher = await service.token('teacher')
  const routes = [['GET', ''], ['GET', '/exports'], ['GET', '/exports/latest'], ['POST', '/export'], [
    'DELETE',
    '/exports/1',
  ]] as const
  for (const [method, rest] of routes) {
    const code = async (course: string, token: string | null) =>
      (await service.call(method, `/api/courses/${course}/performance${rest}`, { token })).json().code
    t.equal(await code('999', null), 'UNAUTHENTICATED', `${method} ${rest}`)
    t.equal(await code('1', 'pb_wrong'), 'UNAUTHENTICATED')
    for (const id of ['999', '0', '-1', '1.5', 'x', '01', '99999999999999999999']) {
      t.equal(await code(id, teacher), 'COURSE_NOT_FOUND', `${method} ${rest} ${id}`)
    }
    t.equal(await code('2', teacher), 'NOT_A_TEACHER')
    t.equal(await code('1', await service.token('student')), 'NOT_A_TEACHER')
  }
  const reader = await service.token('teacher', { scopes: ['read'] })
  t.equal(
    (await service.call('POST', '/api/courses/1/performance/export', { token: reader })).json().code,
    'INSUFFICIENT_SCOPE'
  )
  t.equal((await service.call('GET', '/api/courses/1/performance', { token: reader })).status, 200)
  t.equal(
    (await service.call('POST', '/api/courses/1/performance/export', {
      token: teacher,
      body: '{"bad',
      headers: { 'content-type': 'application/json' },
    })).json().code,
    'INVALID_JSON'
  )
  t.equal(
    (await service.call('POST', '/api/courses/999/performance/export', {
      token: teacher,
      body: '{"bad',
      headers: { 'content-type': 'application/json' },
    })).json().code,
    'COURSE_NOT_FOUND',
    'before the body is looked at'
  )
})

t.test('deleting a course deletes its scores, files and jobs', async (t) => {
  const service = await startTestService(t, { courses: [COURSE, OTHER] })
  const { services, call } = service
  await call('POST', '/api/courses/1/performance/export')
  await services.runner.drain()
  const [item] = (await call('GET', '/api/courses/1/performance/exports')).json()
  t.equal(
    (await call('DELETE', '/api/courses/1', { token: await service.token('teacher') })).json().code,
    'INSUFFICIENT_SCOPE'
  )
  t.equal((await call('DELETE', '/api/courses/1')).status, 204)
  t.equal((await call('DELETE', '/api/courses/1')).json().code, 'COURSE_NOT_FOUND')
  t.equal((await call('GET', new URL(item.url).pathname, { token: null })).status, 404)
  for (
    const table of [
      'students',
      'student_scores',
      'tasks',
      'categories',
      'periods',
      'exports',
      'files',
      'file_intents',
    ] as const
  ) {
    t.strictSame(await services.db.reads.selectFrom(table).selectAll().execute(), [], table)
  }
  t.equal((await call('GET', '/api/courses')).json().length, 1)
})

t.test('a small page can be polled: 304 until the book or its exports change', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const path = `/api/courses/${service.courseIds[0]}/performance`
  const poll = (etag?: string) =>
    service.call('GET', `${path}?limit=1`, etag === undefined ? {} : { headers: { 'if-none-match': etag } })
  const first = await poll()
  const etag = first.headers['etag']
  t.equal((await poll(etag)).status, 304)
  await service.call('POST', `${path}/export`)
  await service.services.runner.drain()
  const exported = await poll(etag)
  t.equal(exported.status, 200)
  t.equal(exported.json().version, first.json().version, 'an export changes no number')
  await service.call('PATCH', `/api/courses/${service.courseIds[0]}`, { body: { missing_counts: 'zero' } })
  t.not((await poll(exported.headers['etag'])).json().version, first.json().version)
  t.equal((await book(service)).version, (await poll()).json().version, 'whichever page')
})

t.test('the version of a book changes when a date passes', async (t) => {
  let now = Date.UTC(2015, 0, 5)
  const service = await startTestService(t, { courses: [COURSE], now: () => now })
  const versions = new Set<string>()
  const due = (await book(service)).data_headings.map((task: { due_at: string | null }) =>
    task.due_at === null ? NaN : Date.parse(task.due_at)).find((ms: number) => !Number.isNaN(ms))
  t.ok(due)
  for (const time of [due - 1000, due + 1000]) {
    now = time
    versions.add((await book(service)).version)
  }
  t.equal(versions.size, 2)
})
