import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { HASH_COST, hashPassword } from '../../../src/accounts/passwords.ts'
import { newBrowser, ORIGIN, PASSWORD, signedInAs } from '../../support/browser.ts'
import { TEST_ENGINE } from '../../support/test-database.ts'
import { disableUser, startTestService, TEACHER } from '../../support/test-service.ts'

const HOUR = 3_600_000

t.test('sign in, be known, sign out', async (t) => {
  const service = await startTestService(t, { courses: [{ teachers: [{ email: TEACHER }] }] })
  await service.services.accounts.add({
    email: TEACHER,
    role: 'teacher',
    firstName: 'Tea',
    lastName: 'Cher',
    password: PASSWORD,
  })
  const browser = newBrowser(service)
  t.match((await browser.call('GET', '/api/session')).json(), { statusCode: 401, code: 'UNAUTHENTICATED' })
  const signedIn = await browser.signIn(' Teacher@Example.EDU ')
  t.equal(signedIn.status, 200)
  const user = { id: 1, email: TEACHER, first_name: 'Tea', last_name: 'Cher', role: 'teacher' }
  t.strictSame(signedIn.json(), user)
  t.match(signedIn.headers['set-cookie'], /^perfbook_session=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/)
  t.strictSame((await browser.call('GET', '/api/session')).json(), user)
  t.equal((await browser.call('GET', '/api/courses')).json().length, 1)
  t.equal((await browser.call('POST', '/api/courses/1/performance/export')).status, 202)
  const { cookie } = browser
  const out = await browser.call('DELETE', '/api/session')
  t.equal(out.status, 204)
  t.match(out.headers['set-cookie'], /^perfbook_session=; Max-Age=0; Path=\/;/)
  t.equal(
    (await browser.call('GET', '/api/session', { headers: { cookie } })).status,
    401,
    'the cookie of before is worth nothing'
  )
  t.equal((await browser.call('DELETE', '/api/session')).json().code, 'UNAUTHENTICATED')
})

t.test('refused in one way, whatever is wrong', async (t) => {
  const service = await startTestService(t)
  const { accounts } = service.services
  await accounts.add({ email: TEACHER, role: 'teacher', password: PASSWORD })
  await accounts.add({ email: 'gone@example.edu', role: 'teacher', password: PASSWORD })
  await disableUser(accounts, 'gone@example.edu')
  await accounts.add({ email: 'none@example.edu', role: 'teacher' })
  const browser = newBrowser(service)
  const answers = [
    await browser.signIn(TEACHER, 'wrong password'),
    await browser.signIn('nobody@example.edu'),
    await browser.signIn('gone@example.edu'),
    await browser.signIn('none@example.edu'),
    await browser.signIn('none@example.edu', 'undefined'),
  ]
  for (const answer of answers) {
    t.equal(answer.status, 401)
    t.equal(answer.json().code, 'BAD_CREDENTIALS')
    t.equal(answer.text, answers[0]!.text)
    t.equal(answer.headers['set-cookie'], undefined)
    const { date, ...headers } = answer.headers
    const { date: first, ...expected } = answers[0]!.headers
    t.strictSame(headers, expected)
  }
  for (
    const body of [{}, { email: TEACHER }, { email: 1, password: PASSWORD }, {
      email: TEACHER,
      password: PASSWORD,
      role: 'admin',
    }, { email: TEACHER, password: 'x'.repeat(1025) }]
  ) {
    t.equal((await browser.call('POST', '/api/session', { body })).json().code, 'VALIDATION_FAILED')
  }
})

t.test('only from the site itself: Origin, else Sec-Fetch-Site, else nothing', async (t) => {
  const service = await startTestService(t, {
    courses: [{ teachers: [{ email: TEACHER }] }],
    settings: { PUBLIC_URL: 'https://school.example/perfbook', CORS_ORIGINS: 'https://front.example' },
  })
  const { cookie } = await signedInAs(service, 'teacher')
  const good: Array<Record<string, string>> = [
    { origin: 'https://school.example' },
    { origin: 'https://SCHOOL.example:443' },
    { 'sec-fetch-site': 'same-origin' },
    { origin: 'https://school.example', 'sec-fetch-site': 'cross-site' },
  ]
  const bad: Array<Record<string, string>> = [
    {},
    { origin: ORIGIN },
    { origin: 'http://localhost' },
    { origin: 'null' },
    { origin: '' },
    { origin: 'https://evil.example' },
    { origin: 'http://school.example' },
    { origin: 'https://school.example.evil.example' },
    { origin: 'https://front.example' },
    { origin: 'https://localhost' },
    { origin: 'http://localhost:3000' },
    { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': '' },
    { referer: 'https://school.example/' },
  ]
  const body = { email: TEACHER, password: PASSWORD }
  for (const headers of good) {
    t.equal(
      (await service.call('POST', '/api/session', { token: null, body, headers })).status,
      200,
      JSON.stringify(headers)
    )
    t.equal(
      (await service.call('POST', '/api/courses/1/performance/export', {
        token: null,
        headers: { ...headers, cookie },
      })).status,
      202
    )
  }
  const refused = { statusCode: 403, code: 'CROSS_ORIGIN' }
  for (const headers of bad) {
    t.match(
      (await service.call('POST', '/api/session', { token: null, body, headers })).json(),
      refused,
      JSON.stringify(headers)
    )
    t.match(
      (await service.call('POST', '/api/courses/1/performance/export', {
        token: null,
        headers: { ...headers, cookie },
      })).json(),
      refused
    )
    t.match(
      (await service.call('PATCH', '/api/courses/1', {
        token: null,
        body: {},
        headers: { ...headers, cookie },
      })).json(),
      refused
    )
    t.match(
      (await service.call('DELETE', '/api/session', { token: null, headers: { ...headers, cookie } })).json(),
      refused
    )
    t.equal(
      (await service.call('GET', '/api/courses', { token: null, headers: { ...headers, cookie } })).status,
      200,
      'what changes nothing is answered'
    )
  }
  t.equal(
    (await service.call('POST', '/api/courses/9/performance/export', { token: null, headers: { cookie } }))
      .json().code,
    'COURSE_NOT_FOUND',
    '404 goes before 403'
  )
  const bearer = { origin: 'https://front.example', cookie }
  t.equal(
    (await service.call('POST', '/api/courses/1/performance/export', {
      token: await service.token('teacher'),
      headers: bearer,
    })).status,
    202,
    'a token needs no origin'
  )
  t.equal(
    (await service.call('GET', '/api/courses', { token: 'pb_wrong', headers: { cookie } })).status,
    401,
    'a token that is sent is what counts'
  )
})

t.test('the cookie: Secure behind HTTPS, at the path of PUBLIC_URL, with our signature only', async (t) => {
  const https = await startTestService(t, { settings: { PUBLIC_URL: 'https://school.example/perfbook/' } })
  await https.services.accounts.add({ email: TEACHER, role: 'teacher', password: PASSWORD })
  t.match(
    (await newBrowser(https).signIn(TEACHER)).headers['set-cookie'],
    /; Path=\/perfbook; HttpOnly; Secure; SameSite=Lax$/
  )

  const forwarded = {
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'school.example',
    origin: 'https://school.example',
  }
  const proxied = await startTestService(t, { settings: { TRUST_PROXY: '127.0.0.1' } })
  const browser = await signedInAs(proxied, 'teacher')
  const { cookie } = browser
  t.match((await newBrowser(proxied, forwarded).signIn(TEACHER)).headers['set-cookie'], /; Secure/)
  const direct = await startTestService(t)
  await direct.services.accounts.add({ email: TEACHER, role: 'teacher', password: PASSWORD })
  t.equal(
    (await newBrowser(direct, forwarded).signIn(TEACHER)).json().code,
    'CROSS_ORIGIN',
    'TRUST_PROXY does not name this proxy'
  )
  t.notMatch(
    (await newBrowser(direct, { ...forwarded, origin: ORIGIN }).signIn(TEACHER)).headers['set-cookie'],
    /Secure/
  )

  const [name, value] = cookie.split('=') as [string, string]
  for (
    const forged of [
      value.slice(0, -2),
      value.split('.')[0]!,
      `${'A'.repeat(43)}.${value.split('.')[1]}`,
      '',
      '.',
      'x',
      encodeURIComponent('💥.💥'),
    ]
  ) {
    t.equal(
      (await browser.call('GET', '/api/session', { headers: { cookie: `${name}=${forged}` } })).status,
      401,
      forged
    )
  }
  const another = await startTestService(t)
  await another.services.accounts.add({ email: TEACHER, role: 'teacher', password: PASSWORD })
  t.equal((await newBrowser(another).call('GET', '/api/session', { headers: { cookie } })).status, 401)
})

t.test('a session is new at each sign-in, and has two limits', async (t) => {
  const clock = { now: Date.UTC(2026, 0, 5, 8) }
  const service = await startTestService(t, {
    now: () => clock.now,
    settings: { SESSION_IDLE_MINUTES: '60', SESSION_MAX_HOURS: '3' },
  })
  const browser = await signedInAs(service, 'teacher')
  const first = browser.cookie
  await browser.signIn(TEACHER)
  t.not(browser.cookie, first)
  t.equal(
    (await browser.call('GET', '/api/session', { headers: { cookie: first } })).status,
    401,
    'the one before has ended'
  )
  const other = newBrowser(service)
  await other.signIn(TEACHER)
  t.equal((await browser.call('GET', '/api/session')).status, 200, 'that of another browser has not')

  const used = () =>
    service.services.sessions.list().then((sessions) =>
      sessions.filter((session) => session.last_used_at === clock.now).length
    )
  for (const minutes of [50, 50, 50]) {
    clock.now += minutes * 60_000
    t.equal((await browser.call('GET', '/api/session')).status, 200)
    // The answer does not wait for it.
    while (await used() === 0) await turn()
    t.equal(await used(), 1, 'its use is noted')
  }
  t.equal((await other.call('GET', '/api/session')).status, 401, 'not used for an hour')
  clock.now += 29 * 60_000
  t.equal((await browser.call('GET', '/api/session')).status, 200)
  clock.now += 60_000
  t.equal((await browser.call('GET', '/api/session')).status, 401, 'three hours old')
  t.strictSame(await service.services.sessions.list(), [])
  clock.now += HOUR
  await browser.signIn(TEACHER)
  await service.services.housekeeping.request()
  await service.services.runner.drain()
  t.equal(
    (await service.services.db.reads.selectFrom('sessions').select('id').execute()).length,
    1,
    'the old ones are gone'
  )
})

t.test('a session ends with the password and the account; its secret is not stored', async (t) => {
  const service = await startTestService(t)
  const { accounts, db } = service.services
  const browser = await signedInAs(service, 'teacher')
  const rows = JSON.stringify(await db.reads.selectFrom('sessions').selectAll().execute())
  t.notMatch(rows, decodeURIComponent(browser.cookie.split('=')[1]!).split('.')[0]!)
  await accounts.setPassword(TEACHER, 'another password')
  t.equal((await browser.call('GET', '/api/session')).status, 401)
  t.equal((await browser.signIn(TEACHER, 'another password')).status, 200)
  await disableUser(accounts, TEACHER)
  t.equal((await browser.call('GET', '/api/session')).status, 401)
})

t.test('a hash of lower cost is made again at the next sign-in', async (t) => {
  const service = await startTestService(t, { hashCost: HASH_COST })
  const { accounts, db } = service.services
  await accounts.add({ email: TEACHER, role: 'teacher' })
  const old = await hashPassword(PASSWORD, { N: 2 ** 10, r: 8, p: 1 })
  const stored = async () => (await accounts.list())[0]!.password_hash!
  await db.write((trx) => trx.updateTable('users').set({ password_hash: old }).execute())
  const browser = newBrowser(service)
  t.equal((await browser.signIn(TEACHER, 'wrong')).status, 401)
  t.equal(await stored(), old)
  t.equal((await browser.signIn(TEACHER)).status, 200)
  t.match(await stored(), /^scrypt\$32768\$8\$3\$/)
  const renewed = await stored()
  t.equal((await browser.signIn(TEACHER)).status, 200)
  t.equal(await stored(), renewed, 'once')
})

t.test('job events and closed files by cookie', async (t) => {
  const service = await startTestService(t, {
    courses: [{ teachers: [{ email: TEACHER }] }],
    settings: { FILE_ACCESS: 'session' },
  })
  const browser = await signedInAs(service, 'teacher')
  const { job } = (await browser.call('POST', '/api/courses/1/performance/export')).json()
  await service.services.runner.drain()
  t.match((await browser.call('GET', `${job}/events`)).text, /data: \{.*"succeeded"/)
  const { url } = (await browser.call('GET', job)).json()
  const { pathname } = new URL(url)
  t.equal((await browser.call('GET', pathname)).status, 200)
  t.equal((await newBrowser(service).call('GET', pathname)).status, 401)
  t.equal(
    (await (await signedInAs(service, 'teacher', 'other@example.edu')).call('GET', pathname)).json().code,
    'FILE_NOT_FOUND'
  )
})

t.test('the key that signs cookies: made once, for its owner only', {
  skip: TEST_ENGINE === 'postgres' && 'PostgreSQL keeps it in a table',
}, async (t) => {
  const service = await startTestService(t)
  const { secretFile } = service.services.config
  t.equal(statSync(secretFile).mode & 0o777, 0o600)
  const { secretFromFile } = await import('../../../src/accounts/secrets.ts')
  const secret = readFileSync(secretFile, 'utf8').trim()
  chmodSync(secretFile, 0o644)
  t.equal(secretFromFile(secretFile), secret)
  t.equal(statSync(secretFile).mode & 0o777, 0o600, 'and closed again')
  writeFileSync(secretFile, 'short')
  t.throws(() => secretFromFile(secretFile), /does not contain a secret/)
})
