// What users do about their own account: the password, and API tokens.
import t from 'tap'
import { newBrowser, PASSWORD, signedInAs } from '../../support/browser.ts'
import { disableUser, startTestService, TEACHER } from '../../support/test-service.ts'

const NEW = 'vexing quiet otter'

t.test('a user changes their password: the other sessions and links end', async (t) => {
  const service = await startTestService(t)
  const { services } = service
  const teacher = await signedInAs(service, 'teacher')
  const phone = newBrowser(service)
  await phone.signIn(TEACHER)
  const { url } = (await service.call('POST', '/api/users/1/reset')).json()
  const change = (current: string, password: string) =>
    teacher.call('PUT', '/api/session/password', { body: { current, password } })
  t.match((await change('wrong', NEW)).json(), { code: 'BAD_CREDENTIALS', message: /^current: / })
  for (const weak of ['short', 'password', 'teacher2026']) {
    t.match((await change(PASSWORD, weak)).json(), { statusCode: 400, message: /^password: / }, weak)
  }
  t.equal((await phone.call('GET', '/api/session')).status, 200, 'nothing has changed so far')
  t.equal((await change(PASSWORD, NEW)).status, 204)
  t.equal((await teacher.call('GET', '/api/session')).status, 200, 'this session goes on')
  t.equal((await phone.call('GET', '/api/session')).status, 401)
  const token = url.split('=')[1]
  t.equal((await phone.call('POST', '/api/invitations/check', { body: { token } })).status, 404)
  t.equal((await phone.signIn(TEACHER)).status, 401)
  t.equal((await phone.signIn(TEACHER, NEW)).status, 200)

  const bearer = await service.token('teacher')
  t.match(
    (await service.call('PUT', '/api/session/password', {
      token: bearer, body: { current: NEW, password: PASSWORD },
    })).json(),
    { statusCode: 403, code: 'INSUFFICIENT_SCOPE' }
  )
  t.equal(
    (await teacher.call('PUT', '/api/session/password', {
      body: { current: NEW, password: PASSWORD }, headers: { origin: 'https://evil.example' },
    })).json().code,
    'CROSS_ORIGIN'
  )
  await services.audit.settled()
  const { entries } = (await service.call('GET', '/api/audit?action=user.password')).json()
  t.strictSame(
    entries.map(({ outcome, user_id: id, subject }: Record<string, unknown>) => [outcome, id, subject]),
    [['refused', 1, null], ['refused', 1, null], ['done', 1, 'user 1'], ['refused', 1, 'user 1']]
  )
  // Of single sign-on, for example.
  await services.db.write((trx) =>
    trx.updateTable('users').set({ password_hash: null }).where('id', '=', 1).execute())
  t.match((await change(NEW, PASSWORD)).json(), { statusCode: 409, code: 'NO_PASSWORD' })
})

t.test('guesses of the present password are slowed down together with sign-ins', async (t) => {
  const clock = { now: Date.UTC(2026, 0, 5, 8) }
  const service = await startTestService(t, { now: () => clock.now })
  const teacher = await signedInAs(service, 'teacher')
  const change = (current: string) =>
    teacher.call('PUT', '/api/session/password', { body: { current, password: NEW } })
  for (let i = 0; i < 5; i++) t.equal((await change('wrong')).status, 401)
  for (let i = 0; i < 5; i++) t.equal((await newBrowser(service).signIn(TEACHER, 'wrong')).status, 401)
  const refused = await change(PASSWORD)
  t.match(refused.json(), { statusCode: 429, code: 'RATE_LIMITED' })
  t.equal(refused.headers['retry-after'], '90')
  t.equal((await newBrowser(service).signIn(TEACHER)).status, 429)
  clock.now += 90_000
  t.equal((await change(PASSWORD)).status, 204)
})

t.test('a user makes, sees and revokes tokens of their own', async (t) => {
  const clock = { now: Date.UTC(2026, 0, 5, 8) }
  const service = await startTestService(t, {
    courses: [{ teachers: [{ email: TEACHER }] }], now: () => clock.now,
  })
  const teacher = await signedInAs(service, 'teacher')
  const admin = await signedInAs(service, 'admin')
  const make = (given: object) => teacher.call('POST', '/api/tokens', { body: { name: 'Script', ...given } })
  for (
    const [given, message] of [
      [{ name: '  ' }, 'name: is empty'],
      [{ scopes: [] }, /^scopes: /],
      [{ scopes: ['read', 'admin'] }, 'scopes: a teacher may not have admin'],
      [{ scopes: ['write'] }, /^scopes\.0: /],
      [{ expires_at: '2026-01-05T07:59:59Z' }, 'expires_at: is in the past'],
      [{ expires_at: 'tomorrow' }, /^expires_at: must be a time/],
      [{ expires_at: '2027-02-30T00:00:00Z' }, /^expires_at: must be a time/],
      [{ expires_at: '9999-12-31T23:59:59-12:00' }, /^expires_at: must be a time/],
    ] as const
  ) t.match((await make(given)).json(), { statusCode: 400, message }, JSON.stringify(given))
  const made = await make({ scopes: ['export', 'read'], expires_at: '2026-02-01T00:00:00+01:00' })
  t.equal(made.status, 201)
  t.equal(made.headers['cache-control'], 'no-store')
  const { token, ...shown } = made.json()
  t.strictSame(shown, {
    id: 1,
    name: 'Script',
    scopes: ['read', 'export'],
    created_at: '2026-01-05T08:00:00.000Z',
    last_used_at: null,
    expires_at: '2026-01-31T23:00:00.000Z',
  })
  const all = (await make({ name: 'All' })).json()
  t.strictSame([all.scopes, all.expires_at], [['read', 'export', 'import'], null])
  t.equal((await service.call('GET', '/api/courses/1/performance', { token })).status, 200)
  for (const [method, path, body] of [['GET', ''], ['POST', '', { name: 'x' }], ['DELETE', '/1']] as const) {
    t.equal(
      (await service.call(method, `/api/tokens${path}`, { token: all.token, body })).json().code,
      'INSUFFICIENT_SCOPE',
      'a token makes no tokens'
    )
  }
  const list = async () => (await teacher.call('GET', '/api/tokens')).json()
  t.match(await list(), [{ id: 2, name: 'All' }, { ...shown, last_used_at: '2026-01-05T08:00:00.000Z' }])
  t.notMatch(JSON.stringify(await list()), token)
  t.equal((await admin.call('DELETE', '/api/tokens/1')).json().code, 'TOKEN_NOT_FOUND', 'not one of theirs')
  t.strictSame((await admin.call('GET', '/api/tokens')).json(), [])
  t.equal((await teacher.call('DELETE', '/api/tokens/1')).status, 204)
  t.equal((await teacher.call('DELETE', '/api/tokens/1')).json().code, 'TOKEN_NOT_FOUND')
  t.equal((await service.call('GET', '/api/courses/1/performance', { token })).status, 401)
  t.strictSame((await list()).map(({ id }: { id: number }) => id), [2])
  await service.services.audit.settled()
  const { entries } = (await service.call('GET', '/api/audit?user_id=1')).json()
  t.strictSame(
    entries.filter(({ action }: { action: string }) => action.startsWith('token.'))
      .map(({ action, outcome, subject }: Record<string, unknown>) => [action, outcome, subject]),
    [
      ['token.revoke', 'done', 'token 1'],
      ['token.revoke', 'refused', 'token 1'],
      ['token.create', 'refused', null],
      ['token.create', 'done', 'token 2'],
      ['token.create', 'done', 'token 1'],
    ]
  )
  await disableUser(service.services.accounts, TEACHER)
  t.equal((await make({})).status, 401)
})
