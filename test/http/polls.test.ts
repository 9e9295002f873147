// Polls are answered from memory until the next commit. These tests cover what clients must notice at once.
import t, { type Test } from 'tap'
import { listenRaw, type RawAnswer } from '../support/raw-request.ts'
import {
  ADMIN,
  disableUser,
  startTestService,
  TEACHER,
  type TestService,
  type TestServiceOptions,
} from '../support/test-service.ts'
import { until } from '../support/until.ts'

const COURSE = {
  name: 'Physics',
  teachers: [{ email: TEACHER }],
  tasks: [{ title: 'HW' }],
  students: [{ lastName: 'Ames', cells: [0.5] }],
}
const EXPORTS = '/api/courses/1/performance/exports'

interface Polled extends Pick<TestService, 'services' | 'call' | 'token'> {
  /** GET, with a token (default: the administrator's) or none. */
  poll: (
    path: string,
    options?: { token?: string | null, headers?: Record<string, string> },
  ) => Promise<RawAnswer & { json: () => any }>
  /** How often the list of exports was looked up. */
  lookUps: () => number
}

async function startPolled (t: Test, options: TestServiceOptions): Promise<Polled> {
  const service = await startTestService(t, options)
  const { services, call, token } = service
  const { list } = services.exports
  let count = 0
  services.exports.list = async (courseId) => {
    count++
    return await list(courseId)
  }
  const { request } = await listenRaw(service)
  return {
    services,
    call,
    token,
    lookUps: () => count,
    async poll (path, { token: given, headers = {} } = {}) {
      const bearer = given === null ? undefined : given ?? await token('admin', { email: ADMIN })
      const answer = await request('GET', path, {
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...headers,
      })
      return { ...answer, json: () => JSON.parse(answer.body.toString()) as unknown }
    },
  }
}

t.test('what was committed is in the next answer', async (t) => {
  const { poll, call, services, lookUps } = await startPolled(t, { courses: [COURSE] })
  for (let i = 0; i < 2; i++) t.strictSame((await poll(EXPORTS)).json(), [])
  const { id } = (await call('POST', '/api/courses/1/performance/export')).json()
  t.match((await poll(`/api/jobs/${id}`)).json(), { id })
  await services.runner.drain()
  t.equal((await poll(`/api/jobs/${id}`)).json().status, 'succeeded')
  const made = await poll(EXPORTS)
  t.match(made.json(), [{ job_id: id, is_current: true }])
  // A second, or with PostgreSQL half of one, may have passed since the last look.
  const again = await until('a poll is answered from memory', async () => {
    const before = lookUps()
    const answer = await poll(EXPORTS)
    return lookUps() === before && answer
  })
  t.strictSame(again.body, made.body)
  const headersOf = ({ headers: { date, ...headers } }: typeof made) => headers
  t.strictSame(headersOf(again), headersOf(made), 'the same headers, including those for security')
  for (let i = 0; i < 2; i++) {
    const { status, body } = await poll(EXPORTS, { headers: { 'if-none-match': made.headers.etag! } })
    t.strictSame([status, body.length], [304, 0])
  }
  await call('DELETE', `${EXPORTS}/${made.json()[0].id}`)
  t.strictSame((await poll(EXPORTS)).json(), [])
})

t.test('an answer is for the client that asked, as long as it has access', async (t) => {
  const clock = { now: Date.UTC(2026, 0, 5) }
  const { poll, services: { accounts }, token } = await startPolled(t, {
    courses: [COURSE, { name: 'Biology' }],
    now: () => clock.now,
  })
  const teacher = await token('teacher', { email: TEACHER })
  t.equal((await poll(EXPORTS, { token: teacher })).status, 200)
  t.equal(
    (await poll(EXPORTS, { token: await token('teacher', { email: 'other@example.edu' }) })).status,
    403
  )
  t.equal((await poll(EXPORTS, { token: null })).status, 401)
  t.equal((await poll('/api/courses/2/performance/exports', { token: teacher })).status, 403)

  const passing = await accounts.createToken({ email: TEACHER, name: 'passing', expiresAt: clock.now + 5000 })
  t.equal((await poll(EXPORTS, { token: passing })).status, 200)
  clock.now += 5000
  t.equal((await poll(EXPORTS, { token: passing })).status, 401, 'expired')

  t.equal((await poll(EXPORTS, { token: teacher })).status, 200)
  await disableUser(accounts, TEACHER)
  t.equal((await poll(EXPORTS, { token: teacher })).status, 401, 'disabled')
})

t.test('addresses in an answer are those of the request', async (t) => {
  const { poll, call, services } = await startPolled(t, {
    courses: [COURSE],
    settings: { TRUST_PROXY: '127.0.0.1' },
  })
  await call('POST', '/api/courses/1/performance/export')
  await services.runner.drain()
  const originOf = async (headers: Record<string, string>) =>
    new URL((await poll(EXPORTS, { headers })).json()[0].url).origin
  for (let i = 0; i < 2; i++) {
    t.equal(await originOf({ host: 'one.example' }), 'http://one.example')
    t.equal(await originOf({ host: 'two.example' }), 'http://two.example')
    t.equal(
      await originOf({
        host: 'one.example',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'school.example',
      }),
      'https://school.example'
    )
    t.equal(await originOf({ host: 'one.example', 'x-forwarded-proto': 'https' }), 'https://one.example')
  }
})

t.test('another front end gets its headers, whichever client asked before', async (t) => {
  const { poll } = await startPolled(t, {
    courses: [COURSE],
    settings: { CORS_ORIGINS: 'https://front.example' },
  })
  for (let i = 0; i < 2; i++) {
    t.equal((await poll(EXPORTS)).headers['access-control-allow-origin'], undefined)
    t.equal(
      (await poll(EXPORTS, { headers: { origin: 'https://front.example' } }))
        .headers['access-control-allow-origin'],
      'https://front.example'
    )
  }
})

t.test('polls count in the metrics as any request', async (t) => {
  const { poll } = await startPolled(t, { courses: [COURSE] })
  for (let i = 0; i < 3; i++) await poll(EXPORTS)
  const text = (await poll('/metrics')).body.toString()
  t.match(
    text,
    /perfbook_http_requests_total\{method="GET",route="\/api\/courses\/:course_id\/performance\/exports",status="200"\} 3\n/
  )
  t.match(
    text,
    /perfbook_http_request_duration_seconds_count\{method="GET",route="\/api\/courses\/:course_id\/performance\/exports"\} 3\n/
  )
})
