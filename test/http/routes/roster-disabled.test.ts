// Accounts that a roster disables and enables again, against the whole service.
import { join } from 'node:path'
import t from 'tap'
import {
  enrollment,
  user,
  writeZip,
  bundleTexts,
  type Tables,
} from '../../imports/bundles.ts'
import { newBrowser, PASSWORD, signedInAs } from '../../support/browser.ts'
import { perfbook } from '../../support/cli.ts'
import { testFolder } from '../../support/test-folder.ts'
import { ADMIN } from '../../support/test-service.ts'
import { TED, district, deltaModes, startDistrict } from './district.ts'

const UNA = 'una@example.edu'

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
