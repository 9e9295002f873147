import t from 'tap'
import { newBrowser, PASSWORD, signedInAs } from '../../support/browser.ts'
import { perfbook } from '../../support/cli.ts'
import { startMailServer } from '../../support/mail-server.ts'
import { startTestService, TEACHER } from '../../support/test-service.ts'

const MAIL_FROM = 'Perfbook <perfbook@school.example>'
/** A quoted-printable body as it was before. */
const plain = (text: string) =>
  text.replace(/=\r?\n/g, '').replace(
    /=([0-9A-F]{2})/g,
    (_, hex: string) => String.fromCharCode(parseInt(hex, 16))
  )

t.test('an invitation and a reset go out by email, and the link works', async (t) => {
  const given: string[] = []
  const mail = await startMailServer(t, {
    authOptional: false,
    onAuth ({ username, password }, session, done) {
      given.push(`${username}:${password}`)
      done(null, { user: username })
    },
  })
  const service = await startTestService(t, {
    settings: { SMTP_URL: `smtp://school:p%40ss@127.0.0.1:${mail.port}`, MAIL_FROM },
  })
  const admin = await signedInAs(service, 'admin')
  const { invitation } =
    (await admin.call('POST', '/api/users', { body: { email: TEACHER, role: 'teacher' } })).json()
  t.strictSame(invitation.mail, { sent: true, reason: null })
  t.strictSame(given, ['school:p@ss'])
  const [first] = mail.messages
  t.match(first, { from: 'perfbook@school.example', to: [TEACHER] })
  t.match(first!.text, /^From: Perfbook <perfbook@school\.example>\r$/m)
  t.match(first!.text, /^Subject: Your invitation to Perfbook\r$/m)
  t.match(plain(first!.text), `\n${invitation.url}\r\n`)
  const token = /#invitation=([\w-]+)/.exec(plain(first!.text))![1]
  t.equal(
    (await newBrowser(service).call('POST', '/api/invitations', { body: { token, password: PASSWORD } }))
      .status,
    200
  )

  const reset = (await admin.call('POST', '/api/users/2/reset')).json()
  t.equal(reset.mail.sent, true)
  t.match(mail.messages[1]!.text, /^Subject: A new password for Perfbook\r$/m)
  t.match(plain(mail.messages[1]!.text), reset.url)
})

t.test('a mail that cannot be sent: the answer says so and has the link', async (t) => {
  const refusing = await startMailServer(t, {
    onRcptTo (address, session, done) {
      done(Object.assign(new Error('no such mailbox'), { responseCode: 550 }))
    },
  })
  for (
    const [url, reason] of [[`smtp://127.0.0.1:${refusing.port}`, /no such mailbox/], [
      'smtp://127.0.0.1:1',
      /ECONNREFUSED/,
    ]] as const
  ) {
    const service = await startTestService(t, { settings: { SMTP_URL: url, MAIL_FROM } })
    const answer = await service.call('POST', '/api/users', { body: { email: TEACHER, role: 'teacher' } })
    t.equal(answer.status, 201)
    const { invitation } = answer.json()
    t.match(invitation.mail, { sent: false, reason })
    const token = invitation.url.split('=')[1]
    t.equal(
      (await newBrowser(service).call('POST', '/api/invitations/check', { body: { token } })).status,
      200
    )
  }
  t.strictSame(refusing.messages, [])
})

t.test('without a mail server the answer does not mention mail', async (t) => {
  const service = await startTestService(t)
  t.notOk(
    'mail' in
      (await service.call('POST', '/api/users', { body: { email: TEACHER, role: 'teacher' } })).json()
        .invitation
  )
})

t.test('the command line sends it too', async (t) => {
  const dataDir = t.testdir()
  const mail = await startMailServer(t)
  const env = { SMTP_URL: `smtp://127.0.0.1:${mail.port}`, MAIL_FROM, PUBLIC_URL: 'https://school.example' }
  const invited = await perfbook(dataDir, ['user', 'invite', TEACHER], { env })
  t.match(invited, {
    status: 0,
    stdout: /^https:\/\/school\.example\/#invitation=[\w-]{43}\n$/,
    stderr: /It was sent to teacher@example\.edu\./,
  })
  t.match(plain(mail.messages[0]!.text), invited.stdout.trim())
  const failed = await perfbook(dataDir, ['user', 'reset', TEACHER], {
    env: { ...env, SMTP_URL: 'smtp://127.0.0.1:1' },
  })
  t.match(failed, {
    status: 0,
    stdout: /#invitation=/,
    stderr: /could not be sent by email \(.*ECONNREFUSED.*\)\. Pass it on yourself/,
  })
})
