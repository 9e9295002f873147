// Charts that answer questions: each leads to what is behind it, and each is also a table.
import type { Locator } from 'playwright-core'
import t from 'tap'
import { findChromium, needs } from '../support/tools.ts'
import { accessibilityProblems, lookAt, signIn, startPage } from './page-browser.ts'
import { sampleCourse } from './sample-course.ts'
import { becomes } from './view-facts.ts'

const labelsOf = (links: Locator) =>
  links.evaluateAll((all) => all.map((link) => link.getAttribute('aria-label') ?? ''))

t.test('charts', needs(findChromium()), async (t) => {
  const { address, open, call, courseIds } = await startPage(t, {
    courses: [
      sampleCourse({
        students: 60,
        gradingScale: [{ grade: 'Pass', from: 0.65 }, { grade: 'Fail', from: 0 }],
      }),
      sampleCourse({ name: 'Large', sourceId: 'large', students: 9, tasks: 150 }),
      sampleCourse({ name: 'No assignments', sourceId: 'none', students: 9, tasks: 0 }),
    ],
  })
  const book = (await call('GET', `/api/courses/${courseIds[0]}/performance`)).json()
  const charts = (course: number | undefined) => `${address}/#/courses/${course}/charts`
  const { page, problems } = await open()
  await signIn(page, address)
  await page.goto(charts(courseIds[0]))
  const distribution = page.getByRole('group', { name: 'Distribution of course averages' })
  const region = page.getByRole('region', { name: 'Distribution of course averages' })

  await t.test('ranges are written out, bands are of choice, a bar leads to its students', async (t) => {
    const bar = distribution.getByRole('link', { name: /^60–70%: \d+ students?$/ })
    const count = Number(/(\d+) student/.exec((await bar.getAttribute('aria-label'))!)![1])
    await lookAt(t, page, 'charts')
    await region.getByText('Show as table').click()
    await region.getByRole('row', { name: `60–70% ${count}` }).waitFor()
    await region.getByLabel('Bands').selectOption('Grades')
    await distribution.getByRole('link', { name: /^Pass \(65–100%\): \d+ students$/ }).waitFor()
    await region.getByLabel('Bands').selectOption('Custom')
    await region.getByLabel('Lower limits in percent').fill('no')
    await region.getByText('Enter numbers such as 50, 70, 85.').waitFor()
    await region.getByLabel('Lower limits in percent').fill('60, 70')
    const own = `${charts(courseIds[0])}?bands=custom&limits=60%2C+70`
    await becomes(t, () => page.url(), own, 'the bands are in the address')
    await page.reload()
    const limits = () => region.getByLabel('Lower limits in percent').inputValue()
    await becomes(t, limits, '60, 70', 'the same again')
    await distribution.getByRole('link', { name: `60–70%: ${count} students` }).focus()
    await page.keyboard.press('Enter')
    await becomes(t, () => page.url(), `${address}/#/courses/${courseIds[0]}?from=0.6&to=0.7`, 'its students')
  })

  await t.test('assignments: spread, missing share, order, a link to the column', async (t) => {
    await page.goto(charts(courseIds[0]))
    const chart = page.getByRole('group', { name: 'Assignments: scores and missing work' })
    const titles = async () =>
      (await labelsOf(chart.getByRole('link'))).map((label) => /^(.+?): (?:median|no)/.exec(label)![1])
    await becomes(t, titles, book.data_headings.map((task: { title: string }) => task.title), 'by due date')
    await page.getByLabel('Order').selectOption('Lowest median first')
    const medians = async () =>
      (await labelsOf(chart.getByRole('link')))
        .map((label) => Number(/median ([\d.]+)%/.exec(label)?.[1] ?? Number.MAX_VALUE))
    const sorted = (await medians()).toSorted((a, b) => a - b)
    await becomes(t, medians, sorted, 'the lowest first')
    const { id, title } = book.data_headings[3]
    await chart.getByRole('link', { name: new RegExp(`^${title}: median .* · Homework$`) }).click()
    await becomes(t, () => page.url(), `${address}/#/courses/${courseIds[0]}?task=${id}`, 'its column')
  })

  await t.test('periods: one alone, and all beside each other', async (t) => {
    await page.goto(charts(courseIds[0]))
    const compared = page.getByRole('group', { name: 'Course averages by period' })
    const size = (period: number) =>
      book.students.filter((student: { period_id: number, is_dropped: boolean }) =>
        student.period_id === book.periods[period].id && !student.is_dropped).length as number
    await compared.getByRole('link', { name: new RegExp(`^1st: median .* · ${size(0)} students`) }).waitFor()
    await page.getByRole('combobox', { name: 'Period' }).selectOption('2nd')
    const chosen = `${charts(courseIds[0])}?period=${book.periods[1].id}`
    await becomes(t, () => page.url(), chosen, 'the period is in the address')
    const counts = async () =>
      (await labelsOf(distribution.locator('[aria-label*=": "]')))
        .reduce((sum, label) => sum + Number(/: (\d+) student/.exec(label)![1]), 0)
    await becomes(t, counts, size(1), 'the students of the period')
    await compared.getByRole('link', { name: /^1st/ }).click()
    const wanted = `${address}/#/courses/${courseIds[0]}?period=${book.periods[0].id}`
    await becomes(t, () => page.url(), wanted, 'its students')
  })

  await t.test('150 assignments, none, and a phone', async (t) => {
    const small = await open({ viewport: { width: 390, height: 844 } })
    await signIn(small.page, address)
    await small.page.goto(charts(courseIds[1]))
    const chart = small.page.getByRole('group', { name: 'Assignments: scores and missing work' })
    await becomes(t, () => chart.getByRole('link').count(), 150, 'all assignments')
    const width = () => small.page.evaluate('document.documentElement.scrollWidth')
    await becomes(t, width, 390, 'nothing sticks out')
    t.strictSame(await accessibilityProblems(small.page), [])
    await small.page.goto(charts(courseIds[2]))
    await small.page.getByText('There are no scores to chart yet.').waitFor()
    t.strictSame(small.problems, [])
  })
  t.strictSame(problems, [])
})
