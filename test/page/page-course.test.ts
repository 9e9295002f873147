// A course as its teacher sees it first: the students, on any screen, with numbers that say what they are.
import t, { type Test } from 'tap'
import type { Page } from 'playwright-core'
import { findChromium, needs } from '../support/tools.ts'
import { accessibilityProblems, lookAt, signIn, startPage } from './page-browser.ts'
import { sampleCourse } from './sample-course.ts'
import { becomes, fixed, hasFocus } from './view-facts.ts'

const chromium = needs(findChromium())
const FIRST = 4
const cell = (page: Page, row: number, column: number) =>
  page.locator(`[data-row="${row}"][data-column="${column}"]`)
const query = (page: Page) => new URLSearchParams(page.url().split('?')[1] ?? '')

/** Rows of students that are whole in the grid's window. */
const rowsInView = (page: Page) =>
  page.evaluate(`(() => {
    const grid = document.querySelector('.grid').getBoundingClientRect()
    const head = document.querySelector('.head').getBoundingClientRect()
    const bottom = Math.min(grid.bottom, innerHeight)
    return [...document.querySelectorAll('.line')].filter((line) => {
      const { top, bottom: end } = line.getBoundingClientRect()
      return top >= head.bottom - 1 && end <= bottom + 1
    }).length
  })()`) as Promise<number>

t.test('a course, students first', chromium, async (t) => {
  const course = sampleCourse({
    students: 61,
    tasks: 27,
    missingCounts: 'zero',
    categories: [{ name: 'Homework', weight: 0.75 }, { name: 'Reading', weight: 0.4 }],
  })
  const students = [...course.students!]
  students[0] = {
    ...students[0], firstName: 'José', lastName: 'García López', email: 'jgl@example.edu',
  }
  // The first of the book. Overdue work is missing, also where it counts as nothing.
  const cells = students[10]!.cells!.with(6, { status: 'not_started' })
  students[10] = { ...students[10], lastName: 'Aaron', cells }
  const { address, open, call, services, courseIds } = await startPage(t, {
    courses: [{ ...course, students }],
  })
  const api = `/api/courses/${courseIds[0]}`
  const path = `${api}/performance`
  const book = (await call('GET', path)).json()
  const { page, context, problems } = await open({ viewport: { width: 1366, height: 850 } })
  await signIn(page, address)
  await page.getByRole('link', { name: /Physics I/ }).click()
  const grid = page.getByRole('grid')
  await grid.waitFor()
  const facts = page.locator('.counts')
  const search = page.getByRole('searchbox', { name: 'Search by name or ID' })
  const hasQuery = (t: Test, wanted: Record<string, string>) =>
    becomes(t, () => Object.fromEntries(query(page)), wanted, JSON.stringify(wanted))

  await t.test('fourteen students are in view at 1366 x 850, before and after an export', async (t) => {
    await becomes(t, async () => await rowsInView(page) >= 14, true, 'before')
    const file = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export to Excel' }).click()
    await file
    await page.locator('[data-phase=succeeded]').waitFor()
    await becomes(t, async () => await rowsInView(page) >= 14, true, 'after')
    const width = async () => (await grid.boundingBox())!.width > 1320
    await becomes(t, width, true, 'the grid has the width of the window')
    t.strictSame(await accessibilityProblems(page), [])
    await page.getByRole('button', { name: 'Dismiss' }).click()
  })

  await t.test('headings are above their numbers, weights are real shares, dates are short', async (t) => {
    const end = async (row: number) =>
      await cell(page, row, 6).evaluate((one: any) => {
        const { document } = globalThis as any
        const text = document.createRange()
        text.selectNodeContents(one.querySelector('.title') ?? one)
        return Math.round(one.getBoundingClientRect().right - text.getBoundingClientRect().right)
      })
    await becomes(t, async () => Math.abs(await end(0) - await end(FIRST)) <= 1, true, 'on the same side')
    const texts = async (column: number) => (await cell(page, 0, column).innerText()).split('\n')
    await becomes(t, () => texts(4), ['Homework 75%', `counts ${fixed(0.75 / 1.15)}`], 'its share')
    await becomes(t, () => texts(6), ['Homework 1', 'Homework', 'Feb 2'], 'category and due date')
  })

  await t.test('a zero for missing work has its mark', async (t) => {
    await search.fill('1005')
    await page.getByText(/^1 of 56 students, 5 dropped/).waitFor()
    const student = book.students.find((one: any) => one.student_identifier === '1005')
    const missing = student.data.findIndex((one: any) => one?.status === 'missing')
    t.equal(student.data[missing].score, 0)
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByLabel('Go to assignment').fill(book.data_headings[missing].title)
    await page.keyboard.press('Enter')
    await hasFocus(t, cell(page, 0, 6 + missing), 'its column is in view')
    await becomes(t, () => cell(page, FIRST, 6 + missing).textContent(), '0%MMissing', 'zero, and why')
    await page.keyboard.press('Home')
    await cell(page, 0, 3).waitFor()
    await search.fill('')
  })

  await t.test('search without accents, in any order, by key', async (t) => {
    await cell(page, FIRST, 0).focus()
    await page.keyboard.press('/')
    await hasFocus(t, search)
    for (const text of ['Garcia', 'jose GARCIA', 'lopez 1000', 'JGL@']) {
      await search.fill(text)
      await page.getByText(/^1 of 56 students, 5 dropped/).waitFor()
      await cell(page, FIRST, 0).getByText('García López, José').waitFor()
    }
    await hasQuery(t, { q: 'JGL@' })
    await page.getByRole('button', { name: 'Remove filter: Search: JGL@' }).click()
    await hasQuery(t, {})
  })

  await t.test('filters, sort and columns are in the address, and remembered', async (t) => {
    const late = book.students.filter((one: any) =>
      !one.is_dropped && one.data.some((score: any) => score?.is_late) && one.course_average < 0.66)
    t.ok(late.length > 0 && late.length < 56)
    await page.getByRole('button', { name: 'Filters' }).click()
    await page.getByLabel('Late work').check()
    await page.getByLabel('Course average below').fill('66')
    await facts.getByText(`${late.length} of 56 students, 5 dropped`).waitFor()
    t.strictSame(await accessibilityProblems(page), [])
    await page.keyboard.press('Escape')
    await cell(page, 0, 3).click()
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByLabel('Reading', { exact: true }).uncheck()
    await page.getByRole('button', { name: 'Move Reading earlier' }).click()
    t.strictSame(await accessibilityProblems(page), [])
    await page.keyboard.press('Escape')
    const [homework, reading] = book.categories
    const wanted = {
      sort: 'average',
      late: '1',
      below: '66',
      hide: `category-${reading.id},group-${reading.id}`,
      order: `${reading.id},${homework.id}`,
    }
    await hasQuery(t, wanted)
    await becomes(t, () => grid.getAttribute('aria-colcount'), String(1 + 2 + 1 + 1 + 18), 'hidden columns')
    await page.goto(`${address}/#/`)
    await page.getByRole('link', { name: /Physics I/ }).click()
    await hasQuery(t, wanted)
    for (const name of [/Late work/, /below 66%/, /Hidden columns/]) {
      await page.getByRole('button', { name }).filter({ hasText: '×' }).click()
    }
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('button', { name: 'Show all columns' }).click()
    await page.keyboard.press('Escape')
    await cell(page, 0, 3).click()
    await cell(page, 0, 3).click()
    await hasQuery(t, {})
  })

  await t.test('a column is as wide as the teacher wants', async (t) => {
    const size = async () => (await cell(page, 0, 6).boundingBox())!.width
    await cell(page, 0, 6).focus()
    await page.keyboard.press('Shift+ArrowRight')
    await becomes(t, size, 116, 'wider by a key')
    const box = (await cell(page, 0, 6).boundingBox())!
    await page.mouse.move(box.x + box.width - 4, box.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width + 36, box.y + 20)
    await page.mouse.up()
    await becomes(t, size, 156, 'wider by the pointer')
    await becomes(t, () => query(page).get('sort'), null, 'that was no click on the heading')
  })

  await t.test('changes made elsewhere are noticed, and marked after a refresh', async (t) => {
    await page.getByText('Scores changed').waitFor({ state: 'detached' })
    await call('PATCH', api, { body: { missing_counts: 'ignored' } })
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await page.getByText('Scores changed').waitFor()
    await page.getByRole('button', { name: 'History' }).click()
    await page.getByRole('dialog').getByText('Out of date').waitFor()
    await becomes(t, () => page.getByText('Up to date').count(), 0, 'not beside old numbers')
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Refresh' }).click()
    await page.getByText(/^\d+ scores changed. What changed is marked./).waitFor()
    await cell(page, FIRST, 3).and(page.locator('.changed')).waitFor()
    t.strictSame(await accessibilityProblems(page), [])
    await page.getByRole('button', { name: 'Hide marks' }).click()
    await becomes(t, () => page.locator('.changed').count(), 0, 'no marks')
  })

  await t.test('an export has what is on the screen', async (t) => {
    await page.getByRole('combobox', { name: 'Period' }).selectOption({ label: '2nd' })
    await page.getByText(/2nd period [\d.]+%, course [\d.]+%/).waitFor()
    await page.getByRole('radio', { name: 'Points' }).check({ force: true })
    await page.getByRole('button', { name: 'Export options' }).click()
    await page.getByText('As on the screen: 2nd period, points.').waitFor()
    await page.getByLabel('Include dropped students').uncheck()
    t.strictSame(await accessibilityProblems(page), [])
    await page.keyboard.press('Escape')
    const request = page.waitForRequest((one) => one.method() === 'POST')
    const file = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export to Excel: 2nd period, points' }).click()
    t.strictSame(JSON.parse((await request).postData()!), {
      values: 'points', include_dropped: false, period_id: book.periods[1].id,
    })
    await file
  })

  await t.test('a failure can be tried again, and is gone when the connection is back', async (t) => {
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await context.setOffline(true)
    await page.getByRole('button', { name: 'Export to Excel' }).click()
    const notice = page.locator('[data-phase=refused]')
    await notice.getByRole('button', { name: 'Try again' }).click()
    await notice.getByText('The server is not responding').waitFor()
    await context.setOffline(false)
    await notice.waitFor({ state: 'detached' })
  })

  await t.test('a plain table in pages is the second way to read the book', async (t) => {
    await page.goto(`${address}/#/courses/${courseIds[0]}?view=table`)
    const table = page.getByRole('table')
    await table.getByRole('row').filter({ hasText: 'García López, José' }).waitFor()
    await becomes(t, () => table.locator('tbody tr').count(), 3 + 25, 'one page, and the class')
    const isWider = () => page.evaluate('document.documentElement.scrollWidth > innerWidth')
    await becomes(t, isWider, false, 'the table scrolls, not the page')
    await lookAt(t, page, 'book-table')
    await page.getByRole('button', { name: 'Next page' }).click()
    await page.getByText('Page 2 of 3').waitFor()
    await hasQuery(t, { view: 'table', page: '2' })
    await table.getByRole('button', { name: 'Course average' }).click()
    await table.getByRole('columnheader', { name: /^Course average/ }).and(page.locator('[aria-sort=ascending]'))
      .waitFor()
    await hasQuery(t, { view: 'table', sort: 'average' })
  })

  await t.test('on paper, every column is there, on sheets with the names', async (t) => {
    await page.goto(`${address}/#/courses/${courseIds[0]}?period=${book.periods[0].id}`)
    await grid.waitFor()
    await page.getByText(/1st period [\d.]+%/).waitFor()
    await page.emulateMedia({ media: 'print' })
    await page.evaluate("dispatchEvent(new Event('beforeprint'))")
    const parts = page.locator('.print table')
    await becomes(t, () => parts.count(), 3, 'three sheets side by side')
    await becomes(t, () => page.locator('#page').isVisible(), false, 'nothing of the screen')
    const headings = await page.locator('.print thead tr:first-child th').allTextContents()
    t.equal(headings.filter((text) => /^(?:Homework|Reading) /.test(text)).length, 2 + 27)
    // 273 mm is A4, 255.4 mm is Letter, both without margins of 12 mm.
    const widths = await page.evaluate(
      "[...document.querySelectorAll('.print table')].map((one) => one.getBoundingClientRect().width)"
    ) as number[]
    t.ok(widths.every((width) => width <= 255.4 * 96 / 25.4), `${widths.join()} px`)
    const names = await parts.nth(2).locator('tbody th').count()
    t.equal(names, await parts.nth(0).locator('tbody th').count())
    await page.evaluate("dispatchEvent(new Event('afterprint'))")
    await page.emulateMedia({ media: null })

    // The browser's own dialog would hold the page.
    await page.evaluate("globalThis.print = () => { dispatchEvent(new Event('beforeprint')) }")
    const choose = async (choice: string) => {
      await page.getByRole('button', { name: 'More' }).click()
      await page.getByRole('button', { name: 'Print…' }).click()
      await page.getByLabel(choice).check()
      t.strictSame(await accessibilityProblems(page), [])
      await page.getByRole('dialog').getByRole('button', { name: 'Print' }).click()
    }
    await choose('Averages only')
    const averages = page.locator('.print thead tr:first-child th')
    await becomes(t, () => averages.count(), 1 + 2 + 1 + 2, 'names, two facts, the averages')
    await page.evaluate("dispatchEvent(new Event('afterprint'))")
    const requests: string[] = []
    page.on('request', (request) => {
      if (request.url().includes('/performance/students')) requests.push(request.url())
    })
    await choose('One page for each student')
    await becomes(t, () => page.locator('.print article').count(), names, 'one page for each student')
    t.equal(requests.length, 1, 'all are asked for at once')
    await page.evaluate("dispatchEvent(new Event('afterprint'))")
    await becomes(t, () => page.locator('.print').count(), 0, 'the paper is put away')
  })

  await t.test('on a phone, the first screen is names, averages and missing work', async (t) => {
    const small = await open({ viewport: { width: 390, height: 844 } })
    await signIn(small.page, address)
    await small.page.getByRole('link', { name: /Physics I/ }).click()
    const first = small.page.getByRole('list', { name: 'Scores of Physics I' }).getByRole('link').first()
    await first.waitFor()
    const now = (await call('GET', path)).json().students[0]
    await first.locator('.average').getByText(fixed(now.course_average)).waitFor()
    const { missing } = (await call('GET', `${path}/students/${now.id}`)).json()
    await first.getByText(`${missing.length} missing`, { exact: true }).waitFor()
    const box = async () => (await first.boundingBox())!.y < 500
    await becomes(t, box, true, 'without scrolling')
    const width = () => small.page.evaluate('document.documentElement.scrollWidth')
    await becomes(t, width, 390, 'nothing sticks out')
    await lookAt(t, small.page, 'book-phone')
    await first.click()
    await small.page.waitForURL(new RegExp(`/courses/${courseIds[0]}/students/${now.id}`))
    t.strictSame(small.problems, [])
  })
  t.equal((await services.exports.list(courseIds[0]!)).length, 2)
  t.strictSame(problems, [])
})
