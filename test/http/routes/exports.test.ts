import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { CourseDescription } from '../../support/book-database.ts'
import { readCells } from '../../support/ooxml-cells.ts'
import { startTestService, TEACHER, type TestService } from '../../support/test-service.ts'

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const COURSE: CourseDescription = {
  name: 'Physics I',
  teachers: [{ email: TEACHER, firstName: 'Tea', lastName: 'Cher' }],
  categories: [{ name: 'Homework' }],
  tasks: [{ title: 'HW 1', category: 0, pointsPossible: 10, dueOn: '2015-02-01' }],
  students: [{ lastName: 'Ames', cells: [7] }, { lastName: 'Burr', cells: [9] }],
}

const path = ({ courseIds }: TestService, rest = '') => `/api/courses/${courseIds[0]}/performance${rest}`

/** Presses Export and waits until the jobs are done. */
async function exported (service: TestService, body?: unknown) {
  const answer = await service.call('POST', path(service, '/export'), { body })
  await service.services.runner.drain()
  return answer
}

t.test('from the click to the file', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const token = await service.token('teacher')
  const { call } = service
  t.strictSame((await call('GET', path(service, '/exports'), { token })).json(), [])
  t.equal((await call('GET', path(service, '/exports/latest'), { token })).json().code, 'NO_EXPORT_YET')

  const asked = await call('POST', path(service, '/export'), { token })
  t.equal(asked.status, 202)
  const ticket = asked.json()
  t.strictSame(Object.keys(ticket), ['job', 'id', 'status', 'requested_at', 'joined'])
  t.match(ticket, {
    job: `/api/jobs/${ticket.id}`,
    status: 'queued',
    joined: false,
    requested_at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  })
  t.equal(asked.headers.location, ticket.job)
  await service.services.runner.drain()

  const job = (await call('GET', ticket.job, { token })).json()
  t.match(job, {
    kind: 'performance-export',
    status: 'succeeded',
    course_id: service.courseIds[0],
    progress: 1,
    attempts: 1,
    requested_by: 'Tea Cher',
    error: null,
  })
  const list = await call('GET', path(service, '/exports'), { token })
  const [item] = list.json()
  t.strictSame(Object.keys(item), [
    'id',
    'filename',
    'url',
    'created_at',
    'size',
    'job_id',
    'is_current',
    'expires_at',
    'created_by',
    'format',
    'options',
  ])
  t.match(item, {
    id: job.export_id,
    url: job.url,
    job_id: ticket.id,
    is_current: true,
    expires_at: null,
    created_by: 'Tea Cher',
  })
  t.strictSame(item.options, {})
  t.match(item.url, /^http:\/\/[^/]+\/files\/[0-9a-f]{32}\/Physics_I_Performance_\d{8}-\d{6}\.xlsx$/)
  t.ok(item.created_at > ticket.requested_at, 'made after it was asked for')

  const file = await call('GET', new URL(item.url).pathname, { token: null })
  t.equal(file.status, 200)
  t.equal(file.headers['content-type'], XLSX)
  t.equal(file.bytes.length, item.size)
  t.equal(file.bytes.subarray(0, 2).toString(), 'PK')
  const latest = await call('GET', path(service, '/exports/latest'), { token })
  t.equal(latest.status, 302)
  t.equal(latest.headers.location, item.url)

  t.equal(
    (await call('GET', path(service, '/exports'), {
      token,
      headers: { 'if-none-match': list.headers.etag! },
    })).status,
    304
  )
  t.equal((await call('DELETE', path(service, `/exports/${item.id}`), { token })).status, 204)
  t.equal((await call('GET', new URL(item.url).pathname, { token: null })).json().code, 'FILE_NOT_FOUND')
  t.equal(
    (await call('DELETE', path(service, `/exports/${item.id}`), { token })).json().code,
    'EXPORT_NOT_FOUND'
  )
  t.strictSame((await call('GET', path(service, '/exports'), { token })).json(), [])
  t.equal((await call('GET', ticket.job, { token })).json().url, null)
})

t.test('eight clicks at once make one job and one file; after a change, a second', async (t) => {
  // The job must not end before the last click: a click after its end starts another job.
  const service = await startTestService(t, { courses: [COURSE], withoutRunner: true })
  const clicks = await Promise.all(
    Array.from({ length: 8 }, () => service.call('POST', path(service, '/export')))
  )
  await service.services.runner.start()
  const tickets = clicks.map((click) => click.json())
  t.equal(new Set(tickets.map((ticket) => ticket.id)).size, 1)
  t.equal(tickets.filter((ticket) => ticket.joined === false).length, 1)
  await service.services.runner.drain()
  t.equal((await service.call('GET', path(service, '/exports'))).json().length, 1)

  t.equal(
    (await service.call('PATCH', `/api/courses/${service.courseIds[0]}`, {
      body: { missing_counts: 'zero' },
    })).status,
    200
  )
  t.equal((await service.call('GET', path(service, '/exports'))).json()[0].is_current, false)
  const again = (await exported(service)).json()
  t.not(again.id, tickets[0].id)
  t.strictSame(
    (await service.call('GET', path(service, '/exports'))).json().map((item: { is_current: boolean }) =>
      item.is_current
    ),
    [true, false]
  )
})

t.test('who asks for other options gets another file; options compare after defaults', async (t) => {
  const service = await startTestService(t, {
    courses: [COURSE],
    withoutRunner: true,
    settings: { WORKER_THREADS: '1' },
  })
  const ask = async (body?: unknown) =>
    (await service.call('POST', path(service, '/export'), { body })).json()
  const plain = await ask()
  for (const same of [{}, { sheets: 'course' }, { values: 'percent', include_dropped: true }]) {
    t.match(await ask(same), { id: plain.id, joined: true })
  }
  const other = await ask({ include_dropped: false })
  t.match(other, { joined: false })
  t.not(other.id, plain.id)
  await service.services.runner.start()
  await service.services.runner.drain()
  const listed: Array<{ options: object }> = (await service.call('GET', path(service, '/exports'))).json()
  // The one that was requested first is not always stored first.
  t.strictSame(
    listed.map(({ options }) => options).toSorted((a, b) => Object.keys(a).length - Object.keys(b).length),
    [{}, { include_dropped: false }]
  )
})

t.test('one period, in Spanish', async (t) => {
  const withPeriods = (name: string): CourseDescription => ({
    ...COURSE,
    name,
    periods: ['1st', '2nd'],
    students: [
      { lastName: 'Ames', period: 0, cells: [7] },
      { lastName: 'Burr', period: 1, cells: [9] },
      { lastName: 'Cole', period: 1, cells: [3], droppedOn: '2015-03-02' },
    ],
  })
  const service = await startTestService(t, {
    courses: [withPeriods('Physics I'), withPeriods('Physics II')],
    now: () => Date.UTC(2015, 3, 30, 19, 34, 2),
    withoutRunner: true,
    settings: { WORKER_THREADS: '1' },
  })
  const { call, courseIds: [, second] } = service
  const [, period] = (await call('GET', path(service))).json().periods
  const refused = await call('POST', `/api/courses/${second}/performance/export`, {
    body: { period_id: period.id },
  })
  t.match(refused.json(), {
    statusCode: 400,
    code: 'VALIDATION_FAILED',
    message: `period_id: the course has no period with id ${period.id}`,
  }, "of another course's")
  const query = `/export?period_id=${period.id}`
  t.equal((await call('POST', path(service, query))).status, 202, 'a query parameter is no option')

  const body = { language: 'es', period_id: period.id, sheets: 'course' }
  const asked = await call('POST', path(service, '/export'), { body })
  t.match((await call('POST', path(service, '/export'), { body })).json(), {
    id: asked.json().id, joined: true,
  })
  await service.services.runner.start()
  await service.services.runner.drain()
  // The one that was requested first is not always stored first.
  const listed: Array<{ options: object, filename: string, url: string }> =
    (await call('GET', path(service, '/exports'))).json()
  const whole = listed.find(({ options }) => Object.keys(options).length === 0)
  const item = listed.find((one) => one !== whole)
  if (whole === undefined || item === undefined) throw new Error('an export is missing')
  t.strictSame(item.options, { period_id: period.id, language: 'es' })
  t.equal(item.filename, 'Physics_I_2nd_Performance_20150430-193402.xlsx')
  t.strictSame([whole.options, whole.filename], [{}, 'Physics_I_Performance_20150430-193402.xlsx'])

  // The folder of the service's own data.
  const file = join(t.testdirName, 'period.xlsx')
  const { bytes } = await call('GET', new URL(item.url).pathname, { token: null })
  writeFileSync(file, bytes)
  const [summary, performance, ...others] = await readCells(file)
  t.strictSame(others, [])
  const top = Object.values(summary!.cells)
  for (const [label, value] of [['Estudiantes', 1], ['Estudiantes dados de baja', 1], ['Notas', 2]]) {
    t.equal(top[top.indexOf(label!) + 1], value, String(label))
  }
  t.equal(top[top.indexOf('Promedio del curso') + 1], 0.9, 'over the period')
  t.equal(summary!.cells['C7'], 'Grupo: 2nd')
  t.strictSame([9, 10, 11].map((row) => performance!.cells[`A${row}`]), ['Burr', 'Cole', undefined])
  t.strictSame([9, 10].map((row) => performance!.cells[`F${row}`]), ['Activo', 'De baja'])

  await exported(service, { period_id: period.id, sheets: 'period', include_dropped: false })
  const [byPeriod] = (await call('GET', path(service, '/exports'))).json()
  const other = join(t.testdirName, 'by-period.xlsx')
  writeFileSync(other, (await call('GET', new URL(byPeriod.url).pathname, { token: null })).bytes)
  const sheets = await readCells(other)
  t.strictSame(sheets.map(({ name }) => name), ['Summary', '2nd'], 'its sheet alone')
  t.strictSame([9, 10].map((row) => sheets[1]!.cells[`A${row}`]), ['Burr', undefined])
})

t.test('an empty body is an export with all defaults, whatever it calls itself', async (t) => {
  const service = await startTestService(t, { courses: [COURSE], withoutRunner: true })
  for (
    const type of [
      'application/json',
      'application/x-www-form-urlencoded',
      'text/plain',
      'multipart/form-data; boundary=x',
    ]
  ) {
    t.equal(
      (await service.call('POST', path(service, '/export'), { body: '', headers: { 'content-type': type } }))
        .status,
      202,
      type
    )
  }
})

t.test('what is wrong with the options is said and nothing is queued', async (t) => {
  const service = await startTestService(t, { courses: [COURSE], withoutRunner: true })
  const refused = async (body: unknown, headers: Record<string, string> = {}) =>
    (await service.call('POST', path(service, '/export'), { body, headers })).json()
  t.match(await refused({ sheet: 'period' }), {
    statusCode: 400,
    code: 'VALIDATION_FAILED',
    error: 'Bad Request',
    message: /^sheet: /,
  })
  t.match(await refused({ sheets: 'periods' }), {
    code: 'VALIDATION_FAILED',
    message: 'sheets: must be one of course, period',
  })
  t.match(await refused({ include_dropped: 'true' }), {
    code: 'VALIDATION_FAILED',
    message: /^include_dropped: /,
  })
  t.match(await refused({ language: 'de' }), {
    code: 'VALIDATION_FAILED',
    message: 'language: must be one of en, es',
  })
  for (const id of [0, -1, 1.5, '1', null, 2 ** 53]) {
    const answer = await refused({ period_id: id })
    t.match(answer, { code: 'VALIDATION_FAILED', message: /^period_id: / }, String(id))
  }
  t.match(await refused({ period_id: 999_999 }), {
    statusCode: 400,
    code: 'VALIDATION_FAILED',
    message: 'period_id: the course has no period with id 999999',
  })
  t.match(await refused([]), { code: 'VALIDATION_FAILED' })
  t.match(await refused('{"sheets":', { 'content-type': 'application/json' }), {
    statusCode: 400,
    code: 'INVALID_JSON',
  })
  t.match(await refused('a=b', { 'content-type': 'application/x-www-form-urlencoded' }), {
    statusCode: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
  })
  t.match(await refused({ x: 'x'.repeat(2_000_000) }), { statusCode: 413, code: 'BODY_TOO_LARGE' })
  t.strictSame((await service.call('GET', '/api/jobs')).json().jobs, [])
})

t.test('a clock that was set back: the file is newer than the click, never an old one', async (t) => {
  let now = Date.UTC(2026, 0, 1, 12)
  const service = await startTestService(t, { courses: [COURSE], now: () => now })
  await exported(service)
  const [first] = (await service.call('GET', path(service, '/exports'))).json()
  now -= 3_600_000
  const asked = (await service.call('POST', path(service, '/export'))).json()
  t.ok(
    asked.requested_at >= first.created_at,
    'a client that waits for a newer file does not take the old one'
  )
  // The clock is set back again before each of these.
  now -= 3_600_000
  const body = { values: 'points' }
  const other = (await service.call('POST', path(service, '/export'), { body })).json()
  t.not(other.id, asked.id)
  t.ok(other.requested_at >= asked.requested_at, 'requests of a course are in order')
  now -= 3_600_000
  await service.services.runner.drain()
  const [third, second] = (await service.call('GET', path(service, '/exports'))).json()
  t.not(second.id, first.id)
  t.ok(second.created_at > asked.requested_at)
  t.ok(third.created_at >= second.created_at && third.created_at > other.requested_at)
})

t.test('a due or drop date that passes makes an export out of date', async (t) => {
  let now = Date.UTC(2015, 2, 1, 12)
  const course: CourseDescription = {
    ...COURSE,
    students: [...COURSE.students!, { lastName: 'Cole', droppedOn: '2015-03-02' }],
  }
  const service = await startTestService(t, { courses: [course], now: () => now })
  await exported(service)
  const isCurrent = async () => (await service.call('GET', path(service, '/exports'))).json()[0].is_current
  t.equal(await isCurrent(), true)
  now = Date.UTC(2015, 2, 2) - 1
  t.equal(await isCurrent(), true)
  // A poll may be answered with what was true a second ago.
  now += 1000
  t.equal(await isCurrent(), false)
})

t.test('behind a public address with a path', async (t) => {
  const service = await startTestService(t, {
    courses: [COURSE],
    settings: { PUBLIC_URL: 'https://school.example/perfbook/' },
  })
  const asked = await service.call('POST', `/perfbook${path(service, '/export')}`)
  t.match(asked.json().job, /^\/perfbook\/api\/jobs\/\d+$/)
  t.equal(asked.headers.location, asked.json().job)
  await service.services.runner.drain()
  const [item] = (await service.call('GET', path(service, '/exports'))).json()
  t.ok(item.url.startsWith('https://school.example/perfbook/files/'))
  t.equal(
    (await service.call('GET', new URL(item.url).pathname, { token: null })).status,
    200,
    'the proxy may keep the path or strip it'
  )
})

t.test('limits: the queue, the rate, the quota, a closing server', async (t) => {
  const courses = [COURSE, { ...COURSE, name: 'Other' }]
  const service = await startTestService(t, {
    courses,
    withoutRunner: true,
    settings: { QUEUE_MAX: '1', EXPORT_RATE_MAX: '4' },
  })
  const ask = (course: number) =>
    service.call('POST', `/api/courses/${service.courseIds[course]}/performance/export`)
  t.equal((await ask(0)).status, 202)
  const full = await ask(1)
  t.match(full.json(), { statusCode: 503, code: 'QUEUE_FULL' })
  t.ok(Number(full.headers['retry-after']) > 0)
  t.match((await ask(0)).json(), { joined: true }, 'joining needs no room')
  service.gate.close()
  const closing = await ask(0)
  t.match(closing.json(), { statusCode: 503, code: 'SHUTTING_DOWN' })
  t.ok(Number(closing.headers['retry-after']) > 0)
  const limited = await ask(0)
  t.match(limited.json(), {
    statusCode: 429,
    code: 'RATE_LIMITED',
    error: 'Too Many Requests',
    message: /More than 4 exports were requested within a minute/,
  })
  t.ok(Number(limited.headers['retry-after']) > 0)
  t.equal(
    (await service.call('POST', `/api/courses/${service.courseIds[0]}/performance/export`, {
      token: await service.token('admin', { email: 'second@example.edu' }),
    })).json().code,
    'SHUTTING_DOWN',
    'another user is not limited by it'
  )
})
