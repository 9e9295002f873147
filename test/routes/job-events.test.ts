import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { HEARTBEAT_MS } from '../../src/routes/job-events.ts'
import type { CourseDescription } from '../support/book-database.ts'
import { createTestClock, type TestClock } from '../support/clock.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { createHeldPool } from '../support/held-pool.ts'
import { startTestService, TEACHER, type TestService, type TestServiceOptions } from '../support/test-service.ts'

const COURSE: CourseDescription = { name: 'Physics', teachers: [{ email: TEACHER }], tasks: [{ title: 'HW 1' }], students: [{ lastName: 'Ames', cells: [0.7] }] }

interface EventStream {
  status: number
  headers: Record<string, unknown>
  /** The next block of the stream - an event or a comment - or undefined at its end. */
  next: () => Promise<string | undefined>
  leave: () => void
}

interface Streaming { service: TestService, clock: TestClock, gate: Gate, jobId: number, open: (options?: { token?: string, headers?: Record<string, string>, jobId?: number }) => Promise<EventStream> }

/** A service that listens, with one export that runs and is held. */
async function start (t: Test, options: TestServiceOptions = {}): Promise<Streaming> {
  const [clock, gate] = [createTestClock(), createGate()]
  const service = await startTestService(t, { courses: [COURSE], clock, jobPool: createHeldPool(gate, { threads: 1 }), ...options })
  await service.server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = service.server.server.address() as AddressInfo
  const jobId = (await service.call('POST', `/api/courses/${service.courseIds[0]}/performance/export`, { token: await service.token('teacher') })).json().id
  if (options.withoutRunner !== true) await gate.arrived()
  return {
    service,
    clock,
    gate,
    jobId,
    async open ({ token, headers = {}, jobId: id = jobId } = {}) {
      const authorization = `Bearer ${token ?? await service.token('teacher')}`
      const call = httpRequest({ port, path: `/api/jobs/${id}/events`, headers: { authorization, ...headers }, agent: false }).end()
      const response = await new Promise<IncomingMessage>((resolve) => { call.on('response', resolve) })
      response.setEncoding('utf8').on('error', () => {})
      const chunks = response[Symbol.asyncIterator]()
      let text = ''
      return {
        status: response.statusCode!,
        headers: response.headers,
        async next () {
          while (!text.includes('\n\n')) {
            const { done, value } = await chunks.next()
            if (done === true) return undefined
            text += String(value)
          }
          const [block] = text.split('\n\n', 1)
          text = text.slice(block!.length + 2)
          return block
        },
        leave: () => { call.destroy() },
      }
    },
  }
}

const jobOf = (block: string | undefined) => JSON.parse(/^data: (.*)$/m.exec(block ?? '')?.[1] ?? 'null')

t.test('the job at once, at each change, and the end', async (t) => {
  const { service, clock, gate, jobId, open } = await start(t)
  const stream = await open()
  t.equal(stream.status, 200)
  t.match(stream.headers, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'private, no-cache, no-transform', 'x-accel-buffering': 'no' })
  const first = await stream.next()
  t.strictSame(jobOf(first), (await service.call('GET', `/api/jobs/${jobId}`, { token: await service.token('teacher') })).json(), 'the same as a poll answers')
  t.match(first, /^id: started\ndata: \{/)
  gate.open()
  await service.services.runner.drain()
  clock.advance(100)
  t.match(jobOf(await stream.next()), { status: 'succeeded', progress: 1, url: String })
  t.equal(await stream.next(), undefined, 'closed at the end')
})

t.test('what this process does not hear of is looked up: the place in the queue', async (t) => {
  const { service, clock, jobId, open } = await start(t, { withoutRunner: true })
  const token = await service.token('teacher')
  const second = (await service.call('POST', `/api/courses/${service.courseIds[0]}/performance/export`, { token, body: { sheets: 'period' } })).json().id
  const stream = await open({ jobId: second })
  t.match(jobOf(await stream.next()), { status: 'queued', queue_position: 1 })
  await service.call('POST', `/api/jobs/${jobId}/cancel`, { token })
  await clock.asked(100)
  clock.advance(100)
  await clock.asked(1000)
  clock.advance(1000)
  t.match(jobOf(await stream.next()), { status: 'queued', queue_position: 0 })
})

t.test('a quiet stream says every 15 seconds that it is there', async (t) => {
  const { clock, open } = await start(t, { withoutRunner: true })
  const stream = await open()
  await stream.next()
  for (let beat = 0; beat < 2; beat++) {
    await clock.asked(100)
    clock.advance(100)
    await clock.asked(1000)
    clock.advance(HEARTBEAT_MS)
    t.equal(await stream.next(), ': still here')
  }
})

t.test('a job that has ended: told once; who comes back after that is told that it is over', async (t) => {
  const { service, gate, open } = await start(t)
  gate.open()
  await service.services.runner.drain()
  const stream = await open()
  t.match(jobOf(await stream.next()), { status: 'succeeded' })
  t.equal(await stream.next(), undefined)
  t.equal((await open({ headers: { 'last-event-id': 'succeeded' } })).status, 204, 'an EventSource does not come again')
  t.equal((await open({ headers: { 'last-event-id': 'started' } })).status, 200)
})

t.test('so many streams a user, and one less when a client has gone', async (t) => {
  const { service, open } = await start(t, { settings: { EVENT_STREAMS_MAX: '2' } })
  const [first, second] = [await open(), await open()]
  await first.next()
  await second.next()
  const third = await service.call('GET', '/api/jobs/1/events', { token: await service.token('teacher') })
  t.strictSame([third.status, third.json().code], [429, 'RATE_LIMITED'])
  t.match(third.headers['retry-after'], /^\d+$/)
  const admin = await open({ token: await service.token('admin') })
  t.equal(admin.status, 200, 'others are not concerned')
  first.leave()
  let again = await open()
  // The server hears of it in a turn of its own.
  while (again.status === 429) again = await open()
  t.equal(again.status, 200)
})

t.test('a HEAD opens no stream', async (t) => {
  const { service, jobId } = await start(t)
  t.equal((await service.call('HEAD', `/api/jobs/${jobId}/events`)).status, 404)
})

t.test('streams are closed when the server stops', async (t) => {
  const { service, open } = await start(t)
  const stream = await open()
  await stream.next()
  const closed = service.server.close()
  t.equal(await stream.next(), undefined)
  await closed
})
