import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { startTestService, type TestService } from '../support/test-service.ts'

/** Holds up the event loop for so long, ms. */
const block = (ms: number) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** Asks until the answer has that status; what is measured is looked at once a second. */
async function until (service: TestService, status: number, meanwhile: () => void = () => {}) {
  for (;;) {
    meanwhile()
    await setImmediate()
    const answer = await service.call('GET', '/api/courses')
    if (answer.status === status) return answer
  }
}

t.test('too much memory: the usual error shape, with Retry-After; health and metrics answer', async (t) => {
  const service = await startTestService(t, { courses: [{}], settings: { OVERLOAD_MEMORY_BYTES: '1' } })
  const refused = await until(service, 503)
  t.strictSame(refused.json(), {
    statusCode: 503,
    code: 'OVERLOADED',
    error: 'Service Unavailable',
    message: 'The server is busy. Try again in a moment.',
  })
  t.match(refused.headers['retry-after'], /^[1-9]\d*$/)
  t.match((await service.call('POST', '/api/courses/1/performance/export')).json(), { code: 'OVERLOADED' })
  for (const path of ['/healthz', '/readyz', '/metrics']) {
    t.equal((await service.call('GET', path)).status, 200, path)
  }
  t.match(
    (await service.call('GET', '/metrics')).text,
    /perfbook_http_requests_total\{method="GET",route="\/api\/courses",status="503"\} [1-9]/
  )
})

t.test('a blocked event loop: requests are refused, and accepted again once it is free', async (t) => {
  const service = await startTestService(t, { settings: { OVERLOAD_DELAY_MS: '100' } })
  t.match(
    (await until(service, 503, () => {
      block(250)
    })).json(),
    { code: 'OVERLOADED' }
  )
  t.equal((await until(service, 200)).status, 200)
})
