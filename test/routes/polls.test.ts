// Polls are answered from memory while nobody has committed anything: what must be noticed all the same.
import t from 'tap'
import { startTestService, TEACHER } from '../support/test-service.ts'

const COURSE = { name: 'Physics', teachers: [{ email: TEACHER }], tasks: [{ title: 'HW' }], students: [{ lastName: 'Ames', cells: [0.5] }] }
const EXPORTS = '/api/courses/1/performance/exports'

t.test('what was committed is in the next answer', async (t) => {
  const { call, services } = await startTestService(t, { courses: [COURSE] })
  for (let i = 0; i < 2; i++) t.strictSame((await call('GET', EXPORTS)).json(), [])
  const { id } = (await call('POST', '/api/courses/1/performance/export')).json()
  t.match((await call('GET', `/api/jobs/${id}`)).json(), { id })
  await services.runner.drain()
  t.equal((await call('GET', `/api/jobs/${id}`)).json().status, 'succeeded')
  const made = await call('GET', EXPORTS)
  t.match(made.json(), [{ job_id: id, is_current: true }])
  const again = await call('GET', EXPORTS)
  t.equal(again.text, made.text)
  t.equal(again.headers['content-length'], String(Buffer.byteLength(made.text)))
  const unlike = new Set(['date', 'content-length', 'connection', 'transfer-encoding'])
  const told = ({ headers }: typeof made) => Object.fromEntries(Object.entries(headers).filter(([name]) => !unlike.has(name)))
  t.strictSame(told(again), told(made), 'the same headers, those for security included')
  for (let i = 0; i < 2; i++) t.equal((await call('GET', EXPORTS, { headers: { 'if-none-match': made.headers.etag! } })).status, 304)
  await call('DELETE', `${EXPORTS}/${made.json()[0].id}`)
  t.strictSame((await call('GET', EXPORTS)).json(), [])
})

t.test('an answer is for whoever asked, and for as long as he may ask', async (t) => {
  const clock = { now: Date.UTC(2026, 0, 5) }
  const { call, services: { accounts }, token } = await startTestService(t, { courses: [COURSE, { name: 'Biology' }], now: () => clock.now })
  const teacher = await token('teacher', { email: TEACHER })
  t.equal((await call('GET', EXPORTS, { token: teacher })).status, 200)
  t.equal((await call('GET', EXPORTS, { token: await token('teacher', { email: 'other@example.edu' }) })).status, 403)
  t.equal((await call('GET', EXPORTS, { token: null })).status, 401)
  t.equal((await call('GET', '/api/courses/2/performance/exports', { token: teacher })).status, 403)

  const passing = await accounts.createToken({ email: TEACHER, name: 'passing', expiresAt: clock.now + 5000 })
  t.equal((await call('GET', EXPORTS, { token: passing })).status, 200)
  clock.now += 5000
  t.equal((await call('GET', EXPORTS, { token: passing })).status, 401, 'expired')

  t.equal((await call('GET', EXPORTS, { token: teacher })).status, 200)
  await accounts.disable(TEACHER)
  t.equal((await call('GET', EXPORTS, { token: teacher })).status, 401, 'disabled')
})

t.test('polls count in the metrics as any request', async (t) => {
  const { call } = await startTestService(t, { courses: [COURSE] })
  for (let i = 0; i < 3; i++) await call('GET', EXPORTS)
  t.match((await call('GET', '/metrics')).text, /perfbook_http_requests_total\{method="GET",route="\/api\/courses\/:course_id\/performance\/exports",status="200"\} 3\n/)
})
