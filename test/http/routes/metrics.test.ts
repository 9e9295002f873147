import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startTestService, TEACHER, type TestService } from '../../support/test-service.ts'

const DEPLOY = join(import.meta.dirname, '../../../docs/deploy')
const COURSE = {
  name: 'Chemistry of Ames',
  teachers: [{ email: TEACHER }],
  tasks: [{ title: 'HW' }],
  students: [{ lastName: 'Ames', cells: [0.5] }],
}

/** Series by their line, without comments: `name{labels}` to number. */
async function series (service: TestService): Promise<Map<string, number>> {
  const { text } = await service.call('GET', '/metrics')
  return new Map(
    text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    })
  )
}

t.test('only for an administrator, or with METRICS_TOKEN', async (t) => {
  const service = await startTestService(t, { settings: { METRICS_TOKEN: 'scrape me' } })
  const { call, token } = service
  const answer = await call('GET', '/metrics')
  t.equal(answer.status, 200)
  t.match(answer.headers['content-type'], /^text\/plain; version=0\.0\.4/)
  const bare = (authorization: string) => call('GET', '/metrics', { token: null, headers: { authorization } })
  t.equal((await bare('Bearer scrape me')).status, 200)
  for (const wrong of ['Bearer scrape', 'Bearer scrape me ', 'scrape me', 'Bearer ']) {
    t.match((await bare(wrong)).json(), { statusCode: 401, code: 'UNAUTHENTICATED' }, wrong)
  }
  t.match((await call('GET', '/metrics', { token: null })).json(), { statusCode: 401 })
  t.match((await call('GET', '/metrics', { token: await token('teacher') })).json(), {
    statusCode: 403,
    code: 'INSUFFICIENT_SCOPE',
  })
  t.match((await call('GET', '/metrics', { token: await token('admin', { scopes: ['read'] }) })).json(), {
    statusCode: 403,
  })
  t.equal(
    (await call('GET', '/api/session', { token: null, headers: { authorization: 'Bearer scrape me' } }))
      .status,
    401,
    'it opens nothing else'
  )
  const without = await startTestService(t)
  t.equal(
    (await without.call('GET', '/metrics', { token: null, headers: { authorization: 'Bearer ' } })).status,
    401
  )
})

t.test('requests by pattern and status, jobs by kind and state, what runs and what is stored', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const { call, services } = service
  const before = await series(service)
  t.equal(before.get('perfbook_jobs{kind="performance-export",state="succeeded"}'), 0, 'there from the start')
  t.equal(before.get('perfbook_exports_made_total'), 0)
  for (let i = 0; i < 3; i++) await call('GET', '/api/courses/1/performance/exports')
  await call('GET', '/api/courses/99/performance/exports')
  for (const path of ['/who/knows', '/api/Ames']) await call('GET', path)
  await call('POST', '/api/courses/1/performance/export')
  await services.runner.drain()
  const after = await series(service)
  const route = '/api/courses/:course_id/performance/exports'
  t.equal(after.get(`perfbook_http_requests_total{method="GET",route="${route}",status="200"}`), 3)
  t.equal(after.get(`perfbook_http_requests_total{method="GET",route="${route}",status="404"}`), 1)
  t.equal(
    after.get('perfbook_http_requests_total{method="GET",route="none",status="404"}'),
    2,
    'made-up addresses are one series'
  )
  t.equal(after.get(`perfbook_http_request_duration_seconds_count{method="GET",route="${route}"}`), 4)
  t.equal(after.get('perfbook_jobs{kind="performance-export",state="succeeded"}'), 1)
  t.equal(after.get('perfbook_job_run_seconds_count{kind="performance-export",outcome="succeeded"}'), 1)
  t.equal(after.get('perfbook_job_wait_seconds_count{kind="performance-export"}'), 1)
  t.equal(after.get('perfbook_exports_made_total'), 1)
  t.equal(after.get('perfbook_job_queue_length'), 0)
  t.equal(after.get('perfbook_job_queue_oldest_seconds'), 0)
  t.equal(
    after.get('perfbook_worker_threads{pool="jobs"}'),
    3,
    'two of WORKER_THREADS and the one of imports'
  )
  t.equal(after.get('perfbook_worker_threads_busy{pool="jobs"}'), 0)
  const [file] = await services.files.info({})
  t.equal(after.get('perfbook_storage_used_bytes'), file!.size)
  t.ok(after.get('perfbook_storage_free_bytes')! > 0)
  t.ok(after.get('perfbook_database_bytes')! > 0)
})

t.test('what waits is seen, and threads at work', async (t) => {
  let now = Date.UTC(2026, 0, 5)
  const service = await startTestService(t, {
    courses: [COURSE, COURSE],
    withoutRunner: true,
    now: () => now,
  })
  for (const id of service.courseIds) await service.call('POST', `/api/courses/${id}/performance/export`)
  now += 90_000
  const waiting = await series(service)
  t.equal(waiting.get('perfbook_job_queue_length'), 2)
  t.equal(waiting.get('perfbook_job_queue_oldest_seconds'), 90)
  t.equal(waiting.get('perfbook_jobs{kind="performance-export",state="queued"}'), 2)
})

t.test('nothing personal: labels hold patterns, kinds and states alone', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  await service.call('POST', '/api/courses/1/performance/export', { token: await service.token('teacher') })
  await service.services.runner.drain()
  const [file] = await service.services.files.info({})
  await service.call('GET', `/files/${file!.hex}/${file!.filename}`)
  const { text } = await service.call('GET', '/metrics')
  for (const secret of ['Ames', 'example.edu', file!.hex, 'Chemistry', 'xlsx']) t.notMatch(text, secret)
  const labels = new Set(Array.from(text.matchAll(/[{,](\w+)="/g), ([, name]) => name))
  t.strictSame([...labels].sort(), [
    'kind',
    'le',
    'method',
    'outcome',
    'pool',
    'route',
    'state',
    'status',
    'version',
  ])
})

t.test('the dashboard and the alerts use only metrics that exist, and all of our own', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  service.services.metrics.watchProcess()
  await service.call('POST', '/api/courses/1/performance/export')
  await service.services.runner.drain()
  await service.call('GET', '/metrics')
  const there = new Set(Array.from((await series(service)).keys(), (key) => key.replace(/\{.*/, '')))
  const dashboard = readFileSync(join(DEPLOY, 'grafana-dashboard.json'), 'utf8')
  const alerts = readFileSync(join(DEPLOY, 'prometheus-alerts.yml'), 'utf8')
  const named = (text: string) => new Set(text.match(/perfbook_\w+/g))
  for (const [file, text] of Object.entries({ dashboard, alerts })) {
    t.ok(named(text).size > 5)
    t.strictSame([...named(text)].filter((name) => !there.has(name)), [], file)
  }
  t.doesNotThrow(() => JSON.parse(dashboard))
  const own = [...there].filter((name) => !/^perfbook_(nodejs|process)_|_(sum|bucket|count)$/.test(name))
  t.strictSame(own.filter((name) => !named(dashboard).has(name)), [])
  t.strictSame([...there].filter((name) => !name.startsWith('perfbook_')), [], 'one prefix')
})
