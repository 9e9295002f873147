// Which site a request is for and where it comes from: what the request says of itself counts only where it
// may.
import { connect } from 'node:net'
import t from 'tap'
import { newBrowser, ORIGIN, PASSWORD, signedInAs } from '../support/browser.ts'
import { listenRaw, parse, readAll } from '../support/raw-request.ts'
import { startTestService, TEACHER, type TestService } from '../support/test-service.ts'

const COURSE = {
  name: 'Physics',
  teachers: [{ email: TEACHER }],
  tasks: [{ title: 'HW' }],
  students: [{ lastName: 'Ames', cells: [0.5] }],
}
const EXPORTS = '/api/courses/1/performance/exports'
const CREDENTIALS = { email: TEACHER, password: PASSWORD }

async function withTeacher (service: TestService): Promise<TestService> {
  await service.services.accounts.add({ email: TEACHER, role: 'teacher', password: PASSWORD })
  return service
}

t.test('with PUBLIC_URL only its origin is this site, and every link starts with it', async (t) => {
  for (const TRUST_PROXY of ['', '127.0.0.1']) {
    const service = await withTeacher(
      await startTestService(t, {
        courses: [COURSE],
        settings: { PUBLIC_URL: 'https://school.example', TRUST_PROXY },
      })
    )
    const { call, services } = service
    const evil = { host: 'evil.test', 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'http' }
    for (const origin of ['http://evil.test', 'https://evil.test', ORIGIN]) {
      const answer = await call('POST', '/api/session', {
        token: null,
        body: CREDENTIALS,
        headers: { ...evil, origin },
      })
      t.match(answer.json(), { statusCode: 403, code: 'CROSS_ORIGIN' }, origin)
      t.equal(answer.headers['set-cookie'], undefined)
    }
    const signedIn = await call('POST', '/api/session', {
      token: null,
      body: CREDENTIALS,
      headers: { ...evil, origin: 'https://school.example' },
    })
    t.match(
      signedIn.headers['set-cookie'],
      /^__Host-perfbook_session=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      'whatever the proxy says'
    )

    const asked = await call('POST', '/api/courses/1/performance/export', { headers: evil })
    t.match(asked.headers.location, /^\/api\/jobs\/\d+$/)
    await services.runner.drain()
    const [made] = (await call('GET', EXPORTS, { headers: evil })).json()
    t.match(made.url, /^https:\/\/school\.example\/files\//)
    t.equal((await call('GET', asked.json().job, { headers: evil })).json().url, made.url)
    t.equal((await call('GET', `${EXPORTS}/latest`, { headers: evil })).headers.location, made.url)
    const invited = await call('POST', '/api/users', {
      body: { email: 'new@example.edu', role: 'teacher' },
      headers: evil,
    })
    t.match(invited.json().invitation.url, /^https:\/\/school\.example\/#invitation=/)
  }
})

t.test("without PUBLIC_URL it is the request's own; proxy headers need TRUST_PROXY", async (t) => {
  const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'school.example' }
  const direct = await withTeacher(await startTestService(t, { courses: [COURSE] }))
  const trusting = await withTeacher(
    await startTestService(t, { courses: [COURSE], settings: { TRUST_PROXY: '127.0.0.1' } })
  )
  const elsewhere = await withTeacher(
    await startTestService(t, { courses: [COURSE], settings: { TRUST_PROXY: '10.0.0.1' } })
  )
  const signIn = async (
    { call }: TestService,
    headers: Record<string, string>
  ) => (await call('POST', '/api/session', { token: null, body: CREDENTIALS, headers })).status
  for (const service of [direct, elsewhere]) {
    t.equal(await signIn(service, { ...forwarded, origin: 'https://school.example' }), 403)
    t.equal(
      await signIn(service, { ...forwarded, host: 'here.test:8080', origin: 'http://here.test:8080' }),
      200
    )
  }
  t.equal(await signIn(trusting, { ...forwarded, origin: 'https://school.example' }), 200)
  t.equal(await signIn(trusting, { ...forwarded, origin: ORIGIN }), 403)

  const linkOf = async ({ call, services }: TestService, headers: Record<string, string>) => {
    await call('POST', '/api/courses/1/performance/export')
    await services.runner.drain()
    return new URL((await call('GET', EXPORTS, { headers: { host: 'here.test', ...headers } })).json()[0].url)
      .origin
  }
  t.equal(await linkOf(direct, forwarded), 'http://here.test')
  t.equal(await linkOf(elsewhere, forwarded), 'http://here.test')
  t.equal(await linkOf(trusting, forwarded), 'https://school.example')
  t.equal(
    await linkOf(trusting, { 'x-forwarded-host': 'a b"><script>', 'x-forwarded-proto': 'javascript' }),
    'http://here.test',
    'what cannot be a host or a scheme'
  )
})

t.test('the cookie has a name that another site cannot plant', async (t) => {
  const names: Array<[settings: Record<string, string>, RegExp]> = [
    [
      { PUBLIC_URL: 'https://school.example' },
      /^__Host-perfbook_session=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    ],
    [
      { PUBLIC_URL: 'https://school.example/perfbook' },
      /^__Secure-perfbook_session=[^;]+; Path=\/perfbook; HttpOnly; Secure; SameSite=Lax$/,
    ],
    [{ PUBLIC_URL: 'http://school.example' }, /^perfbook_session=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/],
    [{}, /^perfbook_session=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/],
  ]
  for (const [settings, pattern] of names) {
    const service = await startTestService(t, { settings })
    const browser = await signedInAs(service, 'teacher')
    const [name = '', value = ''] = browser.cookie.split('=')
    t.equal((await browser.call('GET', '/api/session')).status, 200)
    t.match(
      service.server.swagger(),
      { components: { securitySchemes: { cookie: { name } } } },
      'the contract says its name'
    )
    const [, cookie = ''] = /^([^;]+)/.exec((await browser.signIn(TEACHER)).headers['set-cookie'] ?? '') ?? []
    t.match(
      `${cookie}${
        pattern.source.includes('Secure;')
          ? `; Path=${
            pattern.source.includes('perfbook;') ? '/perfbook' : '/'
          }; HttpOnly; Secure; SameSite=Lax`
          : '; Path=/; HttpOnly; SameSite=Lax'
      }`,
      pattern
    )
    for (
      const other of [
        'perfbook_session',
        '__Host-perfbook_session',
        '__Secure-perfbook_session',
      ].filter((other) => other !== name)
    ) {
      const { status } = await service.call('GET', '/api/session', {
        token: null,
        headers: { cookie: `${other}=${value}` },
      })
      t.equal(status, 401, `${other} is not read where the cookie is ${name}`)
    }
    const out = await browser.call('DELETE', '/api/session')
    t.ok(out.headers['set-cookie']?.startsWith(`${name}=; Max-Age=0;`), 'signing out removes that one')
  }
})

t.test("an entry of X-Forwarded-For that is not an address: the socket's address counts", async (t) => {
  for (const TRUST_PROXY of ['127.0.0.1', 'true']) {
    const service = await withTeacher(await startTestService(t, { settings: { TRUST_PROXY } }))
    const addressAfter = async (forwarded: string) => {
      const browser = newBrowser(service, { 'x-forwarded-for': forwarded })
      t.equal((await browser.signIn(TEACHER)).status, 200)
      const [session] = (await browser.call('GET', '/api/sessions')).json()
      await browser.call('DELETE', '/api/session')
      await service.services.audit.settled()
      const addresses = (await service.call(
        'GET',
        '/api/audit?limit=2'
      )).json().entries.map((entry: { address: string }) => entry.address)
      t.strictSame(
        addresses,
        [session.address, session.address],
        'in the audit log as in the list of sessions'
      )
      return session.address
    }
    for (
      const text of [
        '<script>',
        'unknown',
        '1.2.3.4:80',
        'fe80::1%<b>',
        'fe80::1%x',
        '300.1.1.1',
        `${'x'.repeat(15_000)}`,
        '',
      ]
    ) {
      t.equal(await addressAfter(text), '127.0.0.1', text.slice(0, 20))
    }
    t.equal(
      await addressAfter('<script>, 10.1.2.3'),
      TRUST_PROXY === 'true' ? '127.0.0.1' : '10.1.2.3',
      'the entry that the proxy added counts'
    )
    t.equal(await addressAfter('2001:db8::7'), '2001:db8::7')
  }
  const service = await startTestService(t, { settings: { TRUST_PROXY: '127.0.0.1' } })
  const { request } = await listenRaw(service)
  t.equal((await request('GET', '/api/session', { 'x-forwarded-for': 'x'.repeat(80_000) })).status, 431)
})

t.test('exactly one Host, and a valid one', async (t) => {
  const service = await startTestService(t, { courses: [COURSE] })
  const { port } = await listenRaw(service)
  const token = await service.token('admin')
  const ask = async (hosts: string[], { version = '1.1', path = EXPORTS } = {}) => {
    const socket = connect(port, '127.0.0.1')
    socket.write(
      `GET ${path} HTTP/${version}\r\n${
        hosts.map((line) => `${line}\r\n`).join('')
      }authorization: Bearer ${token}\r\nconnection: close\r\n\r\n`
    )
    return parse(await readAll(socket))
  }
  for (let i = 0; i < 2; i++) {
    t.equal((await ask(['Host: school.example'])).status, 200, 'the second one from memory')
  }
  const bad = [
    ['Host: school.example', 'Host: school.example'],
    ['Host: school.example', 'hOsT: evil.test'],
    [],
    ['Host:'],
    ['Host: '],
    ['Host: a b'],
    ['Host: a,b'],
    ['Host: a/b'],
    ['Host: user@school.example'],
    ['Host: school.example:port'],
    ['Host: school.example:123456'],
    ['Host: <script>'],
    ['Host: [::1'],
    ['Host: sch\u00f6n'],
    [`Host: ${'a'.repeat(300)}`],
    ['Host: %73chool.example'],
  ]
  for (const hosts of bad) {
    for (const path of [EXPORTS, '/healthz', '/']) {
      const { status, headers, body } = await ask(hosts, { path })
      t.equal(status, 400, JSON.stringify(hosts).slice(0, 60))
      t.match(headers, { 'content-type': 'application/json; charset=utf-8', connection: 'close' })
      t.match(JSON.parse(body.toString()), {
        statusCode: 400,
        code: 'VALIDATION_FAILED',
        error: 'Bad Request',
        message: /^host: /,
      })
    }
  }
  for (
    const host of [
      '127.0.0.1',
      '127.0.0.1:3000',
      '[::1]:3000',
      'perf_book:80',
      'school.example.',
      'localhost',
    ]
  ) t.equal((await ask([`Host: ${host}`])).status, 200, host)
  t.equal((await ask([], { version: '1.0', path: '/healthz' })).status, 200, 'HTTP/1.0 has no Host')
  t.equal((await ask(['Host: a', 'Host: b'], { version: '1.0' })).status, 400)
})
