// The first administrator: their link, what it is worth, and when it is worth nothing.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { insertUser } from '../../../db/queries/accounts.ts'
import { NAME_MAX } from '../../../src/short-text.ts'
import { newBrowser, PASSWORD } from '../../support/browser.ts'
import { ADMIN, startTestService, TEACHER, type TestService } from '../../support/test-service.ts'
import { upload } from './import-upload.ts'

const HOUR = 3_600_000
const body = (token: string) => ({
  token, name: 'Ada Byron King', email: ADMIN, password: PASSWORD, school: ' Hill School ',
})
const setupFile = ({ services }: TestService) => join(services.config.DATA_DIR, 'setup-link')

t.test('the link makes the first administrator, whose school is that of imports without one', async (t) => {
  const clock = { now: Date.UTC(2026, 0, 5, 8) }
  const service = await startTestService(t, { now: () => clock.now })
  const { setup, audit } = service.services
  const browser = newBrowser(service)
  const check = async (token: string) =>
    (await browser.call('POST', '/api/setup/check', { body: { token } })).json()
  const needsSetup = async () =>
    (await newBrowser(service).call('GET', '/api/sign-in-options')).json().needs_setup
  t.equal(await needsSetup(), true)
  const old = (await setup.createLink())!.secret
  const { secret: token } = (await setup.createLink())!
  writeFileSync(setupFile(service), 'http://localhost/#setup=…\n')
  t.equal((await check(old)).code, 'SETUP_LINK_NOT_FOUND', 'a later link ends the one before')
  t.strictSame(await check(token), { expires_at: '2026-01-08T08:00:00.000Z' })
  for (
    const [change, field] of [
      [{ email: 'nope' }, 'email'],
      [{ password: 'short' }, 'password'],
      [{ password: 'hillschool1' }, 'password'],
      [{ password: 'ada.byron' }, 'password'],
      [{ school: 'x'.repeat(NAME_MAX + 1) }, 'school'],
      [{ name: 'a\u0007' }, 'name'],
      [{ name: 'a\ud800' }, 'name'],
      [{ email: 'a\ud800@example.edu' }, 'email'],
      [{ role: 'admin' }, 'role'],
    ] as const
  ) {
    const answer = await browser.call('POST', '/api/setup', { body: { ...body(token), ...change } })
    const shown = JSON.stringify(change).slice(0, 60)
    t.match(answer.json(), { statusCode: 400, message: new RegExp(`^${field}: `) }, shown)
  }
  const headers = { origin: 'https://evil.example' }
  t.equal(
    (await browser.call('POST', '/api/setup', { body: body(token), headers })).json().code,
    'CROSS_ORIGIN'
  )
  for (const email of [ADMIN, 'nope']) {
    const answer = await browser.call('POST', '/api/setup', { body: { ...body(old), email } })
    t.equal(answer.json().code, 'SETUP_LINK_NOT_FOUND')
  }
  const both = await Promise.all(
    [1, 2].map(() => newBrowser(service).call('POST', '/api/setup', { body: body(token) }))
  )
  t.equal(both.filter(({ status }) => status === 201).length, 1, 'two at once: one gets it')
  const first = both.find(({ status }) => status === 201)!
  t.strictSame(first.json(), {
    id: 1, email: ADMIN, first_name: 'Ada', last_name: 'Byron King', role: 'admin',
  })
  t.match(first.headers['set-cookie'], /HttpOnly/)
  t.equal((await newBrowser(service).signIn(ADMIN)).status, 200)
  t.notOk(existsSync(setupFile(service)), 'the file is gone')
  t.equal(await needsSetup(), undefined)
  t.match(await check(token), { statusCode: 410, code: 'SETUP_DONE' })
  t.match(
    (await browser.call('POST', '/api/setup', { body: body(token) })).json(),
    { statusCode: 410, code: 'SETUP_DONE' }
  )
  t.equal(
    (await browser.call('POST', '/api/setup', { body: { ...body(token), email: 'nope' } })).status,
    410,
    'before anything else is checked'
  )
  t.equal(await setup.createLink(), undefined)
  await audit.settled()
  const { entries } = (await service.call('GET', '/api/audit?action=user.setup')).json()
  t.match(entries, [{ outcome: 'done', user_id: 1, via: 'session', subject: 'user 1, admin' }])
  t.equal(entries.length, 1)

  const schoolOf = async () => (await service.call('GET', '/api/courses')).json()[0].school
  const table = { name: 'grades.csv', bytes: 'Student,ID,HW 1\n    Points Possible,,10\n"Lee, Ann",1,7\n' }
  await upload(service, '/api/imports', table, { format: 'canvas', course: 'Physics' })
  t.equal(await schoolOf(), 'Hill School')
  const again = await upload(service, '/api/imports', table, { format: 'canvas', course: 'Physics' })
  const { summary } = (await service.call('GET', `/api/imports/${again.json.id}`)).json()
  t.equal(summary.courses.unchanged, 1, 'the same again changes nothing')
})

t.test('the link expires, and is worth nothing as soon as there is an administrator', async (t) => {
  const clock = { now: Date.UTC(2026, 0, 5, 8) }
  const service = await startTestService(t, { now: () => clock.now })
  const { setup, accounts, db } = service.services
  const browser = newBrowser(service)
  const use = async (token: string, email = 'boss@example.edu') =>
    (await browser.call('POST', '/api/setup', { body: { ...body(token), email } })).json()
  const expired = (await setup.createLink())!.secret
  clock.now += 72 * HOUR
  t.equal((await use(expired)).code, 'SETUP_LINK_NOT_FOUND')
  const kept = await setup.keepOrCreateLink(expired)
  t.not(kept?.secret, expired, 'a link that has expired is not kept')
  t.strictSame(await setup.keepOrCreateLink(kept?.secret), kept)
  const gone = { email: 'gone@example.edu', email_key: 'gone@example.edu', first_name: null, last_name: null }
  await db.write((trx) => insertUser(trx, {
    ...gone,
    role: 'teacher',
    password_hash: null,
    origin: 'roster',
    is_from_roster: 1,
    disabled_at: clock.now,
    created_at: clock.now,
  }))
  t.equal((await use(kept!.secret, gone.email)).code, 'USER_DISABLED', 'they could not use the service')
  writeFileSync(setupFile(service), 'http://localhost/#setup=…\n')
  await accounts.add({ email: TEACHER, role: 'teacher' })
  t.ok(existsSync(setupFile(service)))
  const { id } = (await accounts.findByEmail(TEACHER))!
  await accounts.setRole(id, 'admin')
  t.notOk(existsSync(setupFile(service)), 'the file is gone')
  t.equal((await use(kept!.secret)).code, 'SETUP_DONE')
  await accounts.disable(id)
  t.equal((await use(kept!.secret)).code, 'SETUP_DONE', 'one who is disabled is one too')
})
