import t from 'tap'
import type { Page } from 'playwright-core'
import { findChromium, needs } from '../support/tools.ts'
import { accessibilityProblems, screenshot, signIn, startPage } from './page-browser.ts'
import { sampleCourse } from './sample-course.ts'
import { becomes, hasFocus } from './view-facts.ts'

const chromium = needs(findChromium())
const DAY_MS = 86_400_000
const isReady = (page: Page) => page.locator('[data-phase=succeeded]').waitFor()

async function openCourse (page: Page, address: string) {
  await signIn(page, address)
  await page.getByRole('link', { name: /Physics I/ }).click()
  await page.getByRole('grid').waitFor()
}

t.test('an export survives a reload and a second tab, and is downloaded once', chromium, async (t) => {
  const { address, open, services } = await startPage(t, { courses: [sampleCourse()], withoutRunner: true })
  const { page, context, problems } = await open()
  const downloads: string[] = []
  const count = (tab: Page) =>
    tab.on('download', (file) => {
      downloads.push(file.suggestedFilename())
    })
  count(page)
  await openCourse(page, address)
  await page.getByRole('button', { name: 'Export to Excel' }).dblclick()
  await page.locator('[data-phase=following]').getByText('Waiting to start.').waitFor()
  t.strictSame(await accessibilityProblems(page), [])
  await screenshot(page, 'export-waiting')
  await page.reload()
  await page.locator('[data-phase=following]').waitFor()
  const second = await context.newPage()
  count(second)
  await second.goto(page.url())
  await second.locator('[data-phase=following]').waitFor()

  const first = Promise.race([page.waitForEvent('download'), second.waitForEvent('download')])
  await services.runner.start()
  await first
  await Promise.all([isReady(page), isReady(second)])
  await page.reload()
  await page.getByRole('button', { name: 'History' }).click()
  await page.getByText('Up to date', { exact: true }).waitFor()
  t.equal(downloads.length, 1)
  await becomes(t, () => page.locator('[data-phase]').count(), 0, 'nothing is followed any more')
  t.strictSame(problems, [])
})

t.test(
  'a colleague joins an export, and each of both gets it; a canceled one leaves nothing',
  chromium,
  async (t) => {
    const { address, open, services, courseIds: [courseId = 0] } = await startPage(t, {
      courses: [sampleCourse()],
      withoutRunner: true,
    })
    const [mine, hers] = [await open(), await open()]
    await openCourse(mine.page, address)
    await openCourse(hers.page, address)
    await mine.page.getByRole('button', { name: 'Export to Excel' }).click()
    await mine.page.locator('[data-phase=following]').getByText('Waiting to start.').waitFor()
    await mine.page.getByRole('button', { name: 'Cancel' }).click()
    await mine.page.locator('[data-phase=canceled]').waitFor()
    await hasFocus(t, mine.page.getByRole('button', { name: 'Export to Excel' }), 'the focus is kept')

    await mine.page.getByRole('button', { name: 'Export to Excel' }).click()
    await mine.page.locator('[data-phase=following]').waitFor()
    await hers.page.getByRole('button', { name: 'Export to Excel' }).click()
    await hers.page.getByText('you get the same file').waitFor()
    const both = Promise.all([mine, hers].map(({ page }) => page.waitForEvent('download')))
    await services.runner.start()
    const [one, other] = await both
    t.equal(one!.suggestedFilename(), other!.suggestedFilename())
    t.equal((await services.exports.list(courseId)).length, 1)
  }
)

t.test('a failure says what happened, what to do, and the number of the job', chromium, async (t) => {
  const { address, open } = await startPage(t, {
    courses: [sampleCourse()],
    settings: { OWNER_QUOTA_BYTES: '10' },
  })
  const { page } = await open()
  await openCourse(page, address)
  await page.getByRole('button', { name: 'Export to Excel' }).click()
  const notice = page.locator('[data-phase=failed]')
  await notice.getByText('There is no room for another file. Delete old exports first.').waitFor()
  await notice.getByText(/^Job \d+\./).waitFor()
  t.strictSame(await accessibilityProblems(page), [])
  await screenshot(page, 'export-failed')
  await notice.getByRole('button', { name: 'Try again' }).click()
  await page.locator('[data-phase=failed]').getByText(/^Job \d+\./).waitFor()
  await page.reload()
  await page.getByRole('button', { name: 'History' }).click()
  await page.getByText('This course has no exports yet.').waitFor()
  await becomes(t, () => notice.count(), 0, 'it is not shown again')
})

t.test('deleting can be undone for some seconds', chromium, async (t) => {
  const { address, open, services, courseIds: [courseId = 0] } = await startPage(t, {
    courses: [sampleCourse()],
  })
  const { page } = await open()
  await page.clock.install()
  await openCourse(page, address)
  const file = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export to Excel' }).click()
  await file
  await page.getByRole('button', { name: 'History' }).click()
  const remove = page.getByRole('button', { name: /^Delete Physics_I/ })
  await remove.waitFor()
  // On a busy machine, the seconds could be over before the next step of the test.
  await page.clock.pauseAt(Date.now() + DAY_MS)
  await remove.click()
  await page.getByText('will be deleted').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await remove.click()
  await page.getByText('will be deleted').waitFor()
  t.equal((await services.exports.list(courseId)).length, 1)
  const deleted = page.waitForResponse((response) => response.request().method() === 'DELETE')
  await page.clock.resume()
  await screenshot(page, 'export-undo')
  t.strictSame(await accessibilityProblems(page), [])
  await page.clock.fastForward(10_000)
  t.equal((await deleted).status(), 204)
  await page.getByText('This course has no exports yet.').waitFor()
  t.strictSame(await services.exports.list(courseId), [])
})
