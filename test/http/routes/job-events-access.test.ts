// An open event stream ends when its user may no longer see the job, and what they lost is not in it.
import t from 'tap'
import { jobEvents } from '../../../src/http/job-events.ts'
import { newBrowser, PASSWORD } from '../../support/browser.ts'
import { createTestClock, type TestClock } from '../../support/clock.ts'
import { jobOf, startStreaming, type EventStream, type Streaming } from '../../support/event-stream.ts'
import { disableUser, TEACHER } from '../../support/test-service.ts'

/** The contract's limit, ms. */
const ENDS_WITHIN_MS = 5000
/** One look of the stream: a pause after it has sent something, and then one until the next look. */
async function nextLook (clock: TestClock): Promise<number> {
  await clock.asked(100)
  clock.advance(100)
  await clock.asked(1000)
  clock.advance(1000)
  return 1100
}

/**
 * Moves the time until all streams have ended, for the contract's limit at most. Returns what they sent in
 * that time, and how long it took, ms.
 */
async function untilEnded (
  clock: TestClock,
  streams: EventStream[]
): Promise<{ events: string[], passed: number }> {
  const events: string[] = []
  let isOver = false
  const ended = Promise.all(streams.map(async (stream) => {
    for (let block = await stream.next(); block !== undefined; block = await stream.next()) {
      if (!block.startsWith(':')) {
        events.push(block)
      }
    }
  })).then(() => {
    isOver = true
  })
  let passed = 0
  for (let look = 0; !isOver && passed < ENDS_WITHIN_MS; look++) {
    const ms = look % 2 === 0 ? 100 : 1000
    await Promise.race([clock.asked(ms), ended])
    if (isOver) break
    clock.advance(ms)
    passed += ms
  }
  await ended
  return { events, passed }
}

type Way = (streaming: Streaming, credentials: { sessionId: number, tokenId: number }) => Promise<unknown>
const setTeachers = ({
  service,
}: Streaming) =>
  service.services.db.write((trx) =>
    trx.deleteFrom('course_teachers').where('email_key', '=', TEACHER).execute()
  )

const WAYS: Record<string, Way> = {
  'the user was disabled': ({ service }) => disableUser(service.services.accounts, TEACHER),
  'the token was revoked, the session ended elsewhere': async ({ service }, { sessionId, tokenId }) => {
    await service.services.accounts.revokeToken(tokenId)
    await service.services.sessions.end(sessionId)
  },
  'the password was changed, the token revoked': async ({ service }, { tokenId }) => {
    await service.services.accounts.setPassword(TEACHER, 'vexing quiet otter')
    await service.services.accounts.revokeToken(tokenId)
  },
  'the user was removed from the course': setTeachers,
  'the course was deleted': ({ service }) => service.call('DELETE', '/api/courses/1'),
}

for (const [what, take] of Object.entries(WAYS)) {
  t.test(`${what}: no further event, and the streams end`, async (t) => {
    const streaming = await startStreaming(t)
    const { service, clock, gate, open, jobId } = streaming
    const { accounts, sessions } = service.services
    await accounts.setPassword(TEACHER, PASSWORD)
    const browser = newBrowser(service)
    await browser.signIn(TEACHER)
    const token = await accounts.createToken({ email: TEACHER, name: 'stream' })
    const ids = {
      sessionId: (await sessions.list())[0]?.id ?? 0,
      tokenId: (await accounts.listTokens()).at(-1)?.id ?? 0,
    }
    const streams = [await open({ token }), await open({ token: null, headers: { cookie: browser.cookie } })]
    for (const stream of streams) t.match(jobOf(await stream.next()), { id: jobId, status: 'started' })

    await take(streaming, ids)
    const { events, passed } = await untilEnded(clock, streams)
    t.strictSame(events, [])
    t.ok(passed <= ENDS_WITHIN_MS, `${passed} ms`)
    gate.open()
  })
}

t.test('the job ends and the access is lost at the same moment: no address is sent', async (t) => {
  const streaming = await startStreaming(t)
  const { service, clock, gate, open } = streaming
  const stream = await open()
  await stream.next()
  await clock.asked(100)
  gate.open()
  await service.services.runner.drain()
  await setTeachers(streaming)
  clock.advance(100)
  t.equal(await stream.next(), undefined)
})

t.test('a token or a session that expires while the stream is open', async (t) => {
  const { service, clock, open } = await startStreaming(t, { settings: { SESSION_IDLE_MINUTES: '1' } })
  const { accounts } = service.services
  await accounts.setPassword(TEACHER, PASSWORD)
  const browser = newBrowser(service)
  await browser.signIn(TEACHER)
  const token = await accounts.createToken({ email: TEACHER, name: 'short', expiresAt: clock.now() + 60_000 })
  const streams = [await open({ token }), await open({ token: null, headers: { cookie: browser.cookie } })]
  for (const stream of streams) t.match(jobOf(await stream.next()), { status: 'started' })
  for (let passed = 0; passed < 59_000; passed += await nextLook(clock));
  t.strictSame((await untilEnded(clock, streams)).events, [], 'an open stream is no use of the session')
})

t.test("a requester who lost the course sees the job's state, never the file's address", async (t) => {
  const streaming = await startStreaming(t)
  const { service, gate, open, jobId } = streaming
  const token = await service.token('teacher')
  gate.open()
  await service.services.runner.drain()
  t.match((await service.call('GET', `/api/jobs/${jobId}`, { token })).json().url, /\/files\//)
  await setTeachers(streaming)
  const shown = await service.call('GET', `/api/jobs/${jobId}`, { token })
  t.match(shown.json(), { id: jobId, status: 'succeeded', url: null })
  t.notMatch(shown.text, /files/)
  const stream = await open({ token })
  t.match(jobOf(await stream.next()), { id: jobId, status: 'succeeded', url: null })
  t.equal((await service.call('GET', '/api/courses/1/performance/exports', { token })).status, 403)
  t.match(
    (await service.call('GET', `/api/jobs/${jobId}`)).json().url,
    /\/files\//,
    'for an administrator it is there'
  )
  t.match((await service.call('GET', '/api/jobs')).json().jobs[0].url, /\/files\//)
})

t.test('a client that does not read is watched too, and does not get what was waiting for it', async (t) => {
  const clock = createTestClock()
  const access = { isGood: true }
  let looks = 0
  const closing = new AbortController()
  t.teardown(() => {
    closing.abort()
  })
  const stream = jobEvents({
    runner: { watch: () => () => {} },
    clock,
    jobId: 1,
    read: async () => ({ status: 'started', text: 'x'.repeat(100_000) }),
    mayGoOn: async () => {
      looks++
      return access.isGood
    },
    closing: closing.signal,
  })
  const closed = new Promise((resolve) => {
    stream.on('close', resolve)
  })
  await clock.asked(1000)
  clock.advance(1000)
  await clock.asked(1000)
  t.equal(looks, 1)
  t.equal(stream.destroyed, false)
  access.isGood = false
  clock.advance(1000)
  await closed
  t.equal(stream.readableEnded, false, 'cut off, not ended')
})
