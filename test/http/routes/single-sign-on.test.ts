// Single sign-on against a real provider, over HTTP.
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { newHttpBrowser, type HttpBrowser } from '../../support/http-browser.ts'
import { CLIENT, startProvider, type TestProvider } from '../../support/oidc-provider.ts'
import {
  disableUser,
  startTestService,
  TEACHER,
  type TestService,
  type TestServiceOptions,
} from '../../support/test-service.ts'

interface Scene extends TestService {
  provider: TestProvider
  /** Where people reach the service. */
  base: string
  browser: () => HttpBrowser
  /** From the click on. */
  signIn: (browser: HttpBrowser, accept?: string) => ReturnType<HttpBrowser['visit']>
  user: (browser: HttpBrowser) => Promise<any>
  entries: () => Promise<Array<Record<string, unknown>>>
  counts: () => Promise<number[]>
}

async function setScene (
  t: Test,
  { settings = {}, ...options }: TestServiceOptions = {},
  registration?: Parameters<TestProvider['register']>[1]
): Promise<Scene> {
  const provider = await startProvider(t)
  const service = await startTestService(t, {
    ...options,
    settings: { OIDC_ISSUER: provider.issuer, ...CLIENT, ...settings },
  })
  await service.server.listen({ host: '127.0.0.1', port: 0 })
  const address = `http://127.0.0.1:${(service.server.server.address() as AddressInfo).port}`
  const base = settings.PUBLIC_URL ?? address
  provider.register(`${base}/api/oidc/callback`, registration)
  const { db, audit } = service.services
  return {
    ...service,
    provider,
    base,
    browser: () => newHttpBrowser({ [new URL(base).origin]: address }),
    signIn: (browser, accept) =>
      browser.visit(`${base}/api/oidc/login`, accept === undefined ? {} : { accept }),
    user: async (browser) => JSON.parse((await browser.visit(`${base}/api/session`)).text),
    async entries () {
      await audit.settled()
      return (await service.call('GET', '/api/audit')).json().entries
    },
    counts: () =>
      Promise.all(
        (['users', 'sessions', 'tokens'] as const).map(async (table) =>
          (await db.reads.selectFrom(table).selectAll().execute()).length
        )
      ),
  }
}

t.test("the school's account signs in: no password, any case, a new session each time", async (t) => {
  const scene = await setScene(t, { settings: { OIDC_NAME: 'School account' } })
  const { provider, base, services, browser } = scene
  await services.accounts.add({ email: TEACHER, role: 'teacher', firstName: 'Tea' })
  t.strictSame((await scene.call('GET', '/api/sign-in-options', { token: null })).json(), {
    password: true,
    single_sign_on: { name: 'School account', url: '/api/oidc/login' },
    password_reset: false,
    user: null,
    needs_setup: true,
  })
  provider.person = { email: 'Teacher@Example.EDU', email_verified: true }
  const teacher = browser()
  const arrived = await scene.signIn(teacher)
  t.equal(arrived.status, 200)
  t.equal(arrived.url, `${base}/`)
  const asked = new URL(arrived.way[1]!).searchParams
  t.match(Object.fromEntries(asked), {
    response_type: 'code',
    scope: 'openid email',
    code_challenge_method: 'S256',
    code_challenge: /^[\w-]{43}$/,
    state: /^[\w-]{43}$/,
    nonce: /^[\w-]{43}$/,
    client_id: 'perfbook',
  })
  t.match(await scene.user(teacher), { id: 1, email: TEACHER, role: 'teacher', first_name: 'Tea' })
  t.strictSame(
    [...teacher.cookies.get(new URL(base).origin)!.keys()],
    ['perfbook_session'],
    'the cookie of the way there is gone'
  )
  const before = teacher.cookies.get(new URL(base).origin)!.get('perfbook_session')!
  await scene.signIn(teacher)
  t.not(teacher.cookies.get(new URL(base).origin)!.get('perfbook_session'), before)
  t.equal(
    (await scene.call('GET', '/api/session', {
      token: null,
      headers: { cookie: `perfbook_session=${before}` },
    })).status,
    401,
    'the session of before has ended'
  )
  t.match(
    await scene.entries(),
    Array(2).fill({
      action: 'session.begin',
      outcome: 'done',
      user_id: 1,
      via: 'session',
      subject: 'single sign-on',
    })
  )
})

t.test('a teacher of a roster comes in without an invitation', async (t) => {
  const scene = await setScene(t, {
    courses: [{ teachers: [{ email: 'roster@example.edu', firstName: 'Ros' }] }],
  })
  scene.provider.person = { email: 'roster@example.edu', email_verified: true }
  const browser = scene.browser()
  await scene.signIn(browser)
  t.match(await scene.user(browser), { email: 'roster@example.edu', role: 'teacher', first_name: 'Ros' })
  t.equal(JSON.parse((await browser.visit(`${scene.base}/api/courses`)).text).length, 1)
})

t.test('a refused sign-in says why, and nothing is made', async (t) => {
  const scene = await setScene(t, { courses: [{ teachers: [{ email: 'left@example.edu' }] }] })
  const { provider, services, base } = scene
  await services.accounts.add({ email: TEACHER, role: 'teacher' })
  await services.accounts.add({ email: 'gone@example.edu', role: 'admin' })
  await disableUser(services.accounts, 'gone@example.edu')
  await services.db.write((trx) => trx.updateTable('course_teachers').set({ is_enabled: 0 }).execute())
  await scene.token('admin')
  const before = await scene.counts()
  const cases = [
    [{ email: 'stranger@example.edu', email_verified: true }, 'SIGN_IN_UNKNOWN', 403],
    [{ email: TEACHER, email_verified: false }, 'SIGN_IN_UNVERIFIED', 403],
    [{ email: TEACHER, email_verified: 'false' }, 'SIGN_IN_UNVERIFIED', 403],
    [{ email: TEACHER }, 'SIGN_IN_UNVERIFIED', 403],
    [{}, 'SIGN_IN_UNVERIFIED', 403],
    [{ email: 'gone@example.edu', email_verified: true }, 'SIGN_IN_DISABLED', 403],
    [{ email: 'left@example.edu', email_verified: true }, 'SIGN_IN_DISABLED', 403],
    [null, 'SIGN_IN_REFUSED', 403],
  ] as const
  for (const [person, code, status] of cases) {
    provider.person = person
    const browser = scene.browser()
    const shown = await scene.signIn(browser)
    t.equal(shown.url, `${base}/?sign_in=${code}`, JSON.stringify(person))
    t.equal(shown.status, 200, 'the page')
    t.equal((await scene.user(browser)).code, 'UNAUTHENTICATED')
    const program = await scene.signIn(scene.browser(), 'application/json')
    t.equal(program.status, status)
    t.match(JSON.parse(program.text), { statusCode: status, code, message: /\.$/ })
  }
  t.strictSame(await scene.counts(), before, 'no user, no session')
  const entries = await scene.entries()
  const times = (some: Array<Record<string, unknown>>) =>
    some.reduce((sum, { count }) => sum + Number(count), 0)
  t.equal(times(entries), 2 * (cases.length - 1), 'a person who gave up has proved nothing')
  t.ok(entries.every(({ outcome, action }) => outcome === 'refused' && action === 'session.begin'))
  const ofGone = entries.filter(({ user_id: id }) => id === 2)
  t.equal(times(ofGone), 2, 'the entry names the disabled account')
})

t.test('the callback works only in the browser that started, once, and not for long', async (t) => {
  const clock = { now: Date.now() }
  const scene = await setScene(t, { now: () => clock.now })
  const { provider, services, base } = scene
  await services.accounts.add({ email: TEACHER, role: 'teacher' })
  provider.person = { email: TEACHER, email_verified: true }
  const origin = new URL(base).origin
  const callback = `${base}/api/oidc/callback`
  /** A proxy before the callback address. */
  async function almost (browser: HttpBrowser) {
    const { url } = await browser.visit(`${base}/api/oidc/login`, { until: callback })
    return { url, cookie: browser.cookies.get(origin)!.get('perfbook_sign_in')! }
  }
  const codeOf = async (browser: HttpBrowser, url: string) => {
    const { text, status } = await browser.visit(url, { accept: 'application/json' })
    return status === 200 ? 'in' : (JSON.parse(text) as { code: string }).code
  }
  const holding = (cookie: string) => {
    const browser = scene.browser()
    browser.cookies.set(origin, new Map([['perfbook_sign_in', cookie]]))
    return browser
  }
  const victim = await almost(scene.browser())
  t.equal(await codeOf(scene.browser(), victim.url), 'SIGN_IN_EXPIRED', 'without the cookie')
  const attacker = await almost(scene.browser())
  t.equal(await codeOf(holding(victim.cookie), attacker.url), 'SIGN_IN_EXPIRED', 'the way back of another')
  t.equal(await codeOf(holding(`${victim.cookie.slice(0, -3)}AAA`), victim.url), 'SIGN_IN_EXPIRED', 'changed')
  t.equal(
    await codeOf(holding(encodeURIComponent(scene.server.signCookie("a session's secret"))), victim.url),
    'SIGN_IN_EXPIRED',
    'another cookie that carries our signature'
  )
  t.match((await scene.browser().visit(callback)).url, /\?sign_in=SIGN_IN_EXPIRED$/)
  t.match(
    (await holding(victim.cookie).visit(
      `${callback}?state=${new URL(victim.url).searchParams.get('state')}&error=access_denied`,
      { accept: 'application/json' }
    )).text,
    /SIGN_IN_REFUSED/
  )
  t.equal(await codeOf(holding(victim.cookie), victim.url), 'SIGN_IN_EXPIRED', 'a ticket is good once')

  const twice = await almost(scene.browser())
  t.equal(await codeOf(holding(twice.cookie), twice.url), 'in')
  t.equal(await codeOf(holding(twice.cookie), twice.url), 'SIGN_IN_EXPIRED', 'used already')
  const late = await almost(scene.browser())
  clock.now += 600_000
  t.equal(await codeOf(holding(late.cookie), late.url), 'SIGN_IN_EXPIRED', 'ten minutes later')

  // The provider's answer belongs to what was asked: another nonce or verifier in a cookie of ours.
  for (const changed of ['nonce', 'verifier']) {
    const { url, cookie } = await almost(scene.browser())
    const value = scene.server.unsignCookie(decodeURIComponent(cookie)).value!
    const ticket = JSON.parse(Buffer.from(value.slice('ticket:'.length), 'base64url').toString()) as Record<
      string,
      unknown
    >
    const forged = `ticket:${
      Buffer.from(JSON.stringify({ ...ticket, [changed]: 'x'.repeat(43) })).toString('base64url')
    }`
    t.equal(
      await codeOf(holding(encodeURIComponent(scene.server.signCookie(forged))), url),
      'SIGN_IN_REFUSED',
      changed
    )
  }
})

t.test('a provider that is down blocks nothing else, and works once it is up', async (t) => {
  const scene = await setScene(t, {}, undefined)
  const { provider, base } = scene
  await scene.services.accounts.add({ email: TEACHER, role: 'teacher' })
  const down = await startTestService(t, { settings: { OIDC_ISSUER: 'http://127.0.0.1:1', ...CLIENT } })
  t.equal((await down.call('GET', '/readyz', { token: null })).status, 200)
  const answer = await down.call('GET', '/api/oidc/login', { token: null })
  t.match(answer.json(), { statusCode: 503, code: 'ISSUER_UNAVAILABLE' })
  t.equal(answer.headers['retry-after'], '10')
  t.equal(
    (await down.call('GET', '/api/oidc/login', { token: null, headers: { accept: 'text/html' } })).headers
      .location,
    '/?sign_in=ISSUER_UNAVAILABLE'
  )
  t.equal(answer.headers['set-cookie'], undefined)

  const sleepy = await startProvider(t)
  const service = await startTestService(t, { settings: { OIDC_ISSUER: sleepy.issuer, ...CLIENT } })
  t.equal(
    (await service.call('GET', '/api/oidc/login', { token: null })).json().code,
    'ISSUER_UNAVAILABLE',
    'it answers, but not as a provider'
  )
  sleepy.register('http://localhost:80/api/oidc/callback')
  t.equal((await service.call('GET', '/api/oidc/login', { token: null })).status, 302, 'asked again')

  // Down between the click and the way back.
  const browser = scene.browser()
  provider.person = { email: TEACHER, email_verified: true }
  const { url } = await browser.visit(`${base}/api/oidc/login`, { until: `${base}/api/oidc/callback` })
  provider.close()
  t.match(JSON.parse((await browser.visit(url, { accept: 'application/json' })).text), {
    statusCode: 503,
    code: 'ISSUER_UNAVAILABLE',
  })
})

t.test('requests to the provider are limited by address', async (t) => {
  const { call } = await startTestService(t, { settings: { OIDC_ISSUER: 'http://127.0.0.1:1', ...CLIENT } })
  const ask = () => call('GET', '/api/oidc/callback', { token: null })
  let answer = await ask()
  let count = 1
  for (; answer.status === 400 && count < 400; count++) answer = await ask()
  t.equal(count, 301)
  t.match(answer.json(), { statusCode: 429, code: 'RATE_LIMITED', message: /sign-ins/ })
  t.ok(Number(answer.headers['retry-after']) > 0)
})

t.test('under a path, behind a proxy', async (t) => {
  const scene = await setScene(t, { settings: { PUBLIC_URL: 'http://school.test/perfbook' } }, {
    clientAuthMethods: ['client_secret_post'],
    clientDefaults: { token_endpoint_auth_method: 'client_secret_post' },
  })
  await scene.services.accounts.add({ email: TEACHER, role: 'teacher' })
  scene.provider.person = { email: TEACHER, email_verified: 'true' }
  t.equal(
    (await scene.call('GET', '/api/sign-in-options', { token: null })).json().single_sign_on.url,
    '/perfbook/api/oidc/login'
  )
  const browser = scene.browser()
  const first = await browser.visit(`${scene.base}/api/oidc/login`, { follow: false })
  t.match(
    first.headers.get('set-cookie'),
    /^perfbook_sign_in=[^;]+; Path=\/perfbook\/api\/oidc; Expires=[^;]+; HttpOnly; SameSite=Lax$/
  )
  const arrived = await scene.signIn(browser)
  t.equal(arrived.url, `${scene.base}/`)
  t.match(await scene.user(browser), { email: TEACHER })
  t.match(
    (await scene.call('GET', '/api/oidc/callback', { token: null, headers: { accept: 'text/html' } })).headers
      .location,
    '/perfbook/?sign_in=SIGN_IN_EXPIRED'
  )
})

t.test('a provider that never says whether an email is verified, where the school trusts it', async (t) => {
  const scene = await setScene(t, { settings: { OIDC_TRUST_EMAIL: 'true' } })
  await scene.services.accounts.add({ email: TEACHER, role: 'teacher' })
  for (
    const [person, address] of [[{ email: TEACHER }, '/'], [
      { email: TEACHER, email_verified: false },
      '/?sign_in=SIGN_IN_UNVERIFIED',
    ]] as const
  ) {
    scene.provider.person = person
    t.equal((await scene.signIn(scene.browser())).url, scene.base + address)
  }
})

t.test('not set up', async (t) => {
  const { call } = await startTestService(t)
  t.strictSame((await call('GET', '/api/sign-in-options', { token: null })).json(), {
    password: true,
    single_sign_on: null,
    password_reset: false,
    user: null,
    needs_setup: true,
  })
  for (const path of ['login', 'callback?code=x&state=y']) {
    t.match((await call('GET', `/api/oidc/${path}`, { token: null })).json(), {
      statusCode: 404,
      code: 'SINGLE_SIGN_ON_OFF',
    })
  }
})
