import t from 'tap'
import type { Page } from 'playwright-core'
import { findChromium, needs } from '../support/tools.ts'
import { screenshot, signIn, startPage } from './page-browser.ts'
import { sampleCourse } from './sample-course.ts'

const chromium = needs(findChromium())
const isReady = (page: Page) => page.locator('[data-phase=succeeded]').waitFor()

async function openCourse (page: Page, address: string) {
  await signIn(page, address)
  await page.getByRole('link', { name: /Physics I/ }).click()
  await page.getByRole('grid').waitFor()
}

t.test('a lost connection and a wrong clock do not stop it', chromium, async (t) => {
  const { address, open, services } = await startPage(t, { courses: [sampleCourse()], withoutRunner: true })
  const { page, context } = await open()
  await page.clock.install({ time: new Date('2009-01-01T00:00:00Z') })
  await openCourse(page, address)
  await page.getByRole('button', { name: 'Export to Excel' }).click()
  await page.locator('[data-phase=following]').getByText('Waiting to start.').waitFor()
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
  await page.locator('.exports time').getByText(/now|second/).waitFor()
})

t.test('events that do not come through are replaced by asking', chromium, async (t) => {
  const { address, open, services } = await startPage(t, { courses: [sampleCourse()], withoutRunner: true })
  const { page } = await open()
  let asked = 0
  await page.route('**/events', (route) => route.abort())
  await page.route(/api\/jobs\/\d+$/, async (route) => {
    // The first times nobody answers.
    if (++asked <= 2) await route.abort()
    else await route.continue()
  })
  await openCourse(page, address)
  await page.getByRole('button', { name: 'Export to Excel' }).click()
  await page.locator('[data-phase=following]').getByText('The connection was lost').waitFor()
  await screenshot(page, 'export-lost')
  await services.runner.start()
  await page.waitForEvent('download')
  await isReady(page)
  t.ok(asked > 2)
})
