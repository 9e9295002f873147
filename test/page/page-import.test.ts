// From a file to its report, for an administrator and for a teacher of a course.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { deltaModes, district } from '../http/routes/district.ts'
import { upload } from '../http/routes/import-upload.ts'
import { bundleTexts, result, writeZip } from '../imports/bundles.ts'
import { createGate } from '../support/gate.ts'
import { createHeldPool } from '../support/held-pool.ts'
import { ADMIN } from '../support/test-service.ts'
import { findChromium, needs } from '../support/tools.ts'
import { lookAt, PASSWORD, screenshot, signIn, startPage, type PageService } from './page-browser.ts'
import { sampleCourse } from './sample-course.ts'
import { becomes, hasFocus } from './view-facts.ts'

const chromium = needs(findChromium())
const PHYSICS = readFileSync(join(import.meta.dirname, '../../data/sample/physics-1.json'), 'utf8')
const MINUTE_MS = 60_000
/** At the speed of the slow upload, more than a minute. */
const MEGABYTES = 8
const CANVAS = [
  'Student,ID,SIS User ID,SIS Login ID,Section,Essay 1 (1),Essay 2 (2)',
  'Points Possible,,,,,10,20',
  '"Alvarez, Ana",1,1001,ana,1st,8,15',
  '"Baker, Ben",2,1002,ben,1st,,12',
].join('\n')

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
async function choose (page: Page, name: string, text: string): Promise<void> {
  await page.locator('input[type=file]').setInputFiles({
    name,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(text),
  })
  await page.locator('#file-chosen').getByText(name).waitFor()
}
const counts = (t: Test, page: Page, thing: string, wanted: string) =>
  becomes(
    t,
    () => page.locator('.counts tr').filter({ hasText: thing }).locator('td').first().textContent(),
    wanted,
    `${thing}: ${wanted}`
  )

t.test('errors are in the language of the page, on the job too', chromium, async (t) => {
  const service = await startPage(t)
  const { services, open, address } = service
  await services.accounts.add({ email: ADMIN, role: 'admin', password: PASSWORD })
  const { page, problems } = await open({ locale: 'es-ES' })
  await page.goto(address)
  await page.getByLabel('Correo electrónico').fill(ADMIN)
  await page.getByLabel('Contraseña').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'Importar' }).click()
  await choose(page, 'course.json', '{"course":{"name":"x"')
  await page.getByText('termina a la mitad; expórtelo o descárguelo de nuevo').waitFor()
  await choose(page, 'canvas.csv', CANVAS.replace(',12', ',"so, la la"'))
  await page.getByLabel('Curso', { exact: true }).fill('Física')
  await page.getByText('Essay 2 contiene «so, la la»; se espera un número como 7.5 o una celda').waitFor()
  await choose(page, 'canvas.csv', CANVAS.replace('8,15', '8,15,20'))
  await page.getByText('tiene 8 campos; se esperan 7, como en los encabezados;').waitFor()
  // Another language keeps what was chosen and entered.
  const steps = [['Idioma', 'en', 'Import'], ['Language', 'es', 'Importar']] as const
  for (const [label, language, title] of steps) {
    await page.getByLabel(label).selectOption(language)
    await page.getByRole('heading', { name: title, exact: true }).waitFor()
    await page.locator('#file-chosen').getByText('canvas.csv').waitFor()
  }
  t.equal(await page.getByLabel('Curso', { exact: true }).inputValue(), 'Física')
  await page.getByRole('link', { name: 'Procesos' }).click()
  await page.getByText(/^course\.json:.*: termina a la mitad/).waitFor()
  await page.getByText(/^canvas\.csv:4: Essay 2 contiene «so, la la»/).first().waitFor()
  await page.getByText(/^canvas\.csv:3: tiene 8 campos;/).first().waitFor()
  t.strictSame(problems, [])
})

t.test('checked first, then imported, then again to no effect', chromium, async (t) => {
  const service = await startPage(t)
  const { page, problems } = await openAsAdmin(service)
  await page.getByRole('link', { name: 'Import' }).click()
  await page.getByText('Imports on the command line are in the audit log.').waitFor()
  await lookAt(t, page, 'import-empty')
  const button = (name: string) => page.getByRole('button', { name, exact: true })
  await choose(page, 'physics-1.json', PHYSICS)
  const mayImport = async () => await button('Import').getAttribute('aria-disabled') === 'false'
  await page.getByText('This is what would change:').waitFor()
  await page.getByText("Recognized as: Perfbook's own format").waitFor()
  await becomes(t, mayImport, true, 'it was checked as soon as it was chosen')
  await counts(t, page, 'Courses', '1')
  t.strictSame((await service.call('GET', '/api/courses')).json(), [], 'a check changes nothing')
  await page.getByText('Imports on the command line are in the audit log.').waitFor()
  await page.getByLabel('Show checks').check()
  await page.getByText('Check only').waitFor()
  await page.getByLabel('Show checks').uncheck()
  await lookAt(t, page, 'import-checked')
  await page.getByText('More options').click()
  await page.getByLabel(/^Allow erased people/).check()
  const allowedOf = async () => {
    const jobs = await service.services.db.reads.selectFrom('jobs').select('payload').orderBy('id').execute()
    return jobs.map(({ payload }) =>
      (JSON.parse(payload) as { choices: { allowErased: boolean } }).choices.allowErased
    )
  }
  await becomes(t, allowedOf, [false, true], 'other options, another check')
  await becomes(t, mayImport, true, 'which allows the import')
  await button('Import').click()
  await page.getByText('This is what changed:').waitFor()
  t.strictSame(await allowedOf(), [false, true, true])
  t.equal((await service.call('GET', '/api/courses')).json().length, 1)
  await becomes(t, () => /#\/admin\/import\?job=\d+$/.test(page.url()), true, 'the job is in the address')
  await page.reload()
  await page.getByText('This is what changed:').waitFor()
  await page.getByRole('link', { name: 'Go to courses' }).waitFor()
  await choose(page, 'again.json', PHYSICS)
  await page.getByText('nothing would change').waitFor()
  await page.getByRole('button', { name: 'Undo the import of physics-1.json' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('cell', { name: 'Undone', exact: true }).waitFor()
  t.strictSame((await service.call('GET', '/api/courses')).json(), [])
  await page.getByRole('link', { name: 'Jobs' }).click()
  // The view of the import is there until the list is, and says the same.
  await page.getByRole('heading', { name: 'Jobs', exact: true }).waitFor()
  await page.getByRole('link', { name: /^Import \d/ }).first().click()
  await page.getByRole('heading', { name: /^Import \d/ }).waitFor()
  await page.getByText('nothing would change').waitFor()
  await undoInPart(t, service, page)
  t.strictSame(problems, [])
})

/** One of the two courses of an import was changed by a later one. */
async function undoInPart (t: Test, service: PageService, page: Page): Promise<void> {
  const harder = { lineItems: district().lineItems!.map((item) => ({ ...item, resultValueMax: 20 })) }
  const later = { results: [result('r1', 'li1-p1', 'ann', 3)] }
  for (const [name, tables] of Object.entries({ school: district(), harder, later })) {
    const modes = name === 'school' ? {} : { modes: deltaModes(tables) }
    const file = await writeZip(join(service.services.config.DATA_DIR, name), bundleTexts(tables, modes))
    await upload(service, '/api/imports', { name: `${name}.zip`, bytes: readFileSync(file) })
  }
  await page.goto(`${service.address}/#/admin/import`)
  await page.getByRole('button', { name: 'Undo the import of harder.zip' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Undo', exact: true }).click()
  await dialog.getByText(/^A later import changed Physics .* other courses only\.$/).waitFor()
  await lookAt(t, page, 'import-undo-conflict')
  await dialog.getByRole('button', { name: 'Undo for the other courses' }).click()
  await page.getByRole('cell', { name: /^Partly undone/ }).waitFor()
  const { rows } = await sql<{ points: number }>`SELECT points_possible AS points FROM tasks
    WHERE title = 'Song'`.execute(service.services.db.reads)
  t.strictSame(rows, [{ points: 10 }], 'the other course is as before')
}

t.test('errors name file and line; warnings are grouped', chromium, async (t) => {
  const service = await startPage(t)
  const { page, problems } = await openAsAdmin(service)
  await page.goto(`${service.address}/#/admin/import`)
  const broken = {
    ...JSON.parse(PHYSICS),
    results: [{ student: 'nobody', task: 'nothing', status: 'completed' }],
  }
  await choose(page, 'broken.json', JSON.stringify(broken))
  await page.getByText(/^\d errors?\. Nothing has changed\./).waitFor()
  await page.getByRole('button', { name: 'Check again' }).click()
  await page.getByText(/^\d errors?\. Nothing has changed\. See below for what to do, then check again\.$/)
    .waitFor()
  await page.locator('.place').first().getByText(/results/).waitFor()
  await hasFocus(t, page.locator('.plain-focus'), 'the keyboard is where the report is')
  await lookAt(t, page, 'import-errors')

  // A grade book that names no course.
  await choose(page, 'grades.csv', CANVAS)
  await page.getByText('Enter the course of this grade book.').waitFor()
  await page.getByLabel('Course', { exact: true }).fill('English 9')
  await page.getByLabel("Teacher's email").fill('teacher@example.edu')
  await page.getByText('Recognized as: Canvas grade book').waitFor()
  await counts(t, page, 'Scores', '3')
  const columns = page.getByRole('group', { name: /columns of the file$/ })
  await becomes(t, () => columns.getByRole('row').filter({ hasText: 'Essay' }).count(), 2, 'both tasks')

  // A warning and a column have their words from the page, found by code, and their place from the report.
  const moodle = 'First name,Last name,ID number,Institution,HW 1 (Real)\nAnn,Lee,0042,Northfield,7\n'
  await choose(page, 'moodle.csv', moodle)
  const warnings = page.getByRole('group', { name: /warning/ })
  await warnings.getByText('A column has points but no points possible').waitFor()
  await warnings.getByText(/^moodle\.csv:1: /).waitFor()
  await columns.getByRole('row', { name: 'Institution left out Perfbook does not use it' }).waitFor()

  await choose(page, 'rubbish.zip', 'no zip at all')
  await page.getByText(/^1 error\. Nothing has changed\./).waitFor()
  t.strictSame(problems, [])
})

t.test('dropped, followed through a reload, canceled', chromium, async (t) => {
  const gate = createGate()
  const service = await startPage(t, { jobPool: createHeldPool(gate, { progress: 0.4 }) })
  const { page, problems } = await openAsAdmin(service)
  await page.goto(`${service.address}/#/admin/import`)
  await page.locator('.drop').waitFor()
  await page.evaluate(`{
    const data = new DataTransfer()
    data.items.add(new File([${JSON.stringify(PHYSICS)}], 'dropped.json'))
    const drop = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
    document.querySelector('.drop').dispatchEvent(drop)
  }`)
  await page.locator('#file-chosen').getByText('dropped.json').waitFor()
  await page.locator('[data-phase=following]').getByText('Reading the file: 40%.').waitFor()
  await screenshot(page, 'import-running')
  await page.reload()
  await page.locator('[data-phase=following]').getByText('Reading the file: 40%.').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.locator('[data-status=canceled]').getByText('Canceled. Nothing has changed.').waitFor()
  gate.open()
  t.strictSame(problems, [])
})

t.test('the list has the end of an import as soon as its report is there', chromium, async (t) => {
  const gate = createGate()
  const service = await startPage(t, { jobPool: createHeldPool(gate) })
  const { page, problems } = await openAsAdmin(service)
  await page.clock.install()
  await page.goto(`${service.address}/#/admin/import`)
  await choose(page, 'physics-1.json', PHYSICS)
  gate.letOne()
  await page.getByText('This is what would change:').waitFor()
  // From here on, less time passes than the list waits between two requests: only what an effect needs.
  const drawn = () => page.clock.runFor(100)
  await page.clock.pauseAt(Date.now() + MINUTE_MS)
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await page.locator('[data-phase=following]').waitFor()
  await drawn()
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'physics-1.json' }) })
  await row.getByText(/^(Waiting|Running)/).waitFor()
  gate.letOne()
  await page.getByText('This is what changed:').waitFor()
  await drawn()
  await row.getByText('Done').waitFor()
  t.equal(await row.getByRole('button', { name: 'Undo the import of physics-1.json' }).count(), 1)
  t.strictSame(problems, [])
})

t.test('a slow upload shows its progress and can be stopped', chromium, async (t) => {
  const service = await startPage(t)
  const { page, context, problems } = await openAsAdmin(service)
  await page.goto(`${service.address}/#/admin/import`)
  await page.locator('.drop').waitFor()
  const protocol = await context.newCDPSession(page)
  await protocol.send('Network.enable')
  await protocol.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: 100_000,
  })
  // Far more than can be sent before the test has seen a part of it.
  await choose(page, 'slow.json', PHYSICS.padEnd(MEGABYTES * 1024 * 1024))
  await page.locator('[data-phase=uploading]').getByText(/Uploading: [1-9]\d?%/).waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.locator('[data-phase]').waitFor({ state: 'detached' })
  t.strictSame((await service.call('GET', '/api/imports')).json().imports, [])
  await becomes(
    t,
    () => page.getByRole('button', { name: 'Check again' }).getAttribute('aria-disabled'),
    'false',
    'it can be begun again'
  )
  t.strictSame(problems, [])
})

t.test('a teacher imports into their own course', chromium, async (t) => {
  const service = await startPage(t, {
    courses: [
      sampleCourse({
        sourceId: 'english-9',
        name: 'English 9',
        periods: [],
        categories: [],
        tasks: 0,
        students: 0,
      }),
    ],
  })
  const { page, problems } = await service.open()
  await signIn(page, service.address)
  await page.getByRole('link', { name: /English 9/ }).click()
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('link', { name: 'Import', exact: true }).click()
  await choose(page, 'grades.csv', CANVAS)
  await page.getByText('This is what would change:').waitFor()
  await page.getByText('More options').click()
  await page.getByLabel(/^Allow skipped rows/).waitFor()
  t.equal(await page.getByLabel("Teacher's email").count(), 0, 'course and teacher are known')
  t.equal(await page.getByLabel(/^Allow erased people/).count(), 0, 'only an administrator may')
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await page.getByText('This is what changed:').waitFor()
  await lookAt(t, page, 'import-course')
  await page.getByRole('link', { name: 'Go to the performance book' }).click()
  await page.getByText(/^2 students · /).waitFor()
  t.strictSame(problems, [])
})
