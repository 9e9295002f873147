import t from 'tap'
import { spreadsheetCell } from '../../../src/csv-row.ts'
import { upload } from './import-upload.ts'
import { newBrowser, PASSWORD, signedInAs } from '../../support/browser.ts'
import { startTestService, TEACHER } from '../../support/test-service.ts'

t.test('the audit log: who did what, in numbers, and nothing changes it', async (t) => {
  const clock = { now: Date.UTC(2026, 0, 5, 8) }
  const service = await startTestService(t, {
    courses: [{
      teachers: [{ email: TEACHER }],
      tasks: [{ title: 'HW' }],
      students: [{ firstName: 'Zebedee', lastName: 'Quux', email: 'zebedee@example.edu', cells: [1] }],
    }],
    now: () => clock.now,
    settings: { AUDIT_RETENTION_DAYS: '30' },
  })
  const { services } = service
  const teacher = await signedInAs(service, 'teacher')
  await newBrowser(service).signIn(TEACHER, 'wrong password')
  await newBrowser(service).signIn('zebedee@example.edu')
  const student = await signedInAs(service, 'student', 'zebedee@example.edu')
  await student.call('POST', '/api/courses/1/performance/export')
  const { job } = (await teacher.call('POST', '/api/courses/1/performance/export')).json()
  await services.runner.drain()
  const { url } = (await teacher.call('GET', job)).json()
  const { pathname } = new URL(url)
  await service.call('GET', pathname, { token: null })
  await service.call('HEAD', pathname, { token: null })
  await service.call('GET', pathname, { token: null, headers: { range: 'bytes=5-9' } })
  await service.call('DELETE', '/api/courses/99')
  await service.call('GET', '/api/audit', { token: null })
  await teacher.call('DELETE', '/api/session')
  await services.audit.settled()
  const { entries, next_cursor: cursor } = (await service.call('GET', '/api/audit?limit=6')).json()
  t.strictSame(
    entries.map((
      entry: Record<string, unknown>
    ) => [entry.action, entry.outcome, entry.user_id, entry.email, entry.via, entry.subject]),
    [
      // A part of a file counts as well: all of it but the first byte is as good as the file.
      ['file.download', 'done', null, null, 'link', `file ${pathname.split('/')[2]!.slice(0, 6)}…`],
      ['session.end', 'done', 1, TEACHER, 'session', null],
      ['file.download', 'done', null, null, 'link', `file ${pathname.split('/')[2]!.slice(0, 6)}…`],
      ['export.request', 'done', 1, TEACHER, 'session', 'course 1'],
      ['export.request', 'refused', 2, null, 'session', 'course 1'],
      ['session.begin', 'done', 2, null, 'session', null],
    ]
  )
  const rest = (await service.call('GET', `/api/audit?cursor=${cursor}`)).json()
  t.strictSame(rest.entries.map((entry: Record<string, unknown>) => [entry.outcome, entry.user_id]), [
    ['refused', null],
    ['refused', 1],
    ['done', 1],
  ])
  t.strictSame(
    (await service.call('GET', '/api/audit?action=file.download')).json().entries.map((
      { count }: { count: number }
    ) => count),
    [1, 1]
  )
  t.equal((await service.call('GET', '/api/audit?user_id=1')).json().entries.length, 4)
  for (const beyond of ['9223372036854775808', '99999999999999999999', '1e300']) {
    const answer = await service.call('GET', `/api/audit?user_id=${beyond}`)
    t.match(answer.json(), { statusCode: 400, code: 'VALIDATION_FAILED' }, 'beyond any id')
  }
  t.notMatch(
    JSON.stringify(await services.db.reads.selectFrom('audit_log').selectAll().execute()),
    /zebedee|quux/i
  )
  await t.rejects(
    services.db.write((trx) => trx.updateTable('audit_log').set({ outcome: 'done' }).execute()),
    /append-only/
  )

  clock.now += 31 * 86_400_000
  await newBrowser(service).signIn(TEACHER, 'wrong password')
  await services.audit.settled()
  await services.housekeeping.start()
  await services.runner.drain()
  t.equal((await service.call('GET', '/api/audit')).json().entries.length, 1, 'what is too old is gone')
})

t.test('guessing is slowed down with Retry-After; only a trusted proxy changes the address', async (t) => {
  const clock = { now: Date.UTC(2026, 0, 5, 8) }
  for (const trusted of [false, true]) {
    const service = await startTestService(t, {
      now: () => clock.now,
      settings: trusted ? { TRUST_PROXY: '127.0.0.1' } : {},
    })
    await service.services.accounts.add({ email: TEACHER, role: 'teacher', password: PASSWORD })
    const home = newBrowser(service, { 'x-forwarded-for': '10.0.0.200' })
    t.equal((await home.signIn(TEACHER)).status, 200)
    // The same work for each: this fills the account's bucket from many addresses.
    const guesses = await Promise.all(
      Array.from({ length: 11 }, (_, i) =>
        newBrowser(service, { 'x-forwarded-for': `10.0.0.${i}` }).signIn(TEACHER, 'guess'))
    )
    // They are checked at the same time: any of them may be the last.
    guesses.sort((a, b) => a.status - b.status)
    const statuses = guesses.map(({ status }) => status)
    if (trusted) {
      t.strictSame(statuses, [...Array<number>(10).fill(401), 429])
      t.match(guesses[10]!.json(), { statusCode: 429, code: 'RATE_LIMITED', message: /sign-ins failed/ })
      t.equal(guesses[10]!.headers['retry-after'], '30')
      t.equal(
        (await newBrowser(service, { 'x-forwarded-for': '10.0.0.99' }).signIn('nobody@example.edu')).status,
        401,
        'others are not slowed down'
      )
      t.equal((await home.signIn(TEACHER)).status, 200, 'nor is the user where they were before')
      clock.now += 30_000
      t.equal(
        (await newBrowser(service, { 'x-forwarded-for': '10.0.0.99' }).signIn(TEACHER)).status,
        200,
        'and after the wait anyone may try'
      )
    } else {
      // One address, where the user has been before: a bucket of its own.
      t.strictSame(statuses, [...Array<number>(10).fill(401), 429])
      t.equal(guesses[10]!.headers['retry-after'], '90')
    }
  }
})

t.test('entries of a time, and all of them as a table', async (t) => {
  const clock = { now: Date.UTC(2026, 0, 5, 23, 30) }
  const service = await startTestService(t, { now: () => clock.now })
  const { audit } = service.services
  await signedInAs(service, 'teacher')
  const record = (subject: string, changes?: Record<string, unknown>) => {
    const at = { outcome: 'done', actorId: 1, via: 'session', address: '10.0.0.1' } as const
    audit.record({ action: 'course.set', ...at, subject, changes })
  }
  for (let i = 1; i <= 1200; i++) record(`course ${i}`)
  clock.now += 3_600_000
  record('=1+1, "x"', { role: ['teacher', 'admin'], weights: [{ HW: 0.2 }, null] })
  await audit.settled()
  const get = async (query: string) =>
    (await service.call('GET', `/api/audit?limit=1000&action=course.set${query}`)).json()
  const count = async (query: string) => (await get(query)).entries.length
  t.equal(await count('&from=2026-01-06'), 1)
  t.equal(await count('&from=2026-01-06T00:30:00Z&to=2026-01-06T01:30:00%2B01:00'), 1, 'both are included')
  t.equal(await count('&from=2026-01-06T00:30:00.001Z'), 0)
  t.equal(await count('&to=2026-01-04'), 0)
  t.equal(await count('&from=2026-01-05&to=2026-01-05&user_id=1'), 1000)
  t.equal(await count('&from=2026-01-05&user_id=2'), 0)
  for (const [query, field] of [
    ['&from=yesterday', 'from'], ['&from=2026-02-30', 'from'], ['&to=2026-13-01', 'to'],
  ] as const) {
    t.match(await get(query), { statusCode: 400, message: new RegExp(`^${field}: `) })
  }
  const table = (accept: string, query = '') =>
    service.call('GET', `/api/audit?action=course.set${query}`, { headers: { accept } })
  const csv = await table('text/csv')
  t.match(csv.headers, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="audit-log.csv"',
    vary: /accept/i,
    'cache-control': 'private, no-cache',
  })
  const lines = csv.text.split('\r\n')
  t.equal(lines[0], '\u{feff}id,at,action,outcome,count,user_id,email,via,address,subject,changes')
  t.match(lines[1], /^\d+,2026-01-06T00:30:00\.000Z,course\.set,done,1,1,teacher@.*,session,10\.0\.0\.1,/)
  t.match(lines[1], ',"\'=1+1, ""x""","role: teacher → admin; weights: {""HW"":0.2} → null"')
  t.equal(spreadsheetCell('a;=1+1'), '"a;=1+1"', 'no formula where semicolons separate cells')
  t.equal(lines.length, 1203, 'all entries, the header, and nothing after the last line end')
  t.equal(new Set(lines).size, 1203)
  t.equal((await table('text/csv', '&to=2026-01-04')).text.split('\r\n').length, 2)
  t.match((await table('application/json, text/csv;q=0.5')).headers['content-type'], /json/)
  t.match((await table('text/csv;q=0')).headers['content-type'], /json/)
  t.match((await table('*/*')).headers['content-type'], /json/)
  t.equal((await service.call('GET', '/api/audit', {
    token: await service.token('teacher'), headers: { accept: 'text/csv' },
  })).status, 403)
})

t.test('a download by a user is theirs, though the link is enough; a preview has no entry', async (t) => {
  const service = await startTestService(t, {
    courses: [{ teachers: [{ email: TEACHER }], tasks: [{ title: 'HW' }], students: [{ cells: [1] }] }],
  })
  const { audit, runner } = service.services
  const teacher = await signedInAs(service, 'teacher')
  const { job } = (await teacher.call('POST', '/api/courses/1/performance/export')).json()
  await runner.drain()
  const { pathname } = new URL((await teacher.call('GET', job)).json().url)
  for (const options of [
    { token: null },
    { token: 'pb_unknown' },
    { token: await service.token('teacher') },
    { token: null, headers: { cookie: teacher.cookie } },
  ]) t.equal((await service.call('GET', pathname, options)).status, 200)
  await audit.settled()
  const { entries } = (await service.call('GET', '/api/audit?action=file.download')).json()
  t.strictSame(
    entries.map(({ user_id: id, email, via, count }: Record<string, unknown>) => [id, email, via, count]),
    [[null, null, 'link', 1], [1, TEACHER, 'session', 1], [1, TEACHER, 'token', 1], [null, null, 'link', 1]]
  )

  const table = { name: 'grades.csv', bytes: 'Student,ID,HW\n    Points Possible,,10\n"Lee, Ann",1,7\n' }
  const fields = { format: 'canvas', course: 'New', dry_run: 'true' }
  t.equal((await upload(service, '/api/imports', table, fields)).status, 202)
  t.equal((await upload(service, '/api/imports', table, { ...fields, dry_run: 'false' })).status, 202)
  await audit.settled()
  const all = (await service.call('GET', '/api/audit')).json().entries as Array<{ action: string }>
  t.strictSame(
    all.map(({ action }) => action).filter((action) => action.startsWith('import.')).sort(),
    ['import.request', 'import.run']
  )
})
