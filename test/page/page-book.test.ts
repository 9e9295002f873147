import t from 'tap'
import { findChromium, needs } from '../support/tools.ts'
import { accessibilityProblems, screenshot, signIn, startPage } from './page-browser.ts'
import { sampleCourse } from './sample-course.ts'

t.test('from sign-in to the file', needs(findChromium()), async (t) => {
  const { address, open } = await startPage(t, { courses: [sampleCourse()] })
  const { page, problems } = await open()
  await page.goto(address)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  t.strictSame(await accessibilityProblems(page), [])
  await screenshot(page, 'sign-in')
  await page.getByLabel('Email').fill('teacher@example.edu')
  await page.getByLabel('Password').fill('wrong')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('The email or password is incorrect.').waitFor()
  await signIn(page, address)
  t.strictSame(await accessibilityProblems(page), [])
  await screenshot(page, 'courses')
  await page.getByRole('link', { name: /Physics I/ }).click()
  await page.getByRole('grid').waitFor()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export to Excel' }).click()
  const file = await download
  t.match(file.suggestedFilename(), /^Physics_I_Performance_\d{8}-\d{6}\.xlsx$/)
  await page.getByText(/The download of Physics_I.* has started/).and(page.locator(':visible[aria-hidden]'))
    .waitFor()
  await page.getByRole('button', { name: 'History' }).click()
  await page.getByRole('link', { name: /^Download Physics_I/ }).waitFor()
  t.strictSame(await accessibilityProblems(page), [])
  await screenshot(page, 'book')
  t.strictSame(problems, [])
})
