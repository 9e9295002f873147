import t from 'tap'
import { ERROR_CODES } from '../support/error-codes.ts'
import { ERRORS, JOB_ERROR_CODES } from '../../src/errors.ts'
import { startTestService } from '../support/test-service.ts'

t.test('error codes are permanent: exactly those of the contract, each with its status', async (t) => {
  t.strictSame(
    Object.fromEntries(
      Object.entries(ERRORS).flatMap(([code, [status]]) => status === null ? [] : [[code, status]])
    ),
    ERROR_CODES.http
  )
  t.strictSame([...JOB_ERROR_CODES].sort(), ERROR_CODES.jobs)
})

t.test('every error has the one shape, also for unknown addresses and from the framework', async (t) => {
  const { call } = await startTestService(t)
  const cases = [
    ['GET', '/nothing', 404, 'ROUTE_NOT_FOUND'],
    ['POST', '/healthz', 404, 'ROUTE_NOT_FOUND'],
    ['GET', '/api/%zz', 404, 'ROUTE_NOT_FOUND'],
    ['GET', '/files/%zz', 404, 'FILE_NOT_FOUND'],
    ['GET', '/api/courses/1/performance', 404, 'COURSE_NOT_FOUND'],
    ['GET', '/api/jobs/1', 404, 'JOB_NOT_FOUND'],
    ['GET', '/api/jobs?limit=0', 400, 'VALIDATION_FAILED'],
    ['GET', '/api/jobs?status=done', 400, 'VALIDATION_FAILED'],
  ] as const
  for (const [method, path, status, code] of cases) {
    const answer = await call(method, path)
    t.equal(answer.status, status, path)
    t.match(answer.headers['content-type'], /^application\/json/)
    t.strictSame(Object.keys(answer.json()), ['statusCode', 'code', 'error', 'message'], path)
    t.match(answer.json(), { statusCode: status, code })
  }
})

t.test('health: alive, ready, not ready when about to stop or when the disk is low', async (t) => {
  const service = await startTestService(t)
  t.strictSame((await service.call('GET', '/healthz', { token: null })).json(), { status: 'ok' })
  t.equal((await service.call('GET', '/readyz', { token: null })).status, 200)
  service.gate.close()
  t.match((await service.call('GET', '/readyz', { token: null })).json(), {
    statusCode: 503,
    code: 'SHUTTING_DOWN',
  })
  t.equal((await service.call('GET', '/healthz', { token: null })).status, 200)
  const full = await startTestService(t, { courses: [{}], settings: { MIN_FREE_BYTES: String(2 ** 50) } })
  t.match((await full.call('GET', '/readyz', { token: null })).json(), { statusCode: 503, code: 'DISK_LOW' })
  t.match((await full.call('POST', '/api/courses/1/performance/export')).json(), {
    statusCode: 507,
    code: 'DISK_LOW',
  })
})

t.test('a front end on another origin: only if listed, with a token, never with a cookie', async (t) => {
  const { call } = await startTestService(t, {
    courses: [{}],
    settings: { CORS_ORIGINS: 'https://front.example, https://two.example' },
  })
  const preflight = (origin: string) =>
    call('OPTIONS', '/api/courses/1/performance/export', {
      token: null,
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    })
  const allowed = await preflight('https://front.example')
  t.equal(allowed.status, 204)
  t.equal(allowed.headers['access-control-allow-origin'], 'https://front.example')
  t.match(allowed.headers['access-control-allow-methods'], /POST/)
  t.match(allowed.headers['access-control-allow-headers'], /authorization/i)
  t.equal(allowed.headers['access-control-allow-credentials'], undefined)
  t.equal((await preflight('https://evil.example')).headers['access-control-allow-origin'], undefined)
  const answer = await call('GET', '/api/courses', { headers: { origin: 'https://two.example' } })
  t.equal(answer.headers['access-control-allow-origin'], 'https://two.example')
  for (const name of ['ETag', 'Location', 'Retry-After', 'Content-Disposition']) {
    t.match(answer.headers['access-control-expose-headers'], name)
  }
  const none = await startTestService(t)
  t.equal(
    (await none.call('GET', '/api/courses', { headers: { origin: 'https://front.example' } }))
      .headers['access-control-allow-origin'],
    undefined
  )
})

t.test('the contract is published, and every route of the API is in it', async (t) => {
  const { call, routes } = await startTestService(t)
  const { openapi, paths } = (await call('GET', '/api/openapi.json', { token: null })).json()
  t.match(openapi, /^3\.1\./)
  for (
    const [path, method] of [
      ['/api/courses', 'get'],
      ['/api/courses/{course_id}', 'patch'],
      ['/api/courses/{course_id}', 'delete'],
      ['/api/courses/{course_id}/performance', 'get'],
      ['/api/courses/{course_id}/performance/students/{student_id}', 'get'],
      ['/api/courses/{course_id}/performance/export', 'post'],
      ['/api/courses/{course_id}/performance/exports', 'get'],
      ['/api/courses/{course_id}/performance/exports/latest', 'get'],
      ['/api/courses/{course_id}/performance/exports/{export_id}', 'delete'],
      ['/api/jobs', 'get'],
      ['/api/jobs/{job_id}', 'get'],
      ['/api/jobs/{job_id}/events', 'get'],
      ['/api/jobs/{job_id}/cancel', 'post'],
      ['/api/jobs/{job_id}/retry', 'post'],
      ['/healthz', 'get'],
      ['/readyz', 'get'],
    ] as const
  ) t.ok(paths[path]?.[method], `${method} ${path}`)
  t.ok(routes.some(({ url }) => url === '/api/openapi.json'))
  const docs = await call('GET', '/api/docs', { token: null })
  t.equal(docs.status, 200)
  t.notMatch(docs.text, /(src|href)="https?:/, 'nothing from elsewhere')
  const page = await call('GET', '/', { token: null })
  t.equal(page.status, 200)
  t.match(page.headers['content-type'], /^text\/html/)
})
