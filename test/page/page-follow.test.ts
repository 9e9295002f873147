// An export is followed to its file, whatever happens to the connection, the server or the clock.
import { join } from 'node:path'
import t from 'tap'
import type { Page } from 'playwright-core'
import { connect } from '../../db/sqlite/connection.ts'
import { makeBookDatabase } from '../support/book-database.ts'
import { freePort } from '../support/free-port.ts'
import { createGate } from '../support/gate.ts'
import { createHeldPool } from '../support/held-pool.ts'
import { perfbook } from '../support/cli.ts'
import { startServer } from '../support/server-process.ts'
import { testFolder } from '../support/test-folder.ts'
import { TEACHER } from '../support/test-service.ts'
import { findChromium, needs } from '../support/tools.ts'
import {
  accessibilityProblems,
  builtPage,
  openPage,
  PASSWORD,
  screenshot,
  signIn,
  startPage,
} from './page-browser.ts'
import { sampleCourse } from './sample-course.ts'
import { becomes } from './view-facts.ts'

const chromium = needs(findChromium())
const following = (page: Page) => page.locator('[data-phase=following]')
const isReady = (page: Page) => page.locator('[data-phase=succeeded]').waitFor()
const MINUTES_MS = 60_000

async function openCourse (page: Page, address: string) {
  await signIn(page, address)
  await page.getByRole('link', { name: /Physics I/ }).click()
  await page.getByRole('grid').waitFor()
}

const askForExport = (page: Page) => page.getByRole('button', { name: 'Export to Excel' }).click()

t.test('a lost connection and a wrong clock do not stop it', chromium, async (t) => {
  const { address, open, services } = await startPage(t, { courses: [sampleCourse()], withoutRunner: true })
  const { page, context } = await open()
  await page.clock.install({ time: new Date('2009-01-01T00:00:00Z') })
  await openCourse(page, address)
  await askForExport(page)
  await following(page).getByText('Waiting to start.').waitFor()
  // The stream breaks, nothing answers, and meanwhile the export ends.
  await context.setOffline(true)
  await page.reload().catch(() => {})
  await services.runner.start()
  await services.runner.drain()
  await context.setOffline(false)
  const file = page.waitForEvent('download')
  await page.goto(address)
  await page.getByRole('link', { name: /Physics I/ }).click()
  t.match((await file).suggestedFilename(), /\.xlsx$/)
  await page.getByRole('button', { name: 'History' }).click()
  await page.locator('.entry time').getByText(/now|second|minute/).waitFor()
})

t.test(
  'events that do not come through are replaced by asking, which ends with the job',
  chromium,
  async (t) => {
    const { address, open, services } = await startPage(t, { courses: [sampleCourse()], withoutRunner: true })
    const { page } = await open()
    await page.clock.install()
    const asked: string[] = []
    await page.route('**/events', (route) => route.abort())
    await page.route(/api\/jobs\/\d+$/, async (route) => {
      // The first request gets no answer; the second one never ends.
      asked.push(route.request().url())
      if (asked.length === 1) await route.abort()
      else if (asked.length > 2) await route.continue()
    })
    await openCourse(page, address)
    await askForExport(page)
    await following(page).getByText('The connection was lost').waitFor()
    await screenshot(page, 'export-lost')
    t.strictSame(await accessibilityProblems(page), [])
    await services.runner.start()
    const file = page.waitForEvent('download')
    await page.clock.runFor(25_000)
    await file
    await isReady(page)
    const count = asked.length
    t.ok(count >= 3)
    await page.clock.runFor(10 * MINUTES_MS)
    await page.clock.resume()
    t.equal(asked.length, count, 'it asks for nothing once the job has ended')
  }
)

t.test(
  "progress is the job's own, and a user who cancels learns whether it continues",
  chromium,
  async (t) => {
    const COLLEAGUE = 'colleague@example.edu'
    const gate = createGate()
    const { address, open, services, call } = await startPage(t, {
      courses: [
        sampleCourse({ teachers: [{ email: TEACHER }, { email: COLLEAGUE }] }),
        sampleCourse({ name: 'Chemistry', sourceId: 'chemistry' }),
        sampleCourse({ name: 'Biology', sourceId: 'biology' }),
      ],
      jobPool: createHeldPool(gate, { threads: 1, progress: 0.42 }),
      settings: { WORKER_THREADS: '1' },
    })
    await services.accounts.add({ email: COLLEAGUE, role: 'teacher', password: PASSWORD })
    const [mine, hers] = [await open(), await open()]
    await call('POST', '/api/courses/2/performance/export')
    await gate.arrived()
    await call('POST', '/api/courses/3/performance/export')
    await openCourse(mine.page, address)
    await askForExport(mine.page)
    await following(mine.page).getByText('Waiting to start. 1 job ahead of yours.').waitFor()
    t.strictSame(await accessibilityProblems(mine.page), [])
    gate.letOne()
    gate.letOne()
    await following(mine.page).getByText('Creating the file: 42%.').waitFor()
    const bar = mine.page.getByRole('progressbar')
    const value = () => bar.evaluate((node) => (node as unknown as { value: number }).value)
    await becomes(t, value, 0.42, 'the bar shows it')
    await becomes(
      t,
      () => mine.page.locator('.facts .hidden[role=status]').textContent(),
      'Creating the file: 25%.',
      'a screen reader hears of each quarter'
    )
    await following(mine.page).getByText(/About \d+ seconds? left/).waitFor()
    t.strictSame(await accessibilityProblems(mine.page), [])
    await screenshot(mine.page, 'export-progress')

    await signIn(hers.page, address, COLLEAGUE)
    await hers.page.getByRole('link', { name: /Physics I/ }).click()
    await askForExport(hers.page)
    await hers.page.getByText('you get the same file').waitFor()
    await hers.page.getByRole('button', { name: 'Cancel' }).click()
    await hers.page.locator('[data-phase=canceled]').getByText('It continues for a colleague').waitFor()
    await screenshot(hers.page, 'export-withdrawn')
    await hers.page.reload()
    await hers.page.getByRole('grid').waitFor()
    await becomes(t, () => following(hers.page).count(), 0, 'this user no longer waits for it')
    const downloads: unknown[] = []
    hers.page.on('download', (file) => {
      downloads.push(file)
    })
    const file = mine.page.waitForEvent('download')
    gate.open()
    await file
    await isReady(mine.page)
    t.strictSame(downloads, [])
  }
)

t.test('a hidden tab, and one that was frozen, get the file too', chromium, async (t) => {
  const { address, open, services } = await startPage(t, { courses: [sampleCourse()], withoutRunner: true })
  const { page, context } = await open()
  await openCourse(page, address)
  const stream = page.waitForRequest(/\/events$/)
  await askForExport(page)
  await stream
  const ended = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/events'))
  await page.evaluate(`
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' })
    document.dispatchEvent(new Event('visibilitychange'))`)
  await ended
  const protocol = await context.newCDPSession(page)
  await protocol.send('Page.setWebLifecycleState', { state: 'frozen' })
  await services.runner.start()
  await services.runner.drain()
  const file = page.waitForEvent('download')
  await protocol.send('Page.setWebLifecycleState', { state: 'active' })
  await file
  await isReady(page)
})

t.test('a server that was killed and restarted', chromium, async (t) => {
  await builtPage()
  const folder = testFolder(t)
  await makeBookDatabase(join(folder, 'perfbook.sqlite'), sampleCourse({ teachers: [{ email: TEACHER }] }))
  await perfbook(folder, ['user', 'add', TEACHER, '--role', 'teacher', '--password-stdin'], {
    stdin: `${PASSWORD}\n`,
  })
  const port = await freePort()
  const first = await startServer(t, folder, { PORT: String(port) })
  const { page, problems } = await openPage(t, first.address)
  await openCourse(page, first.address)
  // No job starts, so that this one cannot end before the server does.
  const sqlite = connect(join(folder, 'perfbook.sqlite'), { busyTimeoutMs: 10_000 })
  t.teardown(() => {
    sqlite.close()
  })
  sqlite.exec(`CREATE TRIGGER held BEFORE UPDATE ON jobs WHEN NEW.state = 'started'
    BEGIN SELECT RAISE(IGNORE); END`)
  await askForExport(page)
  await following(page).getByText('Waiting to start.').waitFor()
  first.kill('SIGKILL')
  await first.ended
  await following(page).getByText('The connection was lost').waitFor()
  sqlite.exec('DROP TRIGGER held')
  const file = page.waitForEvent('download')
  await startServer(t, folder, { PORT: String(port) })
  t.match((await file).suggestedFilename(), /\.xlsx$/)
  await isReady(page)
  t.strictSame(problems.filter((problem) => !problem.includes('net::ERR')), [])
})

t.test(
  'after being signed out and signing in again, the user still gets the export',
  chromium,
  async (t) => {
    const { address, open, services } = await startPage(t, { courses: [sampleCourse()], withoutRunner: true })
    const { page, context } = await open()
    await openCourse(page, address)
    await askForExport(page)
    await following(page).getByText('Waiting to start.').waitFor()
    await context.clearCookies()
    await page.reload()
    const file = page.waitForEvent('download')
    await services.runner.start()
    await page.getByLabel('Email').fill(TEACHER)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await file
    await isReady(page)
  }
)
