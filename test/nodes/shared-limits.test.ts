// Two nodes on one database: what one of them has counted, ended, used or revoked holds on the other.
// Nothing here waits for a notification.
import t, { type Test } from 'tap'
import { newBrowser, PASSWORD } from '../support/browser.ts'
import { noPostgres, testPostgres } from '../support/postgres.ts'
import { startTestService, TEACHER, type TestService } from '../support/test-service.ts'
import { until } from '../support/until.ts'

const COURSE = {
  name: 'Physics',
  teachers: [{ email: TEACHER }],
  tasks: [{ title: 'HW' }],
  students: [{ lastName: 'Ames', cells: [0.5] }],
}
const EXPORTS = '/api/courses/1/performance/exports'

interface Scene {
  nodes: readonly [TestService, TestService]
  clock: { now: number }
}

async function startTwo (t: Test, settings: Record<string, string> = {}): Promise<Scene> {
  const clock = { now: Date.UTC(2026, 0, 5, 8) }
  const options = {
    now: () => clock.now,
    settings: { PUBLIC_URL: 'https://grades.school.example', ...settings },
    withoutRunner: true,
  }
  const database = await testPostgres(t, { mayHaveTables: true })
  const one = await startTestService(t, { ...options, courses: [COURSE], database })
  const other = await startTestService(t, { ...options, joins: one })
  return { nodes: [one, other], clock }
}

t.test('ten wrong passwords over two nodes slow down as on one', { skip: noPostgres }, async (t) => {
  const { nodes: [a, b], clock } = await startTwo(t)
  await a.services.accounts.add({ email: TEACHER, role: 'teacher', password: PASSWORD })
  const guess = async (node: TestService) => {
    const { status, headers } = await newBrowser(node).signIn(TEACHER, 'a wrong password')
    return status === 429 ? `${status} ${headers['retry-after']}` : status
  }
  const guesses = await Promise.all(Array.from({ length: 14 }, (_, i) => guess(i % 2 === 0 ? a : b)))
  t.strictSame(guesses.sort(), [...Array<number>(10).fill(401), ...Array<string>(4).fill('429 30')])
  for (const node of [a, b]) t.equal((await newBrowser(node).signIn(TEACHER)).status, 429)
  clock.now += 30_000
  t.equal((await newBrowser(b).signIn(TEACHER)).status, 200)
})

t.test('a rate limit counts over all nodes, for each route and user', { skip: noPostgres }, async (t) => {
  const { nodes: [a, b], clock } = await startTwo(t, { EXPORT_RATE_MAX: '4' })
  const token = await a.token('teacher')
  const click = async (node: TestService, options = { token }) => {
    const { status, headers } = await node.call('POST', '/api/courses/1/performance/export', options)
    return [status, headers['x-ratelimit-remaining']]
  }
  for (const [i, node] of [a, b, a, b].entries()) t.strictSame(await click(node), [202, `${3 - i}`])
  for (const node of [a, b, b, a]) t.strictSame(await click(node), [429, '0'])
  t.strictSame(await click(b, { token: await a.token('admin') }), [202, '3'])
  clock.now += 60_000
  for (const node of [b, a]) t.equal((await click(node))[0], 202)
})

t.test('a one-time link works once over all nodes', { skip: noPostgres }, async (t) => {
  const { nodes } = await startTwo(t)
  const [a, b] = nodes
  const user = await a.services.accounts.add({ email: TEACHER, role: 'teacher' })
  const { secret: token } = await a.services.passwordLinks.create(user.id)
  const redeem = async (node: TestService) =>
    (await newBrowser(node).call('POST', '/api/invitations', { body: { token, password: PASSWORD } })).status
  const statuses = await Promise.all([a, b, a, b, a, b].map(redeem))
  t.strictSame(statuses.sort(), [200, 404, 404, 404, 404, 404])
  t.equal((await b.services.sessions.list(user.id)).length, 1)

  const links = await Promise.all(nodes.map((node) => node.services.passwordLinks.create(user.id)))
  const found = await Promise.all(links.map(({ secret }) => b.services.passwordLinks.find(secret)))
  t.equal(found.filter((link) => link !== undefined).length, 1, 'the newer one of two ends the other one')
})

t.test('a sign-on ticket works once over all nodes', { skip: noPostgres }, async (t) => {
  // No one listens there: a ticket that is accepted is followed by a question to the provider.
  const OIDC_ISSUER = 'http://127.0.0.1:9'
  const { nodes, clock } = await startTwo(t, { OIDC_ISSUER, OIDC_CLIENT_ID: 'x', OIDC_CLIENT_SECRET: 'x' })
  const finish = async (node: TestService, state: string) => {
    const ticket = { state, nonce: 'n', verifier: 'v', until: clock.now + 600_000 }
    const browser = { address: '192.0.2.1', userAgent: undefined, previous: undefined }
    const uri = 'https://grades.school.example/api/oidc/callback'
    return await node.services.singleSignOn?.finish(uri, `?state=${state}&code=c`, ticket, browser)
      .then((begun) => 'refused' in begun ? begun.refused : 'in', (error: { code: string }) => error.code)
  }
  const [a, b] = nodes
  const all = await Promise.all([a, b, a, b, a, b].map((node) => finish(node, 'one')))
  t.strictSame(all.sort(), ['ISSUER_UNAVAILABLE', ...Array<string>(5).fill('expired')])
  t.equal(await finish(b, 'another'), 'ISSUER_UNAVAILABLE')
})

t.test('an account is made once', { skip: noPostgres }, async (t) => {
  const { nodes } = await startTwo(t)
  const email = 'new@example.edu'
  const made = await Promise.all(Array.from({ length: 6 }, (_, i) =>
    nodes[i % 2 === 0 ? 0 : 1].services.accounts.add({ email, role: 'teacher' })
      .then(() => 'made', (error: { code: string }) => error.code)))
  t.strictSame(made.sort(), [...Array<string>(5).fill('USER_EXISTS'), 'made'])
  const known = await Promise.all(Array.from({ length: 6 }, (_, i) =>
    nodes[i % 2 === 0 ? 0 : 1].services.accounts.known(TEACHER)))
  t.equal(new Set(known.map((user) => user?.id)).size, 1, 'nor is that of a teacher of a roster made twice')
})

t.test('a sign-in does not outlive a change of the password', { skip: noPostgres }, async (t) => {
  const { nodes: [a, b] } = await startTwo(t)
  const user = await a.services.accounts.add({ email: TEACHER, role: 'teacher', password: PASSWORD })
  const signIns = Array.from({ length: 4 }, () => newBrowser(b).signIn(TEACHER))
  await a.services.accounts.setPassword(TEACHER, `${PASSWORD} and more`)
  for (const { status } of await Promise.all(signIns)) t.ok([200, 401].includes(status))
  t.strictSame(await b.services.sessions.list(user.id), [])
})

t.test('what ends on one node has ended on the other within a second', { skip: noPostgres }, async (t) => {
  const { nodes: [a, b] } = await startTwo(t)
  const { services } = a
  const user = await services.accounts.add({ email: TEACHER, role: 'teacher', password: PASSWORD })
  const browser = newBrowser(a)
  await browser.signIn(TEACHER)
  const elsewhere = newBrowser(b)
  elsewhere.cookie = browser.cookie
  const bySession = () => elsewhere.call('GET', EXPORTS)
  t.equal((await bySession()).status, 200, 'a cookie of one node is good on all')
  t.equal((await browser.call('DELETE', '/api/session')).status, 204)
  await until('the session has ended', async () => (await bySession()).status === 401)

  const token = await services.accounts.createToken({ email: TEACHER, name: 'test' })
  const byToken = () => b.call('GET', EXPORTS, { token })
  t.equal((await byToken()).status, 200)
  const [{ id } = { id: 0 }] = await services.accounts.listTokens()
  await services.accounts.revokeToken(id)
  await until('the token is revoked', async () => (await byToken()).status === 401)

  const another = await services.accounts.createToken({ email: TEACHER, name: 'test' })
  const byTeacher = () => b.call('GET', EXPORTS, { token: another })
  t.equal((await byTeacher()).status, 200)
  await services.db.write((trx) => trx.deleteFrom('course_teachers').execute())
  await until('the teacher is removed', async () => (await byTeacher()).status === 403)
  await services.accounts.disable(user.id)
  await until('the account is disabled', async () => (await byTeacher()).status === 401)
})

t.test('entity tags and addresses are the same on all nodes', { skip: noPostgres }, async (t) => {
  const { nodes } = await startTwo(t)
  const [a, b] = nodes
  const token = await a.token('teacher')
  await a.call('POST', '/api/courses/1/performance/export', { token })
  await a.services.runner.start()
  await a.services.runner.drain()
  const page = (await a.call('GET', '/', { token: null })).text
  const [asset = ''] = /assets\/[^"]+\.js/.exec(page) ?? []
  const paths = [EXPORTS, '/api/courses/1/files', '/api/courses', '/api/openapi.json', '/', `/${asset}`]
  for (const path of paths) {
    const answers = []
    for (const node of nodes) {
      const headers = { host: `node-${answers.length}.example` }
      const { status, headers: sent, text } = await node.call('GET', path, { token, headers })
      t.equal(sent['last-modified'], undefined, 'which would depend on the installation')
      answers.push({ status, etag: sent.etag, text })
    }
    t.equal(answers[0]?.status, 200, path)
    t.strictSame(answers[0], answers[1], path)
    if (path.startsWith('/assets/')) t.equal(answers[0]?.etag, undefined)
  }
  const { etag } = (await a.call('GET', EXPORTS, { token })).headers
  t.equal((await b.call('GET', EXPORTS, { token, headers: { 'if-none-match': etag ?? '' } })).status, 304)
})
