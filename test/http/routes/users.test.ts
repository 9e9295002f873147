import t from 'tap'
import { newBrowser, PASSWORD, signedInAs } from '../../support/browser.ts'
import { perfbook } from '../../support/cli.ts'
import { startServer } from '../../support/server-process.ts'
import { testFolder } from '../../support/test-folder.ts'
import { ADMIN, startTestService, TEACHER } from '../../support/test-service.ts'

t.test('invited, let in by a link that works once, disabled, let in again', async (t) => {
  const clock = { now: Date.UTC(2026, 0, 5, 8) }
  const service = await startTestService(t, { now: () => clock.now })
  const admin = await signedInAs(service, 'admin')
  const invited = await admin.call('POST', '/api/users', {
    body: { email: TEACHER, role: 'teacher', first_name: 'Tea' },
  })
  t.equal(invited.status, 201)
  const { user, invitation } = invited.json()
  t.match(user, {
    id: 2,
    email: TEACHER,
    role: 'teacher',
    first_name: 'Tea',
    last_name: null,
    is_disabled: false,
    has_password: false,
    last_sign_in_at: null,
  })
  t.match(invitation, {
    url: /^http:\/\/localhost(:80)?\/#invitation=[\w-]{43}$/,
    expires_at: '2026-01-08T08:00:00.000Z',
  })
  t.equal(
    (await admin.call('POST', '/api/users', { body: { email: TEACHER, role: 'admin' } })).json().code,
    'USER_EXISTS'
  )

  const token = invitation.url.split('=')[1]
  const browser = newBrowser(service)
  t.equal((await browser.signIn(TEACHER)).json().code, 'BAD_CREDENTIALS')
  t.strictSame((await browser.call('POST', '/api/invitations/check', { body: { token } })).json(), {
    email: TEACHER,
    first_name: 'Tea',
    last_name: null,
    has_password: false,
    expires_at: '2026-01-08T08:00:00.000Z',
  })
  t.equal(
    (await browser.call('POST', '/api/invitations', { body: { token, password: 'short' } })).json().code,
    'VALIDATION_FAILED'
  )
  t.equal(
    (await browser.call('POST', '/api/invitations', {
      body: { token, password: PASSWORD },
      headers: { origin: 'https://evil.example' },
    })).json().code,
    'CROSS_ORIGIN'
  )
  const both = await Promise.all(
    [1, 2].map(() =>
      newBrowser(service).call('POST', '/api/invitations', { body: { token, password: PASSWORD } })
    )
  )
  t.strictSame(both.map(({ status }) => status).sort(), [200, 404], 'two at once: one gets it')
  for (const path of ['/api/invitations', '/api/invitations/check']) {
    t.equal(
      (await browser.call('POST', path, {
        body: { token, ...(path.endsWith('check') ? {} : { password: PASSWORD }) },
      })).json().code,
      'INVITATION_NOT_FOUND'
    )
  }
  t.equal((await browser.signIn(TEACHER)).status, 200)
  t.equal((await admin.call('GET', '/api/users')).json()[1].last_sign_in_at, '2026-01-05T08:00:00.000Z')

  t.equal((await admin.call('POST', '/api/users/2/disable')).json().is_disabled, true)
  t.equal((await browser.call('GET', '/api/session')).status, 401)
  t.equal((await admin.call('POST', '/api/users/2/reset')).json().code, 'USER_DISABLED')
  t.equal((await admin.call('POST', '/api/users/1/disable')).json().code, 'VALIDATION_FAILED', 'not oneself')
  t.equal((await admin.call('POST', '/api/users/99/disable')).json().code, 'USER_NOT_FOUND')
  t.equal((await admin.call('POST', '/api/users/2/enable')).json().is_disabled, false)
  t.equal((await browser.signIn(TEACHER)).status, 200)

  const links = [
    await admin.call('POST', '/api/users/2/reset'),
    await admin.call('POST', '/api/users/2/reset'),
  ].map((answer) => answer.json().url.split('=')[1])
  t.equal(
    (await browser.call('POST', '/api/invitations/check', { body: { token: links[0] } })).status,
    404,
    'a later link ends the one before'
  )
  clock.now += 72 * 3_600_000
  t.equal(
    (await browser.call('POST', '/api/invitations', { body: { token: links[1], password: PASSWORD } })).json()
      .code,
    'INVITATION_NOT_FOUND',
    'too old'
  )
  t.equal((await admin.signIn(ADMIN)).status, 200)
  t.strictSame((await admin.call('GET', '/api/users')).json().map((one: { id: number }) => one.id), [1, 2])
})

t.test('sessions are listed, and ended from elsewhere', async (t) => {
  const service = await startTestService(t)
  const teacher = await signedInAs(service, 'teacher')
  const phone = newBrowser(service, { 'user-agent': 'Phone' })
  await phone.signIn(TEACHER)
  const admin = await signedInAs(service, 'admin')
  const list = (await teacher.call('GET', '/api/sessions')).json()
  t.match(list, [{ user_agent: 'Phone', is_current: false, address: '127.0.0.1', email: TEACHER }, {
    is_current: true,
  }])
  t.equal(list.length, 2)
  t.equal((await admin.call('GET', '/api/sessions')).json().length, 3)
  t.equal((await admin.call('GET', '/api/sessions?user_id=2')).json().length, 1)
  t.equal((await teacher.call('DELETE', `/api/sessions/${list[0].id}`)).status, 204)
  t.equal((await phone.call('GET', '/api/session')).status, 401)
  t.equal((await teacher.call('DELETE', `/api/sessions/${list[0].id}`)).json().code, 'SESSION_NOT_FOUND')
  t.equal((await admin.call('DELETE', `/api/sessions/${list[1].id}`)).status, 204)
  t.equal((await teacher.call('GET', '/api/session')).status, 401)
})

t.test('the command line: invite, reset, enable, and what is noted of it', async (t) => {
  const dataDir = t.testdir()
  const invited = await perfbook(dataDir, ['user', 'invite', TEACHER, '--role', 'teacher'], {
    env: { PUBLIC_URL: 'https://school.example/p' },
  })
  t.match(invited, { status: 0, stdout: /^https:\/\/school\.example\/p\/#invitation=[\w-]{43}\n$/ })
  t.equal(
    (await perfbook(dataDir, ['user', 'invite', TEACHER])).status,
    0,
    'again, as long as there is no password'
  )
  t.match(await perfbook(dataDir, ['user', 'invite', TEACHER, '--role', 'admin']), {
    status: 1,
    stderr: /already has an account/,
  })
  t.match(await perfbook(dataDir, ['user', 'reset', 'nobody@example.edu']), {
    status: 1,
    stderr: /no account/,
  })
  t.equal((await perfbook(dataDir, ['user', 'disable', TEACHER])).status, 0)
  t.match(await perfbook(dataDir, ['user', 'reset', TEACHER]), { status: 1, stderr: /is disabled/ })
  t.equal((await perfbook(dataDir, ['user', 'enable', TEACHER])).status, 0)
  t.match(await perfbook(dataDir, ['user', 'reset', TEACHER]), {
    status: 0,
    stdout: /^http:\/\/127\.0\.0\.1:3000\/#invitation=/,
    stderr: /PUBLIC_URL is not set/,
  })
  t.match(await perfbook(dataDir, ['user', 'enable', 'nobody@example.edu']), { status: 1 })
  await perfbook(dataDir, ['token', 'create', TEACHER])
  const entries = JSON.parse((await perfbook(dataDir, ['audit', 'list', '--json'])).stdout) as Array<
    { action: string, via: string, subject: string }
  >
  t.strictSame(entries.map(({ action }) => action), [
    'token.create',
    'user.reset',
    'user.enable',
    'user.disable',
    'user.invite',
    'user.invite',
  ])
  t.ok(entries.every(({ via, subject }) => via === 'command' && subject === 'user 1'))
  t.match((await perfbook(dataDir, ['audit', 'list', '--action', 'user.reset'])).stdout, /user\.reset +done/)
})

t.test('the command line: a link leads to where the service of the folder is', async (t) => {
  const dataDir = testFolder(t)
  const invite = async (env: Record<string, string> = {}) => {
    const { status, stdout, stderr } = await perfbook(dataDir, ['user', 'invite', TEACHER], { env })
    t.equal(status, 0)
    return {
      base: stdout.replace(/\/#invitation=[\w-]{43}\n$/, ''),
      warns: /PUBLIC_URL is not set, so .* Set PUBLIC_URL/.test(stderr),
    }
  }
  const local = await startServer(t, dataDir)
  t.strictSame(await invite(), { base: local.address, warns: true }, 'the port that it chose')
  t.strictSame(await invite({ PUBLIC_URL: 'https://school.example' }), {
    base: 'https://school.example',
    warns: false,
  })
  local.kill('SIGTERM')
  await local.ended
  t.strictSame(await invite({ PORT: '8080' }), { base: 'http://127.0.0.1:8080', warns: true }, 'none runs')
  t.strictSame(await invite({ HOST: '0.0.0.0' }), { base: 'http://127.0.0.1:3000', warns: true })
  const behindProxy = await startServer(t, dataDir, { PUBLIC_URL: 'https://school.example/books/' })
  t.strictSame(
    await invite(),
    { base: 'https://school.example/books', warns: false },
    'the PUBLIC_URL of the service'
  )
  behindProxy.kill('SIGKILL')
  await behindProxy.ended
  t.strictSame(
    await invite(),
    { base: 'http://127.0.0.1:3000', warns: true },
    'what a killed one left counts no more'
  )
})

t.test('an account with an invalid email or name: 400, which names the field', async (t) => {
  const { call } = await startTestService(t)
  for (
    const [body, field] of [
      [{ email: 'nope' }, 'email'],
      [{ email: 'a\u001b[31m@b.example' }, 'email'],
      [{ email: `a@${'b'.repeat(300)}` }, 'email'],
      [{ email: 'new@example.edu', first_name: '\u202eab' }, 'first_name'],
      [{ email: 'new@example.edu', last_name: 'x'.repeat(201) }, 'last_name'],
    ] as const
  ) {
    const answer = await call('POST', '/api/users', { body: { role: 'teacher', ...body } })
    t.match(
      answer.json(),
      { statusCode: 400, code: 'VALIDATION_FAILED', message: new RegExp(`^${field}: `) },
      JSON.stringify(body).slice(0, 60)
    )
  }
})

t.test('a list of people is invited, and each of them has an answer', async (t) => {
  const service = await startTestService(t)
  const admin = await signedInAs(service, 'admin')
  const invite = (body: unknown) => admin.call('POST', '/api/users', { body })
  const answer = await invite([
    { email: TEACHER, role: 'teacher', first_name: 'Tea' },
    { email: 'nope', role: 'teacher' },
    { email: 'TEACHER@example.edu', role: 'student' },
    { email: 'boss@example.edu', role: 'admin' },
  ])
  t.equal(answer.status, 201)
  t.match(answer.json(), [
    { email: TEACHER, user: { id: 2, first_name: 'Tea' }, invitation: { url: /#invitation=/ }, error: null },
    { email: 'nope', user: null, invitation: null, error: { statusCode: 400, code: 'VALIDATION_FAILED' } },
    { email: 'TEACHER@example.edu', user: null, error: { statusCode: 409, code: 'USER_EXISTS' } },
    { email: 'boss@example.edu', user: { id: 3, role: 'admin' }, error: null },
  ])
  const token = answer.json()[0].invitation.url.split('=')[1]
  t.equal((await newBrowser(service).call('POST', '/api/invitations/check', { body: { token } })).status, 200)
  t.equal((await invite([{ email: TEACHER, role: 'teacher' }])).status, 200, 'no one was invited')
  for (
    const [body, message] of [
      [[], /^the body: /],
      [[{ email: 'a@example.edu', role: 'teacher' }, { email: 'b@example.edu', role: 'boss' }], /^1\.role: /],
      [[{ email: 'a@example.edu' }], /^0\.role: is missing/],
      [{ email: 'a@example.edu' }, /^role: is missing/],
      [Array(501).fill({ email: 'a@example.edu', role: 'teacher' }), /^the body: .*500/],
      ['"a@example.edu"', /^the body: /],
    ] as const
  ) {
    const headers = { 'content-type': 'application/json' }
    const refused = await admin.call('POST', '/api/users', { body, headers })
    t.match(refused.json(), { statusCode: 400, message }, String(message))
  }
  await service.services.audit.settled()
  const { entries } = (await service.call('GET', '/api/audit?action=user.invite')).json()
  t.strictSame(
    entries.map(({ subject, user_id: id }: Record<string, unknown>) => [subject, id]),
    [['user 3, admin', 1], ['user 2, teacher', 1]],
    'one entry for each'
  )
})

t.test('an administrator changes the role of others, and one always stays', async (t) => {
  const service = await startTestService(t)
  const { accounts, audit } = service.services
  const admin = await signedInAs(service, 'admin')
  const teacher = await signedInAs(service, 'teacher')
  const set = (id: number, role: string, browser = admin) =>
    browser.call('PATCH', `/api/users/${id}`, { body: { role } })
  t.equal((await teacher.call('GET', '/api/users')).status, 403)
  t.match((await set(2, 'admin')).json(), { id: 2, role: 'admin' })
  t.equal((await teacher.call('GET', '/api/users')).status, 200, 'at once')
  t.match((await set(2, 'admin')).json(), { id: 2, role: 'admin' }, 'the same again')
  t.match((await set(1, 'teacher')).json(), { statusCode: 400, message: /your own role/ })
  t.equal((await set(99, 'teacher')).json().code, 'USER_NOT_FOUND')
  t.match((await set(2, 'boss')).json(), { statusCode: 400, message: /^role: / })
  t.match((await admin.call('PATCH', '/api/users/2', { body: {} })).json(), { statusCode: 400 })
  const both = await Promise.all([set(2, 'student'), set(1, 'student', teacher)])
  const roles = (await accounts.list()).map(({ role }) => role).sort()
  t.strictSame(roles, ['admin', 'student'], 'each removes the other: one stays')
  t.strictSame(both.map(({ status }) => status).filter((status) => status === 200).length, 1)
  const last = (await accounts.list()).find(({ role }) => role === 'admin')!
  await t.rejects(accounts.setRole(last.id, 'teacher'), { code: 'LAST_ADMINISTRATOR' })
  await t.rejects(accounts.disable(last.id, { keepsAdministrator: true }), { code: 'LAST_ADMINISTRATOR' })
  await audit.settled()
  const winner = last.id === 1 ? admin : teacher
  const { entries } = (await winner.call('GET', '/api/audit?action=user.role')).json()
  t.match(
    entries.filter(({ outcome }: { outcome: string }) => outcome === 'done').at(-1),
    { user_id: 1, subject: 'user 2', changes: { role: ['teacher', 'admin'] } }
  )
  t.equal(entries.filter(({ outcome }: { outcome: string }) => outcome === 'done').length, 2)
  await accounts.setRole(3 - last.id, 'admin')
  const disabled = await Promise.all([
    admin.call('POST', '/api/users/2/disable'), teacher.call('POST', '/api/users/1/disable'),
  ])
  t.equal(disabled.filter(({ status }) => status === 200).length, 1, 'each disables the other: one stays')
  t.equal((await accounts.list()).filter((user) => user.disabled_at === null).length, 1)
})
