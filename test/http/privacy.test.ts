// What the service writes down about what it does: nowhere the name of a student, nowhere a secret. The whole
// story at the log's finest level, with everything that can go wrong on the way.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import t from 'tap'
import { runService } from '../../src/cli/program/run-service.ts'
import { readConfig } from '../../src/config.ts'
import { perfbook } from '../support/cli.ts'
import { newHttpBrowser } from '../support/http-browser.ts'
import { CLIENT, startProvider } from '../support/oidc-provider.ts'
import { startMailServer } from '../support/mail-server.ts'
import { testFolder } from '../support/test-folder.ts'

const TEACHER = 'teacher@example.edu'
const ADMIN = 'admin@example.edu'
const PASSWORD = "the administrator's password"
const JWT_SECRET = "the application's secret of many bytes"
/** Of the students; each is found nowhere else. */
const PERSONAL = ['Zebedee', 'Quuxbury', 'zq.private', 'SIS-4711-XQ', 'source-zq-1']

const book = (results: object[]) =>
  JSON.stringify({
    format: 'performance-book/1',
    course: { source_id: 'c', name: 'Physics' },
    teachers: [{ email: TEACHER }],
    tasks: [{ source_id: 'hw', title: 'HW', points_possible: 10 }],
    students: [{
      source_id: 'source-zq-1',
      first_name: 'Zebedee',
      last_name: 'Quuxbury',
      email: 'zq.private@example.edu',
      student_identifier: 'SIS-4711-XQ',
    }],
    results,
  })
const GOOD = book([{ student: 'source-zq-1', task: 'hw', status: 'completed', points: 5 }])
const BAD = book([{
  student: 'source-zq-1',
  task: 'hw',
  status: 'Zebedee Quuxbury',
  points: 'zq.private@example.edu',
}, { student: 'SIS-4711-XQ', task: 'hw', status: 'completed', points: 1 }])

t.test('the log and the audit log over the whole story', async (t) => {
  const folder = testFolder(t)
  const provider = await startProvider(t)
  const mail = await startMailServer(t, {
    onRcptTo (address, session, done) {
      done(new Error(`no mailbox ${address.address}`))
    },
  })
  const stderr = new PassThrough()
  let log = ''
  stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString()
  })
  const env = {
    DATA_DIR: folder,
    PORT: '0',
    OVERLOAD_DELAY_MS: '0',
    MIN_FREE_BYTES: '0',
    LOG_LEVEL: 'trace',
    WORKER_THREADS: '1',
    SMTP_URL: `smtp://postman:mailsecret@127.0.0.1:${mail.port}`,
    MAIL_FROM: 'Perfbook <perfbook@school.example>',
    OIDC_ISSUER: provider.issuer,
    ...CLIENT,
    JWT_SECRET,
    JWT_AUDIENCE: 'perfbook',
    JWT_ISSUER: 'app',
    METRICS_TOKEN: 'the-token-of-metrics',
  }
  const context = {
    env,
    stdin: Readable.from([]),
    stdout: new PassThrough(),
    stderr,
    signal: new AbortController().signal,
    pid: process.pid,
  }
  const service = await runService(context, readConfig(env))
  t.teardown(() => service.stop())
  const { address, services } = service
  const secrets: string[] = [
    PASSWORD,
    JWT_SECRET,
    CLIENT.OIDC_CLIENT_SECRET,
    'mailsecret',
    'the-token-of-metrics',
    'a wrong password',
  ]

  await perfbook(folder, ['user', 'add', ADMIN, '--role', 'admin', '--password-stdin'], {
    stdin: `${PASSWORD}\n`,
  })
  const token = (await perfbook(folder, ['token', 'create', ADMIN])).stdout.trim()
  secrets.push(token)
  const ask = async (
    method: string,
    path: string,
    { body, headers = {}, bearer = token }: {
      body?: string | FormData,
      headers?: Record<string, string>,
      bearer?: string | null,
    } = {}
  ) => {
    const response = await fetch(address + path, {
      method,
      headers: {
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        origin: address,
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  const json = { 'content-type': 'application/json' }
  const upload = async (path: string, content: string) => {
    const form = new FormData()
    form.set('file', new File([content], 'Zebedee Quuxbury.json'))
    const answer = await ask('POST', path, { body: form })
    await services.runner.drain()
    return JSON.parse(answer.text) as { id: number }
  }

  // Data in: well and badly, over the API and from the command line.
  const { id: good } = await upload('/api/imports', GOOD)
  t.match((await ask('GET', `/api/imports/${good}`)).text, /"succeeded"/)
  const { id: bad } = await upload('/api/imports', BAD)
  t.match(
    (await ask('GET', `/api/imports/${bad}`)).text,
    /zebedee|sis-4711/i,
    'the importer reads what is wrong'
  )
  await upload('/api/courses/1/imports', GOOD.slice(0, -20))
  writeFileSync(join(folder, 'Zebedee.json'), GOOD)
  t.equal(
    (await perfbook(folder, ['import', join(folder, 'Zebedee.json')], { env: { LOG_LEVEL: 'trace' } }))
      .status,
    0
  )

  // The book, an export, its download; a file by the name of a student.
  t.match((await ask('GET', '/api/courses/1/performance')).text, /Quuxbury/)
  await ask('POST', '/api/courses/1/performance/export')
  await services.runner.drain()
  const [made] = JSON.parse((await ask('GET', '/api/courses/1/performance/exports')).text) as Array<
    { url: string, job_id: number }
  >
  secrets.push(/\/files\/([0-9a-f]{32})/.exec(made!.url)![1]!)
  const { pathname } = new URL(made!.url)
  t.equal((await ask('GET', pathname, { bearer: null })).status, 200)
  for (
    const way of [
      pathname.replace('/files/', '//files/'),
      pathname.replace('files', '%66iles'),
      `${pathname}x?token=${token}`,
      `/x${pathname}`,
    ]
  ) await ask('GET', way, { bearer: null })
  await ask('GET', `/api/jobs/${made!.job_id}/events`)
  const form = new FormData()
  form.set('category', 'handout')
  form.set('file', new File(['Zebedee'], 'Quuxbury.txt', { type: 'text/plain' }))
  const stored = await ask('POST', '/api/courses/1/files', { body: form })
  t.equal(stored.status, 201)
  secrets.push(/\/files\/([0-9a-f]{32})/.exec(stored.text)![1]!)
  await perfbook(folder, ['export', '1', '-o', join(folder, 'Zebedee.xlsx')])

  // Sign-ins: by password, by link, by the school's account, by an application's token; well and badly.
  for (const password of [PASSWORD, 'a wrong password']) {
    for (const email of [ADMIN, 'zq.private@example.edu']) {
      const answer = await ask('POST', '/api/session', {
        bearer: null,
        headers: json,
        body: JSON.stringify({ email, password }),
      })
      const cookie = answer.headers.get('set-cookie')?.split(';')[0]
      if (cookie === undefined) continue
      secrets.push(decodeURIComponent(cookie.split('=')[1]!).split('.')[0]!)
      await ask('GET', '/api/courses', { bearer: null, headers: { cookie } })
    }
  }
  const invited = JSON.parse(
    (await ask('POST', '/api/users', {
      headers: json,
      body: JSON.stringify({ email: 'zq.private@example.edu', role: 'student', first_name: 'Zebedee' }),
    })).text
  ) as { invitation: { url: string, mail: { sent: boolean } } }
  t.equal(invited.invitation.mail.sent, false)
  const link = invited.invitation.url.split('=')[1]!
  secrets.push(link)
  const chosen = await ask('POST', '/api/invitations', {
    bearer: null,
    headers: json,
    body: JSON.stringify({ token: link, password: 'Zebedee chose this' }),
  })
  t.equal(chosen.status, 200)
  secrets.push(decodeURIComponent(/=([^;]+)/.exec(chosen.headers.get('set-cookie')!)![1]!).split('.')[0]!)
  provider.register(`${address}/api/oidc/callback`)
  for (const email of [ADMIN, 'zq.private@example.edu', 'SIS-4711-XQ@example.edu']) {
    provider.person = { email, email_verified: true }
    const { way } = await newHttpBrowser().visit(`${address}/api/oidc/login`)
    for (const step of way) {
      for (const name of ['code', 'state', 'nonce']) {
        secrets.push(...new URL(step).searchParams.getAll(name))
      }
    }
  }
  provider.person = null
  await newHttpBrowser().visit(`${address}/api/oidc/login`)
  const jwt = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${
    Buffer.from('{"email":"zq.private@example.edu"}').toString('base64url')
  }.c2lnbmF0dXJl`
  secrets.push(jwt)
  await ask('GET', '/api/courses', { bearer: jwt })

  // What no route takes.
  await ask('POST', '/api/session', { headers: json, body: '{"email":"zq.private@example.edu"' })
  await ask('PATCH', '/api/courses/1', { headers: json, body: '{"Zebedee":"Quuxbury"}' })
  await ask('GET', '/api/courses?source_id=source-zq-1')
  await ask('GET', '/api/courses/1/performance?limit=Zebedee')
  await ask('GET', '/metrics', { bearer: 'the-token-of-metrics' })
  // A bug: the service fails in the middle.
  await services.db.write((trx) => trx.schema.dropTable('student_scores').execute())
  t.equal((await ask('GET', '/api/courses/1/performance')).status, 500)
  await ask('POST', '/api/courses/1/performance/export')
  await services.runner.drain()
  await upload('/api/imports', GOOD.replace('"points":5', '"points":7'))

  await services.audit.settled()
  const audit = JSON.stringify(await services.db.reads.selectFrom('audit_log').selectAll().execute())
  for (
    const text of [
      /incoming request/,
      /job succeeded/,
      /job failed/,
      /a request failed/,
      /could not be sent by email/,
      /single sign-on was refused/,
    ]
  ) t.match(log, text)
  for (
    const action of [
      'import.request',
      'import.run',
      'export.request',
      'export.write',
      'file.download',
      'file.upload',
      'session.begin',
      'user.invite',
      'invitation.accept',
    ]
  ) t.match(audit, `"${action}"`)
  for (const [name, text] of Object.entries({ log, audit })) {
    for (const word of PERSONAL) {
      t.notOk(text.toLowerCase().includes(word.toLowerCase()), `${name}: ${word} ${around(text, word)}`)
    }
    for (const secret of secrets) t.notOk(text.includes(secret), `${name}: a secret ${around(text, secret)}`)
  }
})

/** Where it was found, for the reader of the report. */
function around (text: string, word: string): string {
  const at = text.toLowerCase().indexOf(word.toLowerCase())
  return at < 0 ? '' : text.slice(Math.max(0, at - 200), at + 100)
}
