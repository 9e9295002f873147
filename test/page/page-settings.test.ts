// Weights that need not add up to 100 percent, the grading scale, and changes that are not saved yet.
import t from 'tap'
import { PRESETS } from '../../src/page/settings/scale.ts'
import { gradingScaleProblem } from '../../src/courses/grading-scale.ts'
import { findChromium, needs } from '../support/tools.ts'
import { accessibilityProblems, lookAt, signIn, startPage } from './page-browser.ts'
import { sampleCourse } from './sample-course.ts'
import { becomes } from './view-facts.ts'

const chromium = needs(findChromium())

t.test('each preset is a scale that the API accepts', async (t) => {
  for (const [name, rows] of Object.entries(PRESETS)) {
    const scale = rows.map(({ grade, from }) => ({ grade, from: Number(from) / 100 }))
    t.equal(gradingScaleProblem(scale), undefined, name)
  }
  t.equal(PRESETS.zeroToTwenty.length, 21)
})

t.test('weights, the grading scale, unsaved changes', chromium, async (t) => {
  const { address, open, call, courseIds } = await startPage(t, {
    courses: [sampleCourse({
      categories: [{ name: 'Homework', weight: 0.75 }, { name: 'Reading', weight: 0.4 }],
    })],
  })
  const { page, problems } = await open()
  await signIn(page, address)
  const settings = `${address}/#/courses/${courseIds[0]}/settings`
  await page.goto(settings)
  const save = page.getByRole('button', { name: 'Save' })
  const weight = (name: string) => page.getByLabel(`Weight of ${name} in percent`)
  const row = (name: string) => page.getByRole('row').filter({ has: weight(name) })

  await t.test('the total and the real shares', async (t) => {
    await page.getByText('Total 115%, scaled to 100%').waitFor()
    await row('Homework').getByText('65.2%').waitFor()
    await row('Reading').getByText('34.8%').waitFor()
    await weight('Reading').fill('25')
    await page.getByText('Total 100%', { exact: true }).waitFor()
    await row('Reading').getByText('25.0%').waitFor()
    t.pass('the total and the shares follow what is typed')
  })

  await t.test('weights that are all zero are not saved', async (t) => {
    await weight('Homework').fill('0')
    await weight('Reading').fill('0')
    await page.getByText('At least one category must have a weight above 0.').waitFor()
    await becomes(t, () => save.getAttribute('aria-disabled'), 'true', 'they cannot be saved')
    await save.click({ force: true })
    await page.getByRole('button', { name: 'Discard' }).click()
    await page.getByText('Total 115%, scaled to 100%').waitFor()
    const { categories } = (await call('GET', `/api/courses/${courseIds[0]}/performance`)).json()
    t.strictSame(categories.map((category: { weight: number }) => category.weight), [0.75, 0.4])
  })

  await t.test('unsaved changes are kept, and the browser asks before it closes the page', async (t) => {
    await weight('Homework').fill('80')
    await page.getByText('You have unsaved changes.').waitFor()
    await page.goto(`${address}/#/courses/${courseIds[0]}/charts`)
    await page.getByRole('heading', { name: /Distribution/ }).waitFor()
    await page.getByRole('link', { name: 'Settings unsaved' }).waitFor()
    await page.goto(settings)
    await becomes(t, () => weight('Homework').inputValue(), '80', 'still there')
    const asked = page.waitForEvent('dialog')
    const reload = page.reload().catch(() => {})
    const dialog = await asked
    t.equal(dialog.type(), 'beforeunload')
    await dialog.accept()
    await reload
    await page.getByText('Total 115%, scaled to 100%').waitFor()
    await page.getByRole('link', { name: 'Settings', exact: true }).waitFor()
  })

  await t.test('a grading scale: a preset, own grades, their effect, grades beside averages', async (t) => {
    const preset = page.getByRole('combobox', { name: 'Scale' })
    await preset.selectOption({ label: '1 to 6 (1 is best)' })
    await becomes(t, () => page.getByLabel(/^Name of grade/).count(), 6, 'six grades')
    await preset.selectOption({ label: 'A to F' })
    await page.getByText(/The grades of \d+ students change\./).waitFor()
    await page.getByLabel('Lower limit of grade B in percent').fill('95')
    await page.getByText('Each limit must be lower than the one above it').waitFor()
    await becomes(t, () => save.getAttribute('aria-disabled'), 'true', 'it cannot be saved')
    t.strictSame(await accessibilityProblems(page), [])
    await page.getByLabel('Lower limit of grade B in percent').fill('62,5')
    await page.getByRole('button', { name: 'Remove grade C' }).click()
    await page.getByRole('button', { name: 'Remove grade D' }).click()
    await page.getByRole('button', { name: 'Add a grade' }).click()
    await page.getByLabel('Name of grade 3').fill('E')
    await page.getByLabel('Lower limit of grade E in percent').fill('40')
    await page.getByText(/The grades of \d+ students change\./).waitFor()
    await lookAt(t, page, 'settings-scale')
    await save.click()
    await page.getByText('Saved.').waitFor()
    await page.getByText('You have not changed anything.').waitFor()
    const book = (await call('GET', `/api/courses/${courseIds[0]}/performance`)).json()
    t.strictSame(book.course.grading_scale, [
      { grade: 'A', from: 0.9 },
      { grade: 'B', from: 0.625 },
      { grade: 'E', from: 0.4 },
      { grade: 'F', from: 0 },
    ])
    const { id, grade } = book.students[0]
    await page.goto(`${address}/#/courses/${courseIds[0]}/students/${id}`)
    await page.locator('.headline').getByText(`Grade ${grade}`).waitFor()
    await page.goto(settings)
    await preset.selectOption({ label: 'No grades' })
    await save.click()
    await page.getByText('Saved.').waitFor()
    const after = (await call('GET', `/api/courses/${courseIds[0]}/performance`)).json()
    t.equal(after.course.grading_scale, null)
  })

  const small = await open({ viewport: { width: 390, height: 844 } })
  await signIn(small.page, address)
  await small.page.goto(settings)
  await small.page.getByRole('combobox', { name: 'Scale' }).selectOption({ label: '0 to 20' })
  await becomes(t, () => small.page.getByLabel(/^Name of grade/).count(), 21, 'each grade has a row')
  const width = () => small.page.evaluate('document.documentElement.scrollWidth')
  await becomes(t, width, 390, 'nothing sticks out')
  t.strictSame(await accessibilityProblems(small.page), [])
  t.strictSame([...problems, ...small.problems], [])
})
