// The menu of exports: every format of the service with its options, and what a finished file does not have.
import { readFile } from 'node:fs/promises'
import t from 'tap'
import type { Page } from 'playwright-core'
import { FORMAT_NAMES } from '../../src/exports/export-names.ts'
import { FORMATS } from '../../src/exports/formats/all-formats.ts'
import { ADMIN } from '../support/test-service.ts'
import { findChromium, needs } from '../support/tools.ts'
import { accessibilityProblems, PASSWORD, screenshot, signIn, startPage } from './page-browser.ts'
import { sampleCourse } from './sample-course.ts'
import { becomes } from './view-facts.ts'

const chromium = needs(findChromium())

async function openCourse (page: Page, address: string, email?: string) {
  await signIn(page, address, email)
  await page.getByRole('link', { name: /Physics I/ }).click()
  await page.getByRole('grid').waitFor()
}

function exportMenu (page: Page) {
  const menu = page.getByRole('group', { name: 'Export options' })
  return {
    menu,
    file: menu.getByRole('combobox', { name: 'File', exact: true }),
    async openMenu () {
      await page.getByRole('button', { name: 'Export options' }).click()
      await menu.getByRole('option', { name: 'OneRoster' }).waitFor({ state: 'attached' })
    },
  }
}

t.test('the menu of exports', chromium, async (t) => {
  const { address, open, services } = await startPage(t, { courses: [sampleCourse()] })
  const { page, problems } = await open()
  await openCourse(page, address)
  const { menu, file, openMenu } = exportMenu(page)
  /** Exports with the button of the menu. Returns the request and the name of the file. */
  async function exported (button: string) {
    const [request, download] = await Promise.all([
      page.waitForRequest((one) => one.method() === 'POST'),
      page.waitForEvent('download'),
      menu.getByRole('button', { name: button }).click(),
    ])
    await page.locator('[data-phase=succeeded]').waitFor()
    return { options: JSON.parse(request.postData() ?? ''), name: download.suggestedFilename() }
  }

  await t.test('has every format of the service; one that is not possible says why', async (t) => {
    await openMenu()
    await becomes(
      t,
      () => file.locator('option').evaluateAll((all) => all.map((one) => one.getAttribute('value'))),
      [...FORMAT_NAMES],
      'in the order of the list'
    )
    await menu.getByText('Not available: OneRoster bundle. This course did not come from').waitFor()
    await becomes(t, () => menu.getByRole('option', { name: 'OneRoster' }).isDisabled(), true, 'disabled')
    for (const name of FORMAT_NAMES.filter((one) => one !== 'oneroster')) {
      await file.selectOption(name)
      const { options } = FORMATS[name]
      for (const [option, label] of [['split', 'One file for each'], ['language', 'Language']] as const) {
        await menu.getByLabel(label).waitFor({ state: options.includes(option) ? 'visible' : 'detached' })
      }
    }
    t.strictSame(await accessibilityProblems(page), [])
    await screenshot(page, 'export-menu')
  })

  await t.test('options of one format, without those of the one before', async (t) => {
    await file.selectOption('csv')
    await menu.getByLabel('Between columns').selectOption(';')
    await menu.getByLabel('Students are shown with').selectOption('pseudonyms')
    await file.selectOption('pdf')
    await menu.getByLabel('One file for each student').check()
    await menu.getByLabel('Show class averages').check()
    const { options, name } = await exported('Export reports')
    t.strictSame(options, { format: 'pdf', identity: 'pseudonyms', split: true, class_average: true })
    t.match(name, /_Reports_.*\.zip$/)
    await openMenu()
    await file.selectOption('canvas')
    const identity = menu.getByLabel('Students are shown with')
    await becomes(t, () => identity.inputValue(), 'names', 'no pseudonyms there')
  })

  await t.test('what a file does not have, in words', async (t) => {
    const { options, name } = await exported('Export for Canvas')
    t.strictSame(options, { format: 'canvas' })
    t.match(name, /_Canvas_.*\.csv$/)
    const notice = page.locator('[data-phase=succeeded]')
    await notice.getByText('1 assignment without points possible is left out (Homework 5)').waitFor()
    await notice.getByText(/^11 assignments are new to Canvas/).waitFor()
    t.strictSame(await accessibilityProblems(page), [])
    await screenshot(page, 'export-receipts')
    await notice.getByRole('button', { name: 'Dismiss' }).click()
  })

  await t.test('what to choose in Moodle', async (t) => {
    await openMenu()
    await file.selectOption('moodle')
    await exported('Export for Moodle')
    const choices = page.locator('[data-phase=succeeded] dl')
    await choices.getByText('Map from').waitFor()
    await choices.locator('div').filter({ hasText: 'Map from' }).getByText('idnumber').waitFor()
    t.strictSame(await accessibilityProblems(page), [])
    await screenshot(page, 'export-choices')
    await page.getByRole('button', { name: 'Dismiss' }).click()
  })

  await t.test('the history has formats, options and what a file does not have', async (t) => {
    await page.getByRole('button', { name: 'History' }).click()
    const entry = page.getByRole('listitem').filter({ hasText: 'Grades for Canvas' })
    await entry.getByText('whole course', { exact: true }).waitFor()
    await entry.getByRole('button', { name: 'About this file' }).click()
    await entry.getByText('1 assignment without points possible is left out').waitFor()
    const reports = page.getByRole('listitem').filter({ hasText: 'Student reports (PDF)' })
    await reports
      .getByText('whole course, with pseudonyms, one file per student, with class averages').waitFor()
    t.strictSame(await accessibilityProblems(page), [])
    await screenshot(page, 'export-history-formats')
    await page.getByRole('button', { name: 'Close' }).click()
  })

  await t.test('a format that the page does not know is there too', async (t) => {
    const added = {
      name: 'gradebee', description: 'a file for Gradebee', reason: null, options: [
        { name: 'tint', values: ['red', 'blue'], default: 'red' },
        { name: 'shiny', values: [false, true], default: false },
      ],
    }
    await page.route('**/performance/formats', async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, json: [...await response.json(), added] })
    })
    await openMenu()
    await file.selectOption('gradebee')
    await menu.getByLabel('tint').selectOption('blue')
    await menu.getByLabel('shiny').check()
    const request = page.waitForRequest((one) => one.method() === 'POST')
    await menu.getByRole('button', { name: 'Export (gradebee)' }).click()
    const body = JSON.parse((await request).postData() ?? '')
    t.strictSame(body, { format: 'gradebee', tint: 'blue', shiny: true })
    await page.locator('[data-phase=refused]').getByRole('button', { name: 'Dismiss' }).click()
    await page.unroute('**/performance/formats')
  })

  await t.test('a format that is not possible leads to the workbook', async (t) => {
    await page.route('**/performance/formats', async (route) => {
      const response = await route.fetch()
      const formats = await response.json() as object[]
      await route.fulfill({ response, json: formats.map((one) => ({ ...one, reason: null })) })
    })
    await openMenu()
    await file.selectOption('oneroster')
    await menu.getByRole('button', { name: 'Export as OneRoster' }).click()
    const refused = page.locator('[data-phase=refused]')
    await refused.getByText('This course did not come from a OneRoster bundle').waitFor()
    const download = page.waitForEvent('download')
    await refused.getByRole('button', { name: 'Export to Excel' }).click()
    t.match((await download).suggestedFilename(), /_Performance_.*\.xlsx$/)
    t.strictSame(problems, [])
  })

  await t.test('administrators can download who is behind the pseudonyms', async (t) => {
    await page.getByRole('button', { name: 'More' }).click()
    const label = 'Download the list of pseudonyms'
    await page.getByRole('link', { name: 'Charts' }).waitFor()
    t.equal(await page.getByRole('button', { name: label }).count(), 0, 'not for a teacher')
    await services.accounts.add({ email: ADMIN, role: 'admin', password: PASSWORD })
    const { page: admins } = await open()
    await openCourse(admins, address, ADMIN)
    await admins.getByRole('button', { name: 'More' }).click()
    const download = admins.waitForEvent('download')
    await admins.getByRole('button', { name: label }).click()
    t.equal((await download).suggestedFilename(), 'pseudonyms.csv')
    const lines = (await readFile(await (await download).path(), 'utf8')).trim().split('\r\n')
    t.equal(lines.length, 1 + 24)
    t.match(lines[1], /^S-[A-Z2-9]{8},\d+,/)
    await admins.getByRole('link', { name: 'Audit log' }).click()
    await admins.getByRole('cell', { name: /Read who is behind pseudonyms/ }).or(
      admins.getByText('Read who is behind pseudonyms').locator('visible=true')
    ).first().waitFor()
  })
})

t.test('the choices are there again, and the button says them', chromium, async (t) => {
  const { address, open } = await startPage(t, { courses: [sampleCourse()] })
  const { page, problems } = await open()
  await openCourse(page, address)
  const { menu, file, openMenu } = exportMenu(page)
  const says = (words: string) =>
    page.getByTitle(`Export as CSV: CSV table, whole course, ${words}`).waitFor()
  await openMenu()
  await file.selectOption('csv')
  await menu.getByLabel('Between columns').selectOption(';')
  await menu.getByLabel('Include dropped students').uncheck()
  await page.reload()
  await says('percent, separated by semicolons, without dropped students')
  await openMenu()
  await becomes(t, () => file.inputValue(), 'csv', 'the format')
  await becomes(t, () => menu.getByLabel('Between columns').inputValue(), ';', 'its option')
  await becomes(t, () => menu.getByLabel('Include dropped students').isChecked(), false, 'not included')
  await page.keyboard.press('Escape')
  // The unit is that on the screen, not a remembered one.
  await page.getByText('Points', { exact: true }).first().click()
  await says('points, separated by semicolons, without dropped students')
  const stored = () =>
    page.evaluate('Object.keys(localStorage).filter((key) => /exportChoices/.test(key)).length')
  t.equal(await stored(), 1)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  t.equal(await stored(), 0, 'the next user to sign in may be another person')
  t.strictSame(problems, [])
})
