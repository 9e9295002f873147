// The same rules wherever a password is chosen: on the command line and by a one-time link. A refused one
// changes nothing.
import t from 'tap'
import { newBrowser } from '../../support/browser.ts'
import { perfbook } from '../../support/cli.ts'
import { startTestService, TEACHER } from '../../support/test-service.ts'

const GOOD = 'vexing quiet otter'
const BAD: Array<[password: string, why: RegExp]> = [
  ['password', /most common/],
  ['12345678', /pattern|most common/],
  ['Password123!', /most common/],
  [TEACHER, /made of your name/],
  ['Teacher.1234', /made of your name/],
  ['zebedee.quux', /made of your name/],
  ['perfbook2026', /made of your name/],
  ['Riverside-High', /made of your name/],
  ['school.example', /made of your name/],
  ['short', /at least 8/],
]

t.test('by a one-time link: refused with the reason, and the link still works', async (t) => {
  const settings = { PUBLIC_URL: 'https://grades.school.example', INVITATION_RATE_MAX: '1000' }
  const service = await startTestService(t, {
    courses: [{ name: 'Physics', school: 'Riverside High' }],
    settings,
  })
  const invited = await service.call('POST', '/api/users', {
    body: { email: TEACHER, role: 'teacher', first_name: 'Zebedee', last_name: 'Quux' },
  })
  const token = invited.json().invitation.url.split('=')[1]
  const browser = newBrowser(service)
  for (const [password, why] of BAD) {
    const answer = await browser.call('POST', '/api/invitations', { body: { token, password } })
    t.match(
      answer.json(),
      { statusCode: 400, code: 'VALIDATION_FAILED', message: password === 'short' ? /^password: / : why },
      password
    )
    t.match(answer.json().message, /^password: /)
    t.equal(answer.headers['set-cookie'], undefined)
  }
  t.equal(
    (await browser.call('POST', '/api/invitations/check', { body: { token } })).json().has_password,
    false
  )
  t.equal(
    (await browser.call('POST', '/api/invitations', { body: { token, password: GOOD } })).status,
    200,
    'the link still works'
  )
  t.equal(
    (await browser.call('POST', '/api/invitations', { body: { token, password: GOOD } })).json().code,
    'INVITATION_NOT_FOUND',
    'once'
  )
})

t.test('on the command line: user add and user password', async (t) => {
  const dataDir = t.testdir()
  const env = { PUBLIC_URL: 'https://grades.school.example' }
  const add = (password: string) =>
    perfbook(
      dataDir,
      [
        'user',
        'add',
        TEACHER,
        '--role',
        'teacher',
        '--first-name',
        'Zebedee',
        '--last-name',
        'Quux',
        '--password-stdin',
      ],
      { env, stdin: `${password}\n` }
    )
  for (const [password, why] of BAD.filter(([password]) => !password.startsWith('Riverside'))) {
    const { status, stderr } = await add(password)
    t.equal(status, 1, password)
    t.match(stderr, why)
    t.match(stderr, /^error: The password /m)
  }
  t.equal((await perfbook(dataDir, ['user', 'list', '--json'])).stdout, '[]\n', 'no account was made')
  t.equal((await add(GOOD)).status, 0)
  const change = (password: string) =>
    perfbook(dataDir, ['user', 'password', TEACHER, '--password-stdin'], {
      env,
      stdin: `${password}\n`,
    })
  for (
    const password of [
      'password',
      'zebedee.quux',
      'teacher2026',
    ]
  ) t.match(await change(password), { status: 1, stderr: /^error: The password / }, password)
  t.equal((await change('correct horse battery staple')).status, 0)
})
