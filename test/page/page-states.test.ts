// What the page shows where there is nothing, not yet, not for this person, or no answer.
import t from 'tap'
import { findChromium, needs } from '../support/tools.ts'
import { accessibilityProblems, PASSWORD, screenshot, signIn, startPage } from './page-browser.ts'
import { sampleCourse } from './sample-course.ts'
import { becomes } from './view-facts.ts'

const chromium = needs(findChromium())
const NOBODY = 'nobody@example.edu'

t.test('empty, loading, failed and denied views', chromium, async (t) => {
  const { address, open, services, call, courseIds } = await startPage(t, {
    courses: [sampleCourse(), {
      name: 'Empty course',
      sourceId: 'empty',
      categories: [],
      tasks: [],
      students: [],
    }, sampleCourse({ name: 'Not theirs', sourceId: 'other', teachers: [{ email: NOBODY }] })],
  })
  const { page, problems } = await open()
  await signIn(page, address)

  await page.getByRole('link', { name: /Empty course/ }).click()
  await page.getByText('This course has no students yet.').waitFor()
  const importing = page.getByRole('link', { name: 'Import a file' })
  t.match(await importing.getAttribute('href'), /\/import$/, 'what to do about it')
  t.strictSame(await accessibilityProblems(page), [])
  await screenshot(page, 'empty-course')
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('link', { name: 'Charts' }).click()
  await page.getByText('There are no scores to chart yet.').waitFor()
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByText('This course has no categories.').waitFor()

  let letGo = () => {}
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  await page.route('**/performance?*', async (route) => {
    await held
    await route.abort()
  }, { times: 1 })
  await page.goto(`${address}/#/courses/${courseIds[0]}`)
  await page.getByRole('status').getByText('Loading…').waitFor()
  t.strictSame(await accessibilityProblems(page), [])
  await screenshot(page, 'loading')
  letGo()
  await page.getByRole('alert').getByText('The server is not responding. Check your connection.').waitFor()
  t.strictSame(await accessibilityProblems(page), [])
  await screenshot(page, 'failed')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('grid').waitFor()

  await page.goto(`${address}/#/courses/${courseIds[2]}`)
  await page.getByText('Only a teacher of this course or an administrator can do this.').waitFor()
  t.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0, 'another attempt would not help')
  t.strictSame(await accessibilityProblems(page), [])
  await screenshot(page, 'denied')
  await page.goto(`${address}/#/nowhere`)
  await page.getByText('This page does not exist.').waitFor()
  await page.getByRole('link', { name: 'Back to my courses' }).click()
  await page.getByRole('link', { name: /Physics I/ }).waitFor()

  for (
    const [email, role, text] of [[
      'pupil@example.edu',
      'student',
      /This page is for teachers, and you are signed in as a student/,
    ], ['new@example.edu', 'teacher', /There are no courses here yet/]] as const
  ) {
    await services.accounts.add({ email, role, password: PASSWORD })
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await signIn(page, address, email)
    await page.getByText(text).waitFor()
    t.strictSame(await accessibilityProblems(page), [])
    await screenshot(page, `courses-${role}`)
  }
  t.equal((await call('GET', '/api/courses')).json().length, 3)
  t.strictSame(problems, [])
})

t.test('the history says what a file has, and whether scores have changed since', chromium, async (t) => {
  const { address, open, services, call, courseIds } = await startPage(t, { courses: [sampleCourse()] })
  const course = `/api/courses/${courseIds[0]}`
  const ask = async (body?: object) => {
    await call('POST', `${course}/performance/export`, { body })
    await services.runner.drain()
  }
  const [, second] = (await call('GET', `${course}/performance`)).json().periods
  await ask({ values: 'points', include_dropped: false, period_id: second.id })
  await ask({})
  const { page } = await open()
  await signIn(page, address)
  await page.getByRole('link', { name: /Physics I/ }).click()
  await page.getByRole('button', { name: 'Export options' }).click()
  const file = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download latest' }).click()
  await file
  await page.getByRole('radio', { name: 'Points' }).check({ force: true })
  await page.getByRole('button', { name: 'Export options' }).click()
  // It is not what is on the screen.
  await page.getByText('As on the screen: whole course, points.').waitFor()
  await page.getByRole('button', { name: 'Download latest' }).waitFor({ state: 'detached' })
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'History' }).click()
  const entries = page.getByRole('list', { name: 'List of exports' }).locator('> li')
  await becomes(t, () => entries.count(), 2, 'both exports')
  const words = '2nd period, points, without dropped students'
  await entries.filter({ hasText: words }).getByText('Up to date').waitFor()
  t.strictSame(await accessibilityProblems(page), [])
  await screenshot(page, 'exports-all')
  await page.getByRole('button', { name: 'Close' }).click()

  await call('PATCH', course, { body: { missing_counts: 'zero' } })
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
  await page.getByText('Scores changed').waitFor()
  await page.getByRole('button', { name: 'History' }).click()
  await becomes(t, () => entries.getByText('Out of date').count(), 2, 'neither is up to date')
  await entries.first().getByRole('button', { name: 'What changed since' }).click()
  await entries.first().getByText('Setting changed: missing work is ignored', { exact: false }).waitFor()
  t.strictSame(await accessibilityProblems(page), [])
  await screenshot(page, 'exports-changed')
})
