import t from 'tap'
import type { Locator, Page } from 'playwright-core'
import { findChromium, needs } from '../support/tools.ts'
import { accessibilityProblems, screenshot, signIn, startPage } from './page-browser.ts'
import { sampleCourse } from './sample-course.ts'
import { becomes, fixed, hasFocus } from './view-facts.ts'

const chromium = needs(findChromium())
const cell = (page: Page, row: number, column: number) =>
  page.locator(`[data-row="${row}"][data-column="${column}"]`)
/** The first student below header and summaries. */
const FIRST = 4
/** Keeps the largest number of students' rows that there ever were. */
const COUNT_ROWS = `
  globalThis.mostRows = 0
  new MutationObserver(() => {
    mostRows = Math.max(mostRows, document.querySelectorAll('.line').length)
  }).observe(document, { childList: true, subtree: true })`

t.test('a large book is a virtual grid, sorted, searched and walked by keys', chromium, async (t) => {
  const { address, open, call, courseIds } = await startPage(t, {
    courses: [sampleCourse({ students: 700, tasks: 60 })],
  })
  const { page, problems } = await open()
  await page.addInitScript(COUNT_ROWS)
  await signIn(page, address)
  await page.getByRole('link', { name: /Physics I/ }).click()
  const grid = page.getByRole('grid', { name: 'Scores of Physics I' })
  await page.getByText(/^637 students, 63 dropped · /).waitFor()
  const book = (await call('GET', `/api/courses/${courseIds[0]}/performance?limit=1000`)).json()

  await becomes(t, () => grid.getAttribute('aria-rowcount'), String(FIRST + 637), 'all rows')
  await becomes(t, () => grid.getAttribute('aria-colcount'), String(1 + 2 + 1 + 2 + 60), 'all columns')
  t.ok(await page.locator('.cell').count() < 1000, 'only what is in view exists')
  const most = await page.evaluate('mostRows') as number
  t.ok(most > 5 && most < 60, `not even in the first frame are all rows drawn: ${most} at most`)
  await becomes(t, () => grid.locator('[tabindex="0"]').count(), 1, 'one tab stop')

  // Summary rows are the server's numbers.
  const shows = (row: number, column: number, text: string) =>
    becomes(t, () => cell(page, row, column).textContent(), text, `${row}, ${column} is ${text}`)
  await shows(1, 3, fixed(book.course_average))
  await shows(2, 6, fixed(book.data_headings[0].lowest))
  await shows(FIRST, 3, fixed(book.students[0].course_average))

  await cell(page, 0, 0).focus()
  await page.keyboard.press('Control+End')
  const last = cell(page, FIRST + 636, 65)
  await last.waitFor()
  await hasFocus(t, last)
  // What stays: the header's row and the student's column.
  const place = async (element: Locator) => (await element.boundingBox())!
  const below = async () => Math.round((await place(cell(page, 0, 65))).y - (await place(grid)).y)
  await becomes(t, below, 1, 'the header')
  const beside = async () => Math.round((await place(cell(page, FIRST + 636, 0))).x - (await place(grid)).x)
  await becomes(t, beside, 1, 'the student')
  await becomes(t, async () => {
    const [box, shown] = [await place(grid), await place(last)]
    return shown.x + shown.width <= box.x + box.width + 1 && shown.y + shown.height <= box.y + box.height + 1
  }, true, 'the focused cell is in sight')
  await screenshot(page, 'grid-end')
  await page.keyboard.press('Control+Home')
  await hasFocus(t, cell(page, 0, 0))

  // By the course average: from the lowest, from the highest; dropped students come last both times.
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await page.getByText(/Sorted by Course average, ascending/).waitFor()
  const averages = book.students.filter((student: any) => !student.is_dropped).map((student: any) =>
    student.course_average
  ).sort((a: number, b: number) => a - b)
  await shows(FIRST, 3, fixed(averages[0]))
  await becomes(t, () => cell(page, 0, 3).getAttribute('aria-sort'), 'ascending', 'to a screen reader too')
  await page.keyboard.press('Enter')
  await page.getByText(/Sorted by Course average, descending/).waitFor()
  await shows(FIRST, 3, fixed(averages.at(-1)))
  await hasFocus(t, cell(page, 0, 3), 'the focus is kept')
  await page.getByRole('button', { name: 'Filters' }).click()
  await page.getByLabel('Show dropped students').check()
  await page.keyboard.press('Escape')
  await becomes(t, () => grid.getAttribute('aria-rowcount'), String(FIRST + 700), 'with those who dropped')
  await cell(page, 0, 3).focus()
  await page.keyboard.press('Control+ArrowDown')
  await cell(page, FIRST + 699, 0).getByText('Dropped').waitFor()

  await page.getByLabel('Search by name or ID').fill('1005')
  await page.getByText(/^1 of 637 students, 63 dropped · /).waitFor()
  await shows(FIRST, 1, '1005')
  await page.getByLabel('Search by name or ID').fill('no such name')
  await page.getByText('No students match.').waitFor()
  await screenshot(page, 'grid-no-match')
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await page.getByText(/^637 students, 63 dropped/).waitFor()
  t.equal(averages.length, 637)

  // A page of the plain table has about 1,500 scores, whether or not some are hidden.
  await page.goto(`${address}/#/courses/${courseIds[0]}?view=table`)
  await page.getByText('Page 1 of 28').waitFor()
  const shown = () => page.locator('.plain-book tbody tr').count()
  await becomes(t, shown, 3 + 23, 'the class and 23 students')
  await page.goto(`${address}/#/courses/${courseIds[0]}?view=table&hide=id`)
  await becomes(t, () => page.locator('.plain-book').getByText('Student ID').count(), 0, 'a hidden column')
  await becomes(t, shown, 3 + 23, 'the same students')
  // What names the rows stays in view, the heading of the names too.
  await page.locator('.plain-book').evaluate((table) => {
    Object.assign(table, { scrollLeft: 2000 })
  })
  const left = async (name: string) => (await page.locator(`.plain-book ${name}`).first().boundingBox())!.x
  await becomes(t, async () => await left('thead th:nth-child(2)') < -1000, true, 'the table is scrolled')
  for (const name of ['thead th', 'tbody tr:nth-child(5) th', 'caption span']) {
    const x = await left(name)
    t.ok(x >= 0 && x < 60, `${name} stays`)
  }
  await screenshot(page, 'table-scrolled')
  t.strictSame(problems, [])
})

t.test('periods, points, marks and the details of a score', chromium, async (t) => {
  const { address, open, call, courseIds } = await startPage(t, { courses: [sampleCourse({ tasks: 6 })] })
  const { page, problems } = await open({ viewport: { width: 2400, height: 1700 } })
  await signIn(page, address)
  await page.getByRole('link', { name: /Physics I/ }).click()
  const grid = page.getByRole('grid')
  await grid.waitFor()
  const book = (await call('GET', `/api/courses/${courseIds[0]}/performance`)).json()
  const at = (wanted: (cell: any) => boolean) => {
    for (const [s, student] of book.students.entries()) {
      for (const [j, one] of student.data.entries()) {
        if (one !== null && wanted(one)) {
          return { row: FIRST + Number(s), column: 6 + Number(j), score: one }
        }
      }
    }
    throw new Error('There is no such score in the sample.')
  }
  const late = at((one) =>
    one.is_late && !one.is_provisional
  )
  await cell(page, 0, 0).focus()
  t.match(
    await cell(page, late.row, late.column).innerText(),
    /L\s*Late/,
    'a mark is a letter, and a word for a screen reader'
  )
  await cell(page, late.row, late.column).click()
  const details = page.getByRole('dialog')
  await details.getByText('Submitted', { exact: true }).waitFor()
  await details.getByText(/ of 20$/).waitFor()
  t.strictSame(await accessibilityProblems(page), [])
  await screenshot(page, 'details')
  await page.keyboard.press('Escape')
  await details.waitFor({ state: 'detached' })
  await hasFocus(t, cell(page, late.row, late.column), 'the focus is back where it was')

  await page.getByRole('radio', { name: 'Points' }).check({ force: true })
  const points = `${late.score.score * 20} / 20`
  await cell(page, late.row, late.column).getByText(points, { exact: true }).waitFor()
  const missing = at((one) => one.status === 'missing')
  await cell(page, missing.row, missing.column).getByText('Missing').waitFor()

  const period = book.periods[1]
  await page.getByRole('combobox', { name: 'Period' }).selectOption({ label: period.name })
  const inPeriod = (await call('GET', `/api/courses/${courseIds[0]}/performance?period_id=${period.id}`))
    .json()
  // Every figure says what it covers.
  await page.getByText(
    `2nd period ${fixed(inPeriod.course_average)}, course ${fixed(book.course_average)}`
  ).waitFor()
  await cell(page, 1, 0).getByText('Class average, 2nd period').waitFor()
  await becomes(
    t,
    () => cell(page, 1, 6).textContent(),
    `${(inPeriod.data_headings[0].class_average * 20).toFixed(1)} / 20`,
    'the average of the period'
  )
  t.strictSame(problems, [])
})
