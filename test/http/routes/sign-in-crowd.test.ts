// Crowds at the doors that hash passwords: one-time links, and guesses behind the address of a school. Over
// sockets.
import { request as httpRequest } from 'node:http'
import t, { type Test } from 'tap'
import { createPasswordLinks } from '../../../src/accounts/password-links.ts'
import { createPasswordQueue } from '../../../src/accounts/password-queue.ts'
import { hashOfSecret } from '../../../src/accounts/secrets.ts'
import { createTurns } from '../../../src/accounts/turns.ts'
import { PASSWORD } from '../../support/browser.ts'
import { listenRaw } from '../../support/raw-request.ts'
import {
  startTestService,
  TEACHER,
  type TestService,
  type TestServiceOptions,
} from '../../support/test-service.ts'

const SCHOOL = '203.0.113.7'

interface Door {
  service: TestService
  /** POST from an address, as the proxy in front says it. */
  post: (path: string, body: object, address?: string) => Promise<{
    status: number,
    code: string | undefined,
    retryAfter: number,
  }>
}

async function open (t: Test, options: TestServiceOptions = {}): Promise<Door> {
  const service = await startTestService(t, {
    ...options,
    settings: { TRUST_PROXY: '127.0.0.1', ...options.settings },
  })
  const { port } = await listenRaw(service)
  return {
    service,
    post: (path, body, address = SCHOOL) =>
      new Promise((resolve, reject) => {
        const headers = {
          'content-type': 'application/json',
          origin: `http://127.0.0.1:${port}`,
          'x-forwarded-for': address,
        }
        httpRequest({ host: '127.0.0.1', port, path, method: 'POST', headers, agent: false }, (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => {
            chunks.push(chunk)
          }).on('end', () => {
            const { code } = JSON.parse(Buffer.concat(chunks).toString()) as { code?: string }
            resolve({
              status: response.statusCode ?? 0,
              code,
              retryAfter: Number(response.headers['retry-after'] ?? 0),
            })
          })
        }).on('error', reject).end(JSON.stringify(body))
      }),
  }
}

const counted = (answers: Array<{ status: number, code: string | undefined }>) => {
  const counts: Record<string, number> = {}
  for (
    const {
      status,
      code,
    } of answers
  ) counts[`${status} ${code ?? ''}`.trim()] = (counts[`${status} ${code ?? ''}`.trim()] ?? 0) + 1
  return counts
}

t.test('200 requests at once with one unused link: one hash, one gets it', async (t) => {
  for (
    const [INVITATION_RATE_MAX, expected] of [
      ['1000', { 200: 1, '404 INVITATION_NOT_FOUND': 199 }],
      ['60', { 200: 1, '404 INVITATION_NOT_FOUND': 59, '429 RATE_LIMITED': 140 }],
    ] as const
  ) {
    const { service, post } = await open(t, { settings: { INVITATION_RATE_MAX } })
    const user = await service.services.accounts.add({ email: TEACHER, role: 'teacher' })
    const { secret: token } = await service.services.passwordLinks.create(user.id)
    const answers = await Promise.all(Array.from(
      { length: 200 },
      () => post('/api/invitations', { token, password: PASSWORD })
    ))
    t.strictSame(counted(answers), expected)
    for (const { status, retryAfter } of answers) if (status === 429) t.ok(retryAfter > 0 && retryAfter <= 60)
  }
})

t.test('a link is usable again if the queue was full or the password was refused', async (t) => {
  const { service, post } = await open(t)
  const { accounts, sessions, shared, db, clock: { now } } = service.services
  const turns = createTurns({ atOnce: 1, waiting: 0 })
  const passwordLinks = createPasswordLinks({
    db,
    now,
    sessions,
    shared,
    passwords: createPasswordQueue({ db, turns, publicUrl: '' }),
    validMs: 3_600_000,
  })
  const user = await accounts.add({ email: TEACHER, role: 'teacher' })
  const { secret } = await passwordLinks.create(user.id)
  const browser = { address: SCHOOL, userAgent: undefined, previous: undefined }

  const gate = Promise.withResolvers<void>()
  const held = turns.take(() => gate.promise)
  await t.rejects(passwordLinks.redeem(secret, PASSWORD, browser), { code: 'OVERLOADED' })
  await t.rejects(passwordLinks.redeem(secret, 'password', browser), /most common/)
  t.match(await passwordLinks.find(secret), { user: { id: user.id } })
  gate.resolve()
  await held

  // Another request, maybe of another node, is using the link.
  const other = await shared.claim({ kind: 'one-time link', key: hashOfSecret(secret) }, 60_000)
  t.equal(await passwordLinks.redeem(secret, PASSWORD, browser), undefined, 'no wait for the other one')
  await other?.release()
  t.equal((await post('/api/invitations', { token: secret, password: PASSWORD })).status, 200)
  t.equal((await sessions.list(user.id)).length, 1)
})

t.test("guesses at unknown emails from a school's address do not stop its teachers", async (t) => {
  // The clock does not advance: a slow machine must not empty the bucket.
  const { service, post } = await open(t, { now: () => Date.UTC(2026, 0, 5, 8) })
  const { accounts, sessions, db } = service.services
  // One hash for all: making twelve takes long.
  const first = await accounts.add({ email: 't0@example.edu', role: 'teacher', password: PASSWORD })
  const teachers = [
    first,
    ...await Promise.all(Array.from(
      { length: 11 },
      (_, i) => accounts.add({ email: `t${i + 1}@example.edu`, role: 'teacher' })
    )),
  ]
  await db.write((trx) => trx.updateTable('users').set({ password_hash: first.password_hash }).execute())
  for (const user of teachers) {
    await db.write((trx) =>
      sessions.begin(trx, user, {
        address: SCHOOL,
        userAgent: undefined,
        previous: undefined,
      })
    )
  }
  // More than a week later sessions are gone, but the address is still known.
  await db.write((trx) => trx.deleteFrom('sessions').execute())

  const guesses = Promise.all(Array.from(
    { length: 200 },
    (_, i) => post('/api/session', { email: `made-up-${i}@example.edu`, password: 'a guess' })
  ))
  const meanwhile = await Promise.all(teachers.map(({
    email,
  }) => post('/api/session', { email, password: PASSWORD })))
  t.strictSame(counted(meanwhile), { 200: 12 })
  const refused = counted(await guesses)
  t.strictSame(refused, { '401 BAD_CREDENTIALS': 50, '429 RATE_LIMITED': 150 })
  t.match(
    await post('/api/session', { email: 'someone@example.edu', password: 'a guess' }),
    { status: 429, code: 'RATE_LIMITED' },
    'the address is full'
  )
  const afterwards = await Promise.all(
    teachers.slice(0, 3).map(({
      email,
    }) => post('/api/session', { email, password: PASSWORD }))
  )
  t.strictSame(counted(afterwards), { 200: 3 })
})

t.test('25 wrong passwords at a known address: ten are checked; the right one waits there', async (t) => {
  const clock = { now: Date.UTC(2026, 0, 5, 8) }
  const { service, post } = await open(t, { now: () => clock.now })
  await service.services.accounts.add({ email: TEACHER, role: 'teacher', password: PASSWORD })
  for (const address of [SCHOOL, '2001:db8:0:7::1']) {
    t.equal((await post('/api/session', { email: TEACHER, password: PASSWORD }, address)).status, 200)
  }
  const tries = await Promise.all(Array.from(
    { length: 25 },
    () => post('/api/session', { email: TEACHER, password: 'a guess' })
  ))
  t.strictSame(counted(tries), { '401 BAD_CREDENTIALS': 10, '429 RATE_LIMITED': 15 })
  t.strictSame(
    [...new Set(tries.filter(({ status }) => status === 429).map(({ retryAfter }) => retryAfter))],
    [90]
  )
  t.equal((await post('/api/session', { email: TEACHER, password: PASSWORD })).status, 429)
  t.equal(
    (await post('/api/session', { email: TEACHER, password: PASSWORD }, '2001:db8:0:7:ffff::9')).status,
    200,
    'the same network at home'
  )
  clock.now += 90_000
  t.equal((await post('/api/session', { email: TEACHER, password: PASSWORD })).status, 200)
  clock.now += 181 * 86_400_000
  const later = await Promise.all(Array.from(
    { length: 25 },
    () => post('/api/session', { email: TEACHER, password: 'a guess' }, '2001:db8:0:7::1')
  ))
  t.ok((later.filter(({ status }) => status === 401)).length <= 10)
  t.match(later.at(-1), { status: 429, retryAfter: 30 }, 'after half a year the address is like any other')
})
