// A teacher's import against the whole service: who may sign in, who teaches, whom a teacher sees, and what
// is noted.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  enrollment,
  result,
  school,
  user,
  writeZip,
  bundleTexts,
  FILES,
  type Tables,
} from '../../imports/bundles.ts'
import { newBrowser, PASSWORD, signedInAs } from '../../support/browser.ts'
import { perfbook } from '../../support/cli.ts'
import { testFolder } from '../../support/test-folder.ts'
import { ADMIN, startTestService, type TestService } from '../../support/test-service.ts'

const TED = 'ted@example.edu'
const UNA = 'una@example.edu'

/** Ted teaches Physics, Una Music; Dan is a student of Una alone. */
function district (): Tables {
  const tables = school()
  tables.users!.push(user('una', 'Una', 'Fox', 'T-2'), user('dan', 'Dan', 'Secret', '0099'))
  tables.courses!.push({ ...tables.courses![0]!, sourcedId: 'c9', title: 'Music' })
  tables.classes!.push({ ...tables.classes![0]!, sourcedId: 'p9', title: 'Music', courseSourcedId: 'c9' })
  tables.enrollments!.push(enrollment('e-u', 'p9', 'una', 'teacher'), enrollment('e-d9', 'p9', 'dan'))
  tables.lineItems!.push({
    ...tables.lineItems![0]!,
    sourcedId: 'li-p9',
    title: 'Song',
    classSourcedId: 'p9',
  })
  return tables
}

const deltaModes = (tables: Tables) =>
  Object.fromEntries(FILES.map((name) => [
    name,
    name in tables ? 'delta' : 'absent',
  ]))

interface District extends TestService {
  /** An import of a bundle; its job as `GET /api/imports/:id` shows it to the one who asked. */
  take: (
    path: string,
    tables: Tables,
    options: { token: string, isDelta?: boolean },
  ) => Promise<Record<string, any>>
  admin: string
  ted: string
}

async function startDistrict (t: Test): Promise<District> {
  const service = await startTestService(t)
  const folder = join(service.services.config.DATA_DIR, 'uploads')
  mkdirSync(folder)
  let uploads = 0
  const take: District['take'] = async (path, tables, { token, isDelta = true }) => {
    const file = await writeZip(
      join(folder, `${++uploads}.zip`),
      bundleTexts(tables, isDelta ? { modes: deltaModes(tables) } : {})
    )
    const form = new FormData()
    form.set('file', new File([readFileSync(file)], 'bundle.zip'))
    const body = new Response(form)
    const headers = { 'content-type': body.headers.get('content-type')!, authorization: `Bearer ${token}` }
    const response = await service.server.inject({
      method: 'POST',
      url: path,
      headers,
      payload: Buffer.from(await body.arrayBuffer()),
    })
    if (response.statusCode !== 202) return response.json()
    await service.services.runner.drain()
    return (await service.call('GET', `/api/imports/${(response.json() as { id: number }).id}`, {
      token,
    })).json()
  }
  const admin = await service.token('admin')
  await take('/api/imports', district(), { token: admin, isDelta: false })
  return { ...service, take, admin, ted: await service.token('teacher', { email: TED }) }
}

const entries = async (service: TestService, action: string) => {
  await service.services.audit.settled()
  return (await service.call(
    'GET',
    `/api/audit?action=${action}`
  )).json().entries as Array<Record<string, unknown>>
}

t.test("a teacher's file disables no administrator and no colleague", async (t) => {
  const service = await startDistrict(t)
  const boss = await signedInAs(service, 'admin')
  const una = await signedInAs(service, 'teacher', UNA)
  const file = {
    users: [
      user('boss', 'The', 'Boss', '', { email: ADMIN, enabledUser: 'false' }),
      user('una', 'Una', 'Fox', 'T-2', { enabledUser: 'false' }),
    ],
    enrollments: [enrollment('e-boss', 'p1', 'boss', 'teacher'), enrollment('e-una', 'p1', 'una', 'teacher')],
  }
  t.match(await service.take('/api/courses/1/imports', file, { token: service.ted }), {
    status: 'succeeded',
    warnings: [{ code: 'left_out', count: 4 }],
  })
  t.equal((await boss.call('GET', '/api/session')).status, 200)
  t.equal((await una.call('GET', '/api/session')).status, 200)
  t.strictSame(
    (await service.call('GET', '/api/users')).json().filter((one: { is_disabled: boolean }) =>
      one.is_disabled
    ),
    []
  )
  // Nor later, when an administrator's import touches the same classes.
  const later = { enrollments: [enrollment('e-n', 'p1', 'cyd')] }
  t.match(await service.take('/api/imports', later, { token: service.admin }), { status: 'succeeded' })
  t.equal((await boss.call('GET', '/api/session')).status, 200)
  t.equal((await una.call('GET', '/api/session')).status, 200)
  t.equal((await una.call('GET', '/api/courses/1/performance')).json().code, 'NOT_A_TEACHER')
})

t.test("a colleague whom the district disabled does not get in again by a teacher's file", async (t) => {
  const service = await startDistrict(t)
  const una = await signedInAs(service, 'teacher', UNA)
  const token = await service.token('teacher', { email: UNA })
  await service.take(
    '/api/imports',
    { users: [user('una', 'Una', 'Fox', 'T-2', { enabledUser: 'false' })] },
    { token: service.admin }
  )
  t.equal((await una.call('GET', '/api/session')).status, 401)
  t.equal((await service.call('GET', '/api/session', { token })).status, 401)
  const file = {
    users: [user('una', 'Una', 'Fox', 'T-2')],
    enrollments: [enrollment('e-una', 'p1', 'una', 'teacher')],
  }
  t.match(await service.take('/api/courses/1/imports', file, { token: service.ted }), {
    status: 'succeeded',
    warnings: [{ code: 'left_out', count: 2 }],
  })
  t.equal((await una.signIn(UNA)).json().code, 'BAD_CREDENTIALS')
  t.equal((await service.call('GET', '/api/session', { token })).status, 401)
  // Another course's row of an administrator's import says enabled: any that says disabled counts.
  const other = {
    users: [user('una2', 'Una', 'Fox', 'T-2', { email: UNA })],
    enrollments: [enrollment('e-una2', 'p2', 'una2', 'teacher')],
  }
  t.match(await service.take('/api/imports', other, { token: service.admin }), { status: 'succeeded' })
  t.equal((await una.signIn(UNA)).json().code, 'BAD_CREDENTIALS')
})

t.test('the list of users and enable say the true state, its reason, and what to do', async (t) => {
  const service = await startDistrict(t)
  const una = await signedInAs(service, 'teacher', UNA)
  const hand = await signedInAs(service, 'teacher', 'hand@example.edu')
  const disabling = {
    users: [
      user('una', 'Una', 'Fox', 'T-2', { enabledUser: 'false' }),
      user('hand', 'By', 'Hand', '', { enabledUser: 'false' }),
      user('admin', 'The', 'Boss', '', { enabledUser: 'false' }),
    ],
    enrollments: [
      enrollment('e-hand', 'p9', 'hand', 'teacher'),
      enrollment('e-admin', 'p9', 'admin', 'teacher'),
    ],
  }
  await service.take('/api/imports', disabling, { token: service.admin })
  const users = async () =>
    new Map(
      (await service.call(
        'GET',
        '/api/users'
      )).json().map((one: { email: string }) => [
        one.email,
        one,
      ])
    ) as Map<string, { id: number }>
  t.match((await users()).get(UNA), {
    is_disabled: true,
    disabled_by: 'roster',
    disabled_in: [{ id: 2, name: 'Music' }],
    disabled_reason: 'disabled by the roster of the course "Music"',
  })
  t.match((await users()).get('hand@example.edu'), {
    is_disabled: false,
    disabled_by: null,
    disabled_in: [],
    disabled_reason: null,
  }, 'an account made by hand is disabled by hand alone')
  t.match((await users()).get(ADMIN), { is_disabled: false })
  t.equal((await hand.call('GET', '/api/session')).status, 200)
  t.equal(
    (await hand.call('GET', '/api/courses/2/performance')).status,
    200,
    "the roster's teacher still may"
  )
  const { id } = (await users()).get(UNA)!
  t.match((await service.call('POST', `/api/users/${id}/reset`)).json(), {
    code: 'USER_DISABLED',
    message: /roster of the course "Music"/,
  })

  t.match((await service.call('POST', `/api/users/${id}/enable`)).json(), {
    is_disabled: false,
    disabled_by: null,
  })
  t.equal((await una.call('GET', '/api/session')).status, 401, 'the old session has ended')
  t.equal((await una.signIn(UNA)).status, 200)
  const unrelated = { lineItems: [{ ...district().lineItems!.at(-1)!, title: 'Another song' }] }
  await service.take('/api/imports', unrelated, { token: service.admin })
  t.equal(
    (await una.call('GET', '/api/session')).status,
    200,
    'a delta that does not name the person changes nothing'
  )
  await service.take('/api/imports', disabling, { token: service.admin })
  t.equal((await una.call('GET', '/api/session')).status, 401, 'a roster that says it again disables again')
  await service.call('POST', `/api/users/${id}/disable`)
  t.match((await users()).get(UNA), {
    disabled_by: 'administrator',
    disabled_reason: 'disabled by an administrator and by the roster of the course "Music"',
  })
  await service.take('/api/imports', { users: [user('una', 'Una', 'Fox', 'T-2')] }, { token: service.admin })
  t.match((await users()).get(UNA), {
    disabled_by: 'administrator',
    disabled_reason: 'disabled by an administrator',
  }, 'a roster does not undo what was done by hand')
})

t.test('a teacher who has left every course is disabled as well', async (t) => {
  const service = await startDistrict(t)
  const una = await signedInAs(service, 'teacher', UNA)
  const left = {
    users: [user('una', 'Una', 'Fox', 'T-2', { enabledUser: 'false' })],
    enrollments: [enrollment('e-u', 'p9', 'una', 'teacher', { status: 'tobedeleted' })],
  }
  t.match(await service.take('/api/imports', left, { token: service.admin }), { status: 'succeeded' })
  t.equal((await una.signIn(UNA)).json().code, 'BAD_CREDENTIALS')
  t.match(
    (await service.call('GET', '/api/users')).json().find((one: { email: string }) => one.email === UNA),
    { is_disabled: true, disabled_in: [], disabled_reason: 'disabled by the roster' }
  )
  await service.take('/api/imports', { users: [user('una', 'Una', 'Fox', 'T-2')] }, { token: service.admin })
  t.equal((await una.signIn(UNA)).status, 200, 'enabled again by the same user of the roster')
})

t.test('a one-time link stops working when a roster disables its account', async (t) => {
  const service = await startDistrict(t)
  const admin = await signedInAs(service, 'admin')
  const {
    user: { id },
    invitation,
  } = (await admin.call('POST', '/api/users', { body: { email: UNA, role: 'teacher' } })).json()
  await service.take(
    '/api/imports',
    { users: [user('una', 'Una', 'Fox', 'T-2', { enabledUser: 'false' })] },
    { token: service.admin }
  )
  const token = invitation.url.split('=')[1]
  t.equal(
    (await newBrowser(service).call('POST', '/api/invitations', { body: { token, password: PASSWORD } }))
      .json().code,
    'INVITATION_NOT_FOUND'
  )
  await admin.call('POST', `/api/users/${id}/enable`)
  t.equal(
    (await newBrowser(service).call('POST', '/api/invitations', { body: { token, password: PASSWORD } }))
      .status,
    200
  )
})

t.test('a sourcedId of another course shows no one and gets the same answer as an unknown one', async (t) => {
  const service = await startDistrict(t)
  for (const id of ['dan', 'xan']) {
    const answer = await service.take(
      '/api/courses/1/imports',
      { enrollments: [enrollment('e-x', 'p1', id)] },
      { token: service.ted }
    )
    const text = JSON.stringify(answer)
    t.notMatch(text, /Secret|0099|Music|Una|c9/)
    t.notMatch(
      (await service.call('GET', '/api/courses/1/performance', { token: service.ted })).text,
      /Secret|0099|dan/
    )
  }
  const answers: string[] = []
  for (const id of ['li-p9', 'li-p0']) {
    const {
      warnings,
      summary,
      errors,
    } = await service.take('/api/courses/1/imports', { results: [result('r-x', id, 'dan', 1)] }, {
      token: service.ted,
    })
    answers.push(JSON.stringify({ warnings, summary, errors }).replaceAll(id, 'li'))
  }
  t.equal(answers[0], answers[1])
  t.notMatch(answers[0]!, /Secret|0099|Music|Una|Song/)
})

t.test("a teacher's import adds and removes no teachers, and imports are noted with what they changed", async (t) => {
  const service = await startDistrict(t)
  const teachers = async () =>
    await service.services.db.reads.selectFrom('course_teachers').select([
      'course_id',
      'email_key',
    ]).orderBy('id').execute()
  const before = await teachers()
  const file = {
    users: [user('spy', 'The', 'Spy', '')],
    enrollments: [
      enrollment('e-spy', 'p1', 'spy', 'teacher'),
      enrollment('e-t2', 'p2', 'ted', 'teacher', { status: 'tobedeleted' }),
    ],
    results: [result('r1', 'li1-p1', 'ann', 3)],
  }
  const done = await service.take('/api/courses/1/imports', file, { token: service.ted })
  t.match(done, {
    status: 'succeeded',
    summary: { scores: { updated: 1 } },
    warnings: [{ code: 'left_out', count: 3 }],
  })
  t.strictSame(await teachers(), before)
  const refused = await service.take(
    '/api/courses/1/imports',
    { results: [result('r1', 'li1-p1', 'ann', 'seven')] },
    { token: service.ted }
  )
  t.match(refused, { status: 'failed' })

  const actors = new Map(
    (await service.call(
      'GET',
      '/api/users'
    )).json().map((one: { email: string, id: number }) => [
      one.email,
      one.id,
    ])
  )
  const noted = (await entries(service, 'import.run')).map(({
    outcome,
    user_id: userId,
    via,
    subject,
  }) => ({ outcome, userId, via, subject }))
  t.strictSame(noted, [
    {
      outcome: 'refused',
      userId: actors.get(TED),
      via: 'token',
      subject: `course 1, job ${refused.id}, changed: nothing`,
    },
    {
      outcome: 'done',
      userId: actors.get(TED),
      via: 'token',
      subject: `course 1, job ${done.id}, changed: 1 courses, 0 students, 1 scores`,
    },
    {
      outcome: 'done',
      userId: actors.get(ADMIN),
      via: 'token',
      subject: 'job 1, changed: 2 courses, 4 students, 4 scores',
    },
  ])
})

t.test('the command line: list, enable, disable, invite and tokens', async (t) => {
  const folder = testFolder(t)
  const roster = async (
    tables: Tables,
    name: string,
    isDelta: boolean
  ) =>
    await writeZip(
      join(folder, `${name}.zip`),
      bundleTexts(tables, isDelta ? { modes: deltaModes(tables) } : {})
    )
  t.match(await perfbook(folder, ['import', await roster(district(), 'all', false)]), { status: 0 })
  t.match(
    await perfbook(folder, [
      'import',
      await roster({ users: [user('una', 'Una', 'Fox', 'T-2', { enabledUser: 'false' })] }, 'off', true),
    ]),
    { status: 0 }
  )
  t.match(await perfbook(folder, ['token', 'create', UNA]), {
    status: 1,
    stderr: /disabled by the roster of the course "Music"/,
  })
  t.match(await perfbook(folder, ['user', 'invite', UNA]), {
    status: 0,
    stderr: /disabled by the roster of the course "Music"\. To enable it: perfbook user enable/,
  })
  t.match(JSON.parse((await perfbook(folder, ['user', 'list', '--json'])).stdout), [
    { email: UNA, is_disabled: true, disabled_reason: 'disabled by the roster of the course "Music"' },
  ])
  t.match(await perfbook(folder, ['user', 'list']), {
    stdout: /disabled by the roster of the course "Music"/,
  })
  t.match(await perfbook(folder, ['user', 'enable', UNA]), {
    status: 0,
    stderr:
      /is enabled\.\nIt was disabled by the roster of the course "Music"\. The next roster that says enabledUser=false disables it again/,
  })
  t.match(await perfbook(folder, ['token', 'create', UNA]), { status: 0 })
  t.match(await perfbook(folder, ['user', 'disable', TED]), { status: 0 }, 'who is known only from a roster')
  t.match(await perfbook(folder, ['token', 'create', TED]), {
    status: 1,
    stderr: /disabled by an administrator/,
  })
})
