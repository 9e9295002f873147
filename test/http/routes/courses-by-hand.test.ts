// Teachers, names and archived courses: what administrators do by hand, and that imports leave it alone.
import t from 'tap'
import type { TestService } from '../../support/test-service.ts'
import { district, entries, startDistrict, TED, type District } from './district.ts'
import { result } from '../../imports/bundles.ts'

const UNA = 'una@example.edu'
const put = async (service: TestService, body: unknown, token?: string) => (await service.call(
  'PUT', '/api/courses/1/teachers', { body, ...(token === undefined ? {} : { token }) }
)).json()
const teachers = async (service: TestService, id = 1) =>
  (await service.call('GET', `/api/courses/${id}/teachers`)).json()
const patch = async (service: TestService, body: unknown, token?: string) => (await service.call(
  'PATCH', '/api/courses/1', { body, ...(token === undefined ? {} : { token }) }
)).json()
const names = async (service: TestService, query = '', token?: string) => {
  const answer = await service.call('GET', `/api/courses${query}`, token === undefined ? {} : { token })
  return (answer.json() as Array<{ name: string }>).map(({ name }) => name)
}
const version = async (service: District) =>
  (await service.services.courses.find(1))?.data_version
const roster = async (service: District, tables = district()) =>
  await service.take('/api/imports', tables, { token: service.admin, isDelta: false })

const TED_LISTED = { email: TED, first_name: 'Ted', last_name: 'Mayer', origin: 'roster' }

t.test('teachers by hand: they see the course, and rosters leave them alone', async (t) => {
  const service = await startDistrict(t)
  const una = await service.token('teacher', { email: UNA })
  t.strictSame(await teachers(service), [TED_LISTED])
  t.strictSame(await names(service, '', una), ['Music'])
  const before = await version(service)

  // Una is known from the roster of another course.
  t.strictSame(await put(service, { add: ['UNA@example.edu '] }), [
    TED_LISTED, { email: UNA, first_name: 'Una', last_name: 'Fox', origin: 'manual' },
  ])
  t.equal(await version(service), (before ?? 0) + 1, 'the workbook names the teachers')
  t.strictSame(await names(service, '', una), ['Physics', 'Music'])
  t.equal((await service.call('GET', '/api/courses/1/performance', { token: una })).status, 200)

  await put(service, { remove: [TED] })
  t.match(await teachers(service), [{ email: UNA }])
  t.strictSame(await names(service, '', service.ted), [])
  t.match((await service.call('GET', '/api/courses/1/performance', { token: service.ted })).json(), {
    statusCode: 403, code: 'NOT_A_TEACHER',
  })

  // The roster has Ted again, then also Una, then neither.
  await roster(service)
  t.match(await teachers(service), [{ email: UNA, origin: 'manual' }])
  const both = district()
  both.enrollments?.push({ ...both.enrollments[0], sourcedId: 'e-una', userSourcedId: 'una' })
  t.match(await roster(service, both), { status: 'succeeded' })
  t.match(await teachers(service), [{ email: UNA, origin: 'roster' }])
  const neither = district()
  neither.enrollments = (neither.enrollments ?? []).filter((row) => row.role !== 'teacher')
  t.match(await roster(service, neither), { status: 'succeeded' })
  t.match(await teachers(service), [{ email: UNA, origin: 'manual' }])
  t.match(await roster(service), { status: 'succeeded' })
  t.match(await teachers(service), [{ email: UNA }], 'Ted stays removed')

  // The roster has another email address for Ted. He is the same person.
  const moved = district()
  const ted = moved.users?.find((row) => row.email === TED)
  const newAddress = 'ted.mayer@example.edu'
  Object.assign(ted ?? {}, { email: newAddress })
  const asTed = await service.token('teacher', { email: newAddress })
  t.match(await roster(service, moved), { status: 'succeeded' })
  t.match(await teachers(service), [{ email: UNA }], 'he stays removed')
  t.strictSame(await names(service, '', asTed), [])
  t.strictSame(await put(service, { remove: [newAddress] }), await teachers(service), 'he is removed already')
  const again = [{ email: newAddress, origin: 'roster' }, { email: UNA }]
  t.match(await put(service, { add: [newAddress] }), again)
  t.strictSame(await names(service, '', asTed), ['Physics'])
  await put(service, { remove: [newAddress] })
  t.match(await roster(service), { status: 'succeeded' })
  t.match(await teachers(service), [{ email: UNA }], 'also with the old address again')

  await put(service, { add: [TED], remove: [UNA] })
  t.strictSame(await teachers(service), [TED_LISTED])
  const unchanged = await version(service)
  await put(service, { add: [TED], remove: [UNA] })
  t.equal(await version(service), unchanged, 'what is so already changes nothing')
})

t.test('teachers by hand: who may, and what is refused as a whole', async (t) => {
  const service = await startDistrict(t)
  t.match(await put(service, { remove: [TED] }, service.ted), { code: 'INSUFFICIENT_SCOPE', statusCode: 403 })
  const missing = await service.call('GET', '/api/courses/99/teachers')
  t.match(missing.json(), { code: 'COURSE_NOT_FOUND' })
  await service.token('student', { email: 'stu@example.edu' })
  for (const [body, message] of [
    [{ add: [UNA, 'who@example.edu'] }, /add: there is no account for who@example\.edu.*invite them first/],
    [{ add: [UNA], remove: ['typo@example.edu'] }, /remove: .*typo@example\.edu.*check the email address/],
    [{ add: [UNA, 'stu@example.edu'] }, /add: stu@example\.edu has the role student/],
    [{ add: [UNA], remove: [UNA.toUpperCase()] }, /remove: una@example\.edu is in add too/],
    [{ add: [''] }, /add/],
    [{ added: [UNA] }, /added/],
    [{ add: UNA }, /add/],
  ] as const) {
    t.match(await put(service, body), { statusCode: 400, code: 'VALIDATION_FAILED', message })
  }
  t.strictSame(await teachers(service), [TED_LISTED])
  t.strictSame(await put(service, {}), [TED_LISTED])
})

t.test('a name by hand survives a roster; null restores the name of the roster', async (t) => {
  const service = await startDistrict(t)
  const before = await version(service)
  t.match(await patch(service, { name: ' Physics with Ted ' }), { course: { name: 'Physics with Ted' } })
  t.equal(await version(service), (before ?? 0) + 1)
  const renamed = district()
  Object.assign(renamed.courses?.[0] ?? {}, { title: 'Physics 2' })
  t.match(await roster(service, renamed), { summary: { courses: { updated: 1 } } })
  t.strictSame(await names(service), ['Physics with Ted', 'Music'])
  t.match((await service.call('GET', '/api/courses?details=true')).json(), [
    { name: 'Physics with Ted', roster_name: 'Physics 2' }, { name: 'Music', roster_name: null },
  ])
  t.match(await roster(service, renamed), { summary: { courses: { unchanged: 2, updated: 0 } } })

  const imports = (await service.call('GET', '/api/imports')).json().imports as Array<{ id: number }>
  await service.call('POST', `/api/imports/${imports[1]?.id}/undo`)
  await service.services.runner.drain()
  t.match((await service.call('GET', '/api/courses?details=true')).json(), [
    { name: 'Physics with Ted', roster_name: 'Physics' }, {},
  ], 'an undo is about the name of the roster')
  t.match(await patch(service, { name: null }), { course: { name: 'Physics' } })
  const unchanged = await version(service)
  t.match(await patch(service, { name: null }), { course: { name: 'Physics' } })
  t.equal(await version(service), unchanged)

  const preview = await service.call('PATCH', '/api/courses/1?dry_run=true', { body: { name: 'Tried' } })
  t.match(preview.json(), { course: { name: 'Tried' } })
  t.strictSame(await names(service), ['Physics', 'Music'])
  for (const name of ['', '  ', 'a\nb', 'x'.repeat(1001), 5]) {
    t.match(await patch(service, { name }), { statusCode: 400, code: 'VALIDATION_FAILED', message: /name/ })
  }
})

t.test('only administrators rename and archive', async (t) => {
  const service = await startDistrict(t)
  for (const body of [{ name: 'Mine' }, { archived: true }, { archived: false, missing_counts: 'zero' }]) {
    t.match(await patch(service, body, service.ted), {
      statusCode: 403, code: 'INSUFFICIENT_SCOPE', message: /Only administrators/,
    })
  }
  for (const query of ['?details=true', '?user_id=1']) {
    const answer = await service.call('GET', `/api/courses${query}`, { token: service.ted })
    t.match(answer.json(), { statusCode: 403, code: 'INSUFFICIENT_SCOPE' })
  }
  t.match((await service.call('GET', '/api/courses?user_id=999')).json(), { code: 'USER_NOT_FOUND' })
  t.equal((await service.call('GET', '/api/courses?user_id=1e30')).status, 400, 'an id of no database')
  t.match(await patch(service, { missing_counts: 'zero' }, service.ted), { course: { archived: false } })
})

t.test('an archived course is out of the lists, its files stay, and imports leave it alone', async (t) => {
  const service = await startDistrict(t)
  await service.call('POST', '/api/courses/1/performance/export')
  await service.services.runner.drain()
  const before = await version(service)
  t.match(await patch(service, { archived: true }), { course: { archived: true } })
  t.equal(await version(service), before, 'the book is the same')

  t.strictSame(await names(service), ['Music'])
  t.strictSame(await names(service, '?archived=true'), ['Physics'])
  t.strictSame(await names(service, '?archived=all'), ['Physics', 'Music'])
  t.strictSame(await names(service, '', service.ted), [])
  t.strictSame(await names(service, '?archived=true', service.ted), ['Physics'])
  const asTed = { token: service.ted }
  const book = await service.call('GET', '/api/courses/1/performance', asTed)
  t.match(book.json(), { course: { archived: true }, exports: [{ is_current: true }] })
  const latest = await service.call('GET', '/api/courses/1/performance/exports/latest', asTed)
  t.equal(latest.status, 302)

  const changed = district()
  Object.assign(changed.courses?.[0] ?? {}, { title: 'Physics 2' })
  Object.assign(changed.classes?.at(-1) ?? {}, { title: 'Music 2' })
  changed.results?.push(result('r9', 'li2-p1', 'bob', 3))
  t.match(await roster(service, changed), {
    summary: {
      courses: { updated: 1, unchanged: 1, removed: 0 }, scores: { added: 0 },
      warnings: [{ code: 'archived_course', count: 1, cell: 'Physics' }],
    },
  })
  const classes = (district().classes ?? []).slice(0, 2).map((row) => ({ ...row, status: 'tobedeleted' }))
  t.match(await service.take('/api/imports', { classes }, { token: service.admin }), {
    status: 'succeeded', summary: { courses: { removed: 0 }, warnings: [{ code: 'archived_course' }] },
  })
  t.equal(await version(service), before)
  t.strictSame(await names(service, '?archived=all'), ['Physics', 'Music 2'])
  const into = await service.take('/api/courses/1/imports', { results: [result('r9', 'li2-p1', 'bob', 3)] }, {
    token: service.ted,
  })
  t.match(into, { status: 'failed', errors: [{ message: /the course "Physics" is archived/ }] })

  t.match(await patch(service, { archived: false }), { course: { archived: false } })
  t.match(await roster(service, changed), { summary: { courses: { updated: 1 }, scores: { added: 1 } } })
  t.strictSame(await names(service), ['Physics 2', 'Music 2'])
})

t.test('details for administrators; the courses of a user', async (t) => {
  const service = await startDistrict(t)
  await put(service, { add: [UNA] })
  const [physics, music] = (await service.call('GET', '/api/courses?details=true')).json()
  t.match(physics, {
    name: 'Physics', archived: false, roster_name: null, periods: ['Period 1', 'Period 2'],
    teachers: [{ email: TED, origin: 'roster' }, { email: UNA, origin: 'manual' }],
    last_import_at: /^\d{4}-.*Z$/,
  })
  t.match(music, { teachers: [{ email: UNA, origin: 'roster' }], periods: ['Music'] })
  const una = await service.services.accounts.findByEmail(UNA)
  t.strictSame(await names(service, `?user_id=${una?.id}`), ['Physics', 'Music'])
  t.equal((await service.call('GET', '/api/courses')).json()[0].teachers, undefined)
})

t.test('the audit log has the values before and after, in one entry; a preview has none', async (t) => {
  const service = await startDistrict(t)
  const { categories } = await patch(service, {})
  await patch(service, { name: 'P', archived: true, missing_counts: 'zero' })
  const weights = categories.map(({ id }: { id: number }, i: number) => ({ id, weight: i === 0 ? 1 : 0 }))
  await patch(service, { categories: weights })
  await service.call('PATCH', '/api/courses/1?dry_run=true', { body: { name: 'Q' } })
  t.match(await entries(service, 'course.set'), [
    { subject: 'course 1', changes: { weights: [{ Exams: 0.5 }, { Exams: 0 }] } },
    {
      subject: 'course 1',
      changes: { name: ['Physics', 'P'], archived: [false, true], missing_counts: ['ignored', 'zero'] },
    },
    { subject: 'course 1', changes: {} },
  ])
  await put(service, { add: [UNA], remove: [TED] })
  const id = async (email: string) => (await service.services.accounts.findByEmail(email))?.id
  t.match(await entries(service, 'course.teachers'), [
    { subject: 'course 1', changes: { added: [await id(UNA)], removed: [await id(TED)] } },
  ])
})

t.test('weights that are all zero are refused, also in a preview', async (t) => {
  const service = await startDistrict(t)
  const { categories } = await patch(service, {})
  const zero = { categories: categories.map(({ id }: { id: number }) => ({ id, weight: 0 })) }
  t.match(await patch(service, zero, service.ted), { statusCode: 400, code: 'ALL_WEIGHTS_ZERO' })
  const preview = await service.call('PATCH', '/api/courses/1?dry_run=true', { body: zero })
  t.match(preview.json(), { statusCode: 400, code: 'ALL_WEIGHTS_ZERO' })
  t.strictSame((await patch(service, {})).categories, categories)
  t.match(await patch(service, { categories: zero.categories.slice(1) }), { course: { id: 1 } })
})
