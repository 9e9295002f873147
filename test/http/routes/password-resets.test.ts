// "Forgot password?": what anyone may ask for, and who gets an email.
import t from 'tap'
import { newBrowser, PASSWORD, signedInAs } from '../../support/browser.ts'
import { startMailServer } from '../../support/mail-server.ts'
import { disableUser, startTestService, TEACHER } from '../../support/test-service.ts'
import { until } from '../../support/until.ts'

const MAIL_FROM = 'perfbook@school.example'
const PUBLIC_URL = 'https://school.example/books'

t.test('a user who forgot their password gets a link; all requests get the same answer', async (t) => {
  const clock = { now: Date.UTC(2026, 0, 5, 8) }
  const mail = await startMailServer(t)
  const service = await startTestService(t, {
    settings: { SMTP_URL: `smtp://127.0.0.1:${mail.port}`, MAIL_FROM, PUBLIC_URL, INVITATION_RATE_MAX: '20' },
    now: () => clock.now,
  })
  const { accounts, audit, passwordLinks } = service.services
  await signedInAs(service, 'teacher')
  await accounts.add({ email: 'off@example.edu', role: 'teacher', password: PASSWORD })
  await disableUser(accounts, 'off@example.edu')
  await accounts.add({ email: 'invited@example.edu', role: 'teacher' })
  const browser = newBrowser(service)
  const ask = (email: string, headers = {}) =>
    browser.call('POST', '/api/password-resets', { body: { email }, headers })
  t.equal((await browser.call('GET', '/api/sign-in-options')).json().password_reset, true)
  t.equal((await ask(TEACHER, { origin: 'https://evil.example' })).json().code, 'CROSS_ORIGIN')
  /** Refusals come without a mail. The entry of a request is there when it was dealt with. */
  const entries = async (count: number) => await until(`${count} entries`, async () => {
    await audit.settled()
    const { entries: all } = (await service.call('GET', '/api/audit?action=user.reset')).json()
    const done = all.reduce((sum: number, one: { count: number }) => sum + one.count, 0)
    return done === count ? all : undefined
  })
  for (const email of ['nobody@example.edu', 'off@example.edu', 'invited@example.edu', 'not an address']) {
    const answer = await ask(email)
    t.strictSame([answer.status, answer.json()], [202, {}], email)
  }
  await entries(4)
  t.strictSame(mail.messages, [])
  const sent = await ask(' Teacher@EXAMPLE.edu ')
  t.strictSame([sent.status, sent.json()], [202, {}])
  await until('the mail', () => mail.messages.length === 1)
  t.strictSame(mail.messages[0]!.to, [TEACHER])
  t.match(mail.messages[0]!.text, /Someone asked for a new password/)
  const text = mail.messages[0]!.text.replace(/=\r?\n/g, '').replaceAll('=3D', '=')
  const token = /https:\/\/school\.example\/books\/#invitation=([\w-]{43})/.exec(text)?.[1] ?? ''
  t.equal((await passwordLinks.find(token))?.user.email, TEACHER)
  const chosen = { token, password: 'vexing quiet otter' }
  t.equal((await browser.call('POST', '/api/invitations', { body: chosen })).status, 200)
  for (let i = 0; i < 3; i++) t.equal((await ask(TEACHER)).status, 202)
  // Requests are dealt with at the same time, so their entries come in any order.
  const dealtWith = (await entries(8)).flatMap(
    ({ outcome, subject, user_id: id, count }: Record<string, unknown>): string[] =>
      Array.from({ length: Number(count) }, () => [outcome, subject, id].join(' ').trim())
  )
  t.strictSame(dealtWith.sort(), [
    'done user 1', 'done user 1', 'done user 1',
    'refused', 'refused', 'refused user 1', 'refused user 2', 'refused user 3',
  ])
  await until('three mails', () => mail.messages.length === 3)
  clock.now += 20 * 60_000
  t.equal((await ask(TEACHER)).status, 202)
  await until('another one, 20 minutes later', () => mail.messages.length === 4)
  let status = 202
  for (let i = 0; status === 202 && i < 30; i++) ({ status } = await ask(`${i}@example.edu`))
  t.equal(status, 429, 'many from one network')
})

t.test('without a mail server, or an address of its own, the service mails nothing', async (t) => {
  const mail = await startMailServer(t)
  const without: Array<Record<string, string>> = [
    { PUBLIC_URL }, { SMTP_URL: `smtp://127.0.0.1:${mail.port}`, MAIL_FROM },
  ]
  for (const settings of without) {
    await t.test(JSON.stringify(Object.keys(settings)), async (t) => {
      const service = await startTestService(t, { settings })
      await signedInAs(service, 'teacher')
      const browser = newBrowser(service)
      t.equal((await browser.call('GET', '/api/sign-in-options')).json().password_reset, false)
      t.equal((await browser.call('POST', '/api/password-resets', { body: { email: TEACHER } })).status, 202)
      const { audit } = service.services
      await until('the request is dealt with', async () => {
        await audit.settled()
        return (await audit.list({ action: 'user.reset', limit: 2 })).length === 1
      })
      t.strictSame(mail.messages, [])
    })
  }
})
