import t from 'tap'
import { HEARTBEAT_MS } from '../../../src/http/job-events.ts'
import { jobOf, startStreaming } from '../../support/event-stream.ts'

t.test('the job at once, at each change, and the end', async (t) => {
  const { service, clock, gate, jobId, open } = await startStreaming(t)
  const stream = await open()
  t.equal(stream.status, 200)
  t.match(stream.headers, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'private, no-cache, no-transform',
    'x-accel-buffering': 'no',
  })
  const first = await stream.next()
  t.strictSame(
    jobOf(first),
    (await service.call('GET', `/api/jobs/${jobId}`, { token: await service.token('teacher') })).json(),
    'the same as a poll answers'
  )
  t.match(first, /^id: started\ndata: \{/)
  gate.open()
  await service.services.runner.drain()
  clock.advance(100)
  t.match(jobOf(await stream.next()), { status: 'succeeded', progress: 1, url: String })
  t.equal(await stream.next(), undefined, 'closed at the end')
})

t.test('changes by other processes are looked up: the position in the queue', async (t) => {
  const { service, clock, jobId, open } = await startStreaming(t, { withoutRunner: true })
  const token = await service.token('teacher')
  const second =
    (await service.call('POST', `/api/courses/${service.courseIds[0]}/performance/export`, {
      token,
      body: { sheets: 'period' },
    })).json().id
  const stream = await open({ jobId: second })
  t.match(jobOf(await stream.next()), { status: 'queued', queue_position: 1 })
  await service.call('POST', `/api/jobs/${jobId}/cancel`, { token })
  await clock.asked(100)
  clock.advance(100)
  await clock.asked(1000)
  clock.advance(1000)
  t.match(jobOf(await stream.next()), { status: 'queued', queue_position: 0 })
})

t.test('a quiet stream sends a comment every 15 seconds', async (t) => {
  const { clock, open } = await startStreaming(t, { withoutRunner: true })
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

t.test('a job that has ended: sent once; a client that reconnects learns that it is over', async (t) => {
  const { service, gate, open } = await startStreaming(t)
  gate.open()
  await service.services.runner.drain()
  const stream = await open()
  t.match(jobOf(await stream.next()), { status: 'succeeded' })
  t.equal(await stream.next(), undefined)
  t.equal(
    (await open({ headers: { 'last-event-id': 'succeeded' } })).status,
    204,
    'an EventSource does not come again'
  )
  t.equal((await open({ headers: { 'last-event-id': 'started' } })).status, 200)
})

t.test('streams per user are limited; a client that disconnects frees one', async (t) => {
  const { service, open } = await startStreaming(t, { settings: { EVENT_STREAMS_MAX: '2' } })
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
  const { service, jobId } = await startStreaming(t)
  t.equal((await service.call('HEAD', `/api/jobs/${jobId}/events`)).status, 404)
})

t.test('streams are closed when the server stops', async (t) => {
  const { service, open } = await startStreaming(t)
  const stream = await open()
  await stream.next()
  const closed = service.server.close()
  t.equal(await stream.next(), undefined)
  await closed
})
