// What administrators do on the page: users, jobs, storage, the audit log.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { createGate } from '../support/gate.ts'
import { createHeldPool } from '../support/held-pool.ts'
import { storeFile } from '../support/stored-file.ts'
import { ADMIN } from '../support/test-service.ts'
import { findChromium, needs } from '../support/tools.ts'
import { lookAt, PASSWORD, screenshot, signIn, startPage, type PageService } from './page-browser.ts'
import { sampleCourse } from './sample-course.ts'
import { becomes, hasFocus } from './view-facts.ts'

const chromium = needs(findChromium())

async function openAsAdmin ({ services, open, address }: PageService) {
  await services.accounts.add({
    email: ADMIN,
    role: 'admin',
    firstName: 'Ada',
    lastName: 'Admin',
    password: PASSWORD,
  })
  const opened = await open()
  await signIn(opened.page, address, ADMIN)
  return opened
}

/** Cards instead of tables, and nothing to scroll sideways. */
async function fitsSmallScreen (t: Test, page: Page, name: string): Promise<void> {
  await page.setViewportSize({ width: 390, height: 844 })
  await becomes(t, () => page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, name)
  const outside = () => page.locator('.wide, .scroll').evaluateAll((all) =>
    all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent))
  await becomes(t, outside, [], 'tables are cards')
  await screenshot(page, name)
  await page.setViewportSize({ width: 1280, height: 860 })
}

t.test('users: found, invited, disabled after a question, enabled again', chromium, async (t) => {
  const service = await startPage(t, { courses: [sampleCourse()] })
  const { page, context, problems } = await openAsAdmin(service)
  await page.getByRole('link', { name: 'Users' }).click()
  await page.getByText('2 users').waitFor()
  const own = page.getByRole('row', { name: /Ada Admin/ })
  t.equal(await own.getByRole('button', { name: /^Disable/ }).count(), 0, 'users cannot disable themselves')
  await page.getByRole('button', { name: 'Invite user' }).click()
  await page.getByLabel('Email', { exact: true }).fill('TEACHER@example.edu')
  await page.getByRole('button', { name: 'Create link' }).click()
  const refusal = page.getByText('An account with this email already exists.')
  await refusal.waitFor()
  await page.getByLabel('Email', { exact: true }).fill('new@example.edu')
  await refusal.waitFor({ state: 'detached' })
  await page.getByLabel('First name').fill('Nia')
  await page.getByLabel('Last name').fill('Neu')
  await page.getByRole('button', { name: 'Create link' }).click()
  const link = page.getByLabel('One-time link')
  await becomes(t, async () => /#invitation=[\w-]{43}$/.test(await link.inputValue()), true, 'a link')
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Copy' }).click()
  await page.getByText('Copied.').waitFor()
  t.equal(await page.evaluate('navigator.clipboard.readText()'), await link.inputValue())
  await lookAt(t, page, 'users')
  await page.getByRole('button', { name: 'Done' }).click()
  // It is shown once.
  await link.waitFor({ state: 'detached' })

  await page.getByLabel('Search by name or email').fill('nia')
  await page.getByText('1 user').waitFor()
  await page.getByRole('button', { name: 'Disable new@example.edu' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Disable this account?').waitFor()
  await hasFocus(t, dialog.getByRole('button', { name: 'Cancel' }))
  await lookAt(t, page, 'users-disable')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  t.equal(
    (await service.call('GET', '/api/users')).json().find((user: { email: string }) =>
      user.email === 'new@example.edu'
    ).is_disabled,
    false
  )
  await page.getByRole('button', { name: 'Disable new@example.edu' }).click()
  await dialog.getByRole('button', { name: 'Disable' }).click()
  await page.getByRole('row', { name: /Nia Neu/ }).getByText('Disabled').waitFor()
  await page.getByRole('button', { name: 'Enable new@example.edu' }).click()
  await page.getByRole('row', { name: /Nia Neu/ }).getByText('No password yet').waitFor()
  await page.getByLabel('Search by name or email').fill('nobody')
  await page.getByText('No users match.').waitFor()

  await t.test('many are invited at once, with an answer for each', async (t) => {
    await page.getByText('Email is not set up').waitFor()
    await page.getByRole('button', { name: 'Invite many' }).click()
    await hasFocus(t, page.getByLabel('List of people'))
    await page.getByLabel('List of people').fill([
      'Email;First name;Last name;Role', 'garcia@example.edu;Ana;García;docente', 'TEACHER@example.edu;;;',
      'no address;X;Y;', 'GARCIA@example.edu;Ana;García;', 'boss@example.edu;Bo;Boss;king',
    ].join('\n'))
    const row = (name: string) => page.getByRole('row', { name })
    await page.getByText('1 person can be invited. 4 rows cannot be used; see their status.').waitFor()
    await row('no address').getByText('Not an email address').waitFor()
    await row('boss@').getByText('Unknown role').waitFor()
    await row('boss@').getByText('Write Teacher, Administrator, or Student.').waitFor()
    await lookAt(t, page, 'users-many')
    await page.getByRole('button', { name: 'Invite 1 person' }).click()
    await page.getByText('1 person was invited.').waitFor()
    await row('TEACHER@').getByText('Already has an account').waitFor()
    const link = page.getByLabel('Link of garcia@example.edu')
    await becomes(t, async () => /#invitation=[\w-]{43}$/.test(await link.inputValue()), true, 'a link')
    await page.getByRole('button', { name: 'Copy all links' }).click()
    await page.getByText('Copied.').waitFor()
    t.match(await page.evaluate('navigator.clipboard.readText()'), /^garcia@example\.edu\thttp/)
    await page.getByRole('button', { name: 'Done' }).click()
  })

  await t.test('a search without accents; a role is changed after a question', async (t) => {
    await page.getByLabel('Search by name or email').fill('GARCIA ana')
    await page.getByText('1 user').waitFor()
    const role = page.getByLabel('Role of garcia@example.edu')
    await role.selectOption('admin')
    const change = 'This changes the role of garcia@example.edu from Teacher to Administrator.'
    await page.getByText(change).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    t.equal(await role.inputValue(), 'teacher', 'not without the answer')
    await role.selectOption('admin')
    await page.getByRole('dialog').getByRole('button', { name: 'Change role' }).click()
    await becomes(t, () => role.inputValue(), 'admin', 'changed')
    await page.getByLabel('Search by name or email').fill('ada')
    await page.getByRole('row', { name: /Ada Admin/ }).waitFor()
    t.equal(await page.getByLabel(`Role of ${ADMIN}`).count(), 0, 'not one\'s own')
  })

  await t.test('nothing is off a small screen', async (t) => {
    await page.getByLabel('Search by name or email').fill('')
    await page.getByText('4 users').waitFor()
    await fitsSmallScreen(t, page, 'users-small')
  })
  t.strictSame(problems, [])
})

t.test('jobs: seen while they run, canceled, tried again, explained', chromium, async (t) => {
  const gate = createGate()
  const service = await startPage(t, {
    courses: [sampleCourse(), sampleCourse({ name: 'Chemistry', sourceId: 'chemistry' })],
    jobPool: createHeldPool(gate, { progress: 0.4 }),
  })
  const { page, problems } = await openAsAdmin(service)
  await page.getByRole('link', { name: 'Jobs' }).click()
  await page.getByText('There are no jobs yet.').waitFor()
  await lookAt(t, page, 'jobs-empty')
  const ask = async (course: number, body: object = {}): Promise<number> =>
    (await service.call('POST', `/api/courses/${service.courseIds[course]}/performance/export`, { body }))
      .json().id
  const first = await ask(0)
  const second = await ask(1)
  await page.reload()
  const row = (id: number) => page.locator(`[data-job="${id}"]`)
  await row(first).getByText('Running').waitFor()
  await page.getByRole('button', { name: `Cancel job ${second}` }).click()
  await row(second).getByText('Canceled').waitFor()
  await lookAt(t, page, 'jobs')
  await fitsSmallScreen(t, page, 'jobs-small')
  await page.getByLabel('Status').selectOption('canceled')
  await row(first).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: `Export ${second}` }).click()
  await page.getByRole('heading', { name: `Export ${second}` }).waitFor()
  await page.getByRole('link', { name: 'Chemistry' }).waitFor()
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('button', { name: 'Cancel' }).waitFor()
  gate.open()
  await page.getByRole('button', { name: 'Download' }).waitFor()
  await page.getByRole('heading', { name: 'Attempts' }).waitFor()
  await lookAt(t, page, 'job')
  await page.goBack()
  await page.getByText('No jobs match.').waitFor()
  await page.goto(`${service.address}/#/admin/jobs/999`)
  await page.getByText('This job does not exist').waitFor()
  t.strictSame(problems, [])
})

t.test('a failed job says why, and long lists have pages', chromium, async (t) => {
  const service = await startPage(t, { courses: [sampleCourse()] })
  const { page, problems } = await openAsAdmin(service)
  const { db, clock: { now } } = service.services
  const [courseId = 0] = service.courseIds
  await db.write((trx) =>
    trx.insertInto('jobs').values(Array.from({ length: 60 }, (_, i) => ({
      kind: 'performance-export',
      state: 'failed' as const,
      key: `k${i}`,
      owner_type: 'course',
      owner_id: courseId,
      payload: '{"requestedBy":"Tea Cher"}',
      error_code: 'WORKBOOK_TOO_LARGE',
      error_message: 'There are too many students.',
      run_after: 0,
      created_at: now(),
      finished_at: now(),
      attempts: 1,
    }))).execute()
  )
  await page.getByRole('link', { name: 'Jobs' }).click()
  await page.locator('[data-job="60"]').waitFor()
  await becomes(t, () => page.locator('[data-job]').count(), 50, 'the first page')
  await page.getByRole('link', { name: 'Older' }).click()
  await page.locator('[data-job="10"]').waitFor()
  await becomes(t, () => page.locator('[data-job]').count(), 10, 'the second page')
  await page.goBack()
  await page.getByRole('link', { name: 'Export 60' }).click()
  // The list says the same at each of its rows, and is there until the job's own view is.
  await page.getByRole('heading', { name: 'Export 60' }).waitFor()
  await page.getByText('The book does not fit into an Excel sheet.').waitFor()
  await page.getByText('There are too many students.').waitFor()
  await lookAt(t, page, 'job-failed')
  await fitsSmallScreen(t, page, 'job-failed-small')
  t.strictSame(problems, [])
})

t.test('storage: what is there, by whom, and what can go', chromium, async (t) => {
  const service = await startPage(t, {
    courses: [sampleCourse(), sampleCourse({ name: 'Chemistry', sourceId: 'chemistry' })],
    settings: { TOTAL_QUOTA_BYTES: '4000000' },
  })
  const { page, problems } = await openAsAdmin(service)
  await page.getByRole('link', { name: 'Storage' }).click()
  await page.getByText('There are no files yet.').waitFor()
  const physics = { type: 'course', id: service.courseIds[0]! }
  await storeFile(service, 'x'.repeat(1_500_000), {
    owner: physics,
    filename: 'Slides of week 1.pdf',
    createdBy: 'Jo Teacher',
  })
  await storeFile(service, 'x'.repeat(30_000), {
    owner: physics,
    category: 'teacher-performance',
    filename: 'Physics_I.xlsx',
    createdBy: 'Jo Teacher',
  })
  await storeFile(service, 'x'.repeat(700_000), {
    owner: { type: 'course', id: service.courseIds[1]! },
    filename: 'Acids.pdf',
  })
  await storeFile(service, 'x'.repeat(5000), {
    owner: { type: 'user', id: 1 },
    filename: 'roster.zip',
    expiresAt: 1,
  })
  await page.reload()
  await page.getByText('1 expired file (5 kB) still uses space.').waitFor()
  await page.getByText('55.8% of 4 MB').waitFor()
  await lookAt(t, page, 'storage')
  await page.getByRole('button', { name: 'Remove expired files' }).click()
  await page.getByText('The expired files were removed.').waitFor()
  await page.getByText('Nothing has expired.').waitFor()
  await page.getByRole('link', { name: 'Physics I' }).click()
  await page.getByRole('button', { name: 'Delete Slides of week 1.pdf' }).click()
  await page.getByText('You cannot undo this.').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('Slides of week 1.pdf was deleted.').waitFor()
  await page.getByRole('row', { name: /Slides/ }).waitFor({ state: 'detached' })
  await page.locator('[role=status]:focus').waitFor()
  await lookAt(t, page, 'storage-course')
  t.equal((await service.call('GET', `/api/courses/${physics.id}/files`)).json().files.length, 1)
  t.strictSame(problems, [])
})

t.test('the audit log: who did what, by action and by person', chromium, async (t) => {
  const service = await startPage(t, { courses: [sampleCourse()] })
  const { page, problems } = await openAsAdmin(service)
  await service.call('POST', `/api/courses/${service.courseIds[0]}/performance/export`)
  await service.call('POST', `/api/courses/${service.courseIds[0]}/performance/export`, {
    token: await service.token('student'),
  })
  const settings = { body: { time_zone: 'Europe/Berlin' } }
  await service.call('PATCH', `/api/courses/${service.courseIds[0]}`, settings)
  const { path } = await storeFile(service, 'x', {
    owner: { type: 'course', id: service.courseIds[0] ?? 0 }, filename: 'Slides.pdf',
  })
  await service.call('GET', path)
  await service.services.audit.settled()
  await page.getByRole('link', { name: 'Audit log' }).click()
  await page.getByRole('cell', { name: 'Requested an export' }).first().waitFor()
  await page.getByText('Refused').waitFor()
  await lookAt(t, page, 'audit')
  await page.getByLabel('Action').selectOption('session.begin')
  await page.getByRole('cell', { name: 'Requested an export' }).first().waitFor({ state: 'detached' })
  await page.getByRole('link', { name: ADMIN, exact: true }).last().click()
  const person = page.getByRole('combobox', { name: 'User' })
  await becomes(t, () => person.locator('option:checked').textContent(), `Ada Admin (${ADMIN})`, 'the person')
  await page.getByRole('link', { name: 'Show all' }).click()
  await becomes(t, () => person.inputValue(), '', 'everyone')
  const changed = page.getByRole('row', { name: /Changed course settings/ })
  await changed.getByRole('link', { name: 'Physics I' }).waitFor()
  await changed.getByText('time zone: America/New_York → Europe/Berlin').waitFor()
  await page.getByRole('row', { name: /Downloaded a file/ }).getByText('Slides.pdf').waitFor()

  await t.test('from and to; a table of what matches', async (t) => {
    await page.getByLabel('From').fill('2001-01-01')
    await page.getByLabel('To', { exact: true }).fill('2001-01-02')
    await page.getByText('No entries match.').waitFor()
    await page.getByLabel('To', { exact: true }).fill('')
    await changed.waitFor()
    await page.getByLabel('Action').selectOption('course.set')
    await page.getByRole('cell', { name: 'Signed in' }).first().waitFor({ state: 'detached' })
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download as CSV' }).click()
    const file = await download
    t.equal(file.suggestedFilename(), 'audit-log.csv')
    const lines = readFileSync(await file.path(), 'utf8').trim().split('\r\n')
    t.equal(lines.length, 2, 'the header, and the entry')
    t.match(lines[1], /course\.set.*Europe\/Berlin/)
    await page.getByRole('link', { name: 'Show all' }).click()
    await page.getByRole('cell', { name: 'Signed in' }).first().waitFor()
    await fitsSmallScreen(t, page, 'audit-small')
  })
  t.strictSame(problems, [])
})
