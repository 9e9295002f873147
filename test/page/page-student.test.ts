// One student on a page of their own: how the average comes about, the way to the next one, paper.
import t from 'tap'
import { findChromium, needs } from '../support/tools.ts'
import { accessibilityProblems, lookAt, signIn, startPage } from './page-browser.ts'
import { sampleCourse } from './sample-course.ts'
import { becomes, fixed, hasFocus } from './view-facts.ts'

const chromium = needs(findChromium())
const percent = (value: number | null) =>
  value === null ? '–' : fixed(value)

t.test('a student', chromium, async (t) => {
  const { address, open, call, courseIds } = await startPage(t, {
    courses: [
      sampleCourse({
        categories: [{ name: 'Homework', weight: 0.75 }, { name: 'Reading', weight: 0.4 }],
        gradingScale: [{ grade: 'Pass', from: 0.5 }, { grade: 'Fail', from: 0 }],
      }),
      sampleCourse({ name: 'Large', sourceId: 'large', students: 9, tasks: 150 }),
    ],
  })
  const api = `/api/courses/${courseIds[0]}/performance`
  const book = (await call('GET', api)).json()
  const [first, second] = book.students
  const [one, two] = await Promise.all([first, second].map(async ({ id }: { id: number }) =>
    (await call('GET', `${api}/students/${id}`)).json()))
  const { page, problems } = await open()
  await signIn(page, address)
  const addressOf = (id: number) => `${address}/#/courses/${courseIds[0]}/students/${id}`
  await page.goto(addressOf(first.id))
  const report = page.getByRole('article')
  await report.getByRole('heading', { level: 1, name: one.name }).waitFor()

  await t.test('averages, the parts that add up, missing and late work, every assignment', async (t) => {
    await report.locator('.headline strong').getByText(percent(one.course_average)).waitFor()
    await report.locator('.headline').getByText(`Grade ${one.grade}`).waitFor()
    await report.getByText('The weights that count add up to 115% and are scaled to 100%.').waitFor()
    const table = report.getByRole('region', { name: 'How the course average is made up' })
    const cells = await table.locator('tbody tr').allInnerTexts()
    t.equal(cells.length, 2)
    const parts = cells.map((row) => Number(/([\d.]+)%$/.exec(row)![1]))
    const total = parts.reduce((sum, part) => sum + Math.round(part * 10), 0)
    t.equal(total, Math.round(one.course_average * 1000), 'the numbers that are shown add up')
    const scored = one.data.filter((cell: object | null) => cell !== null).length
    await becomes(t, () => report.locator('.assignments tbody tr').count(), scored, 'each assignment')
    const points = report.getByRole('group', { name: 'Course average over time' }).getByRole('img')
    t.match(await points.last().getAttribute('aria-label'), new RegExp(`: ${percent(one.course_average)}$`))
    await report.getByText('Show as table').click()
    const rows = report.getByRole('region', { name: 'Course average over time' }).locator('tbody tr')
    await becomes(t, () => rows.count(), await points.count(), 'the same as a table')
    await lookAt(t, page, 'student')
  })

  await t.test('the next student: by key, by button, and back', async (t) => {
    await page.keyboard.press('ArrowRight')
    await report.getByRole('heading', { level: 1, name: two.name }).waitFor()
    await becomes(t, () => page.url(), addressOf(second.id), 'the address can be shared')
    await page.keyboard.press('ArrowLeft')
    await report.getByRole('heading', { level: 1, name: one.name }).waitFor()
    await page.getByRole('link', { name: /^Previous/ }).and(page.locator('[aria-disabled=true]')).waitFor()
    const next = page.getByRole('link', { name: `Next: ${two.name}` })
    await next.focus()
    await page.keyboard.press('Enter')
    await report.getByRole('heading', { level: 1, name: two.name }).waitFor()
    await hasFocus(t, page.getByRole('link', { name: /^Next/ }), 'the focus stays')
    const missing = two.missing.length
    await report.getByRole('heading', {
      name: `${missing} missing assignment${missing === 1 ? '' : 's'}`,
    }).waitFor()
    const dropped = book.students.findLast(({ is_dropped: is }: { is_dropped: boolean }) => is)
    await page.goto(addressOf(dropped.id))
    await report.getByText('Dropped', { exact: true }).waitFor()
    await page.getByRole('link', { name: /^Next/ }).and(page.locator('[aria-disabled=true]')).waitFor()
    await page.goto(addressOf(999_999))
    await page.getByText('This student is not in the course.').waitFor()
  })

  await t.test('changes made elsewhere are noticed, and marked after a refresh', async (t) => {
    await page.goto(addressOf(first.id))
    await report.getByRole('heading', { level: 1, name: one.name }).waitFor()
    const other = one.course.missing_counts === 'zero' ? 'ignored' : 'zero'
    const set = (value: string) =>
      call('PATCH', `/api/courses/${courseIds[0]}`, { body: { missing_counts: value } })
    const look = () => page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await set(other)
    await look()
    await page.getByText('Scores changed').waitFor()
    await page.getByRole('button', { name: 'Refresh' }).click()
    await page.getByText(/What changed is marked\.|^Averages or settings changed\./).waitFor()
    const now = (await call('GET', `${api}/students/${first.id}`)).json()
    await report.locator('.headline strong').getByText(percent(now.course_average)).waitFor()
    const scores = now.data.filter((cell: { score: number | null } | null, j: number) =>
      cell?.score !== one.data[j]?.score).length
    await becomes(t, () => report.locator('tr.changed').count(), scores, 'each changed score')
    await page.getByRole('button', { name: 'Hide marks' }).click()
    await becomes(t, () => report.locator('tr.changed').count(), 0, 'no marks')
    await set(one.course.missing_counts)
    await look()
    await page.getByRole('button', { name: 'Refresh' }).click()
    await report.locator('.headline strong').getByText(percent(one.course_average)).waitFor()
  })

  await t.test('on paper it has one page, also with 150 assignments', async (t) => {
    await page.goto(addressOf(first.id))
    await report.getByRole('heading', { level: 1, name: one.name }).waitFor()
    const large = (await call('GET', `/api/courses/${courseIds[1]}/performance`)).json().students[0]
    for (const student of [one, large]) {
      if (student === large) {
        await page.goto(`${address}/#/courses/${courseIds[1]}/students/${large.id}`)
        await report.getByRole('heading', { level: 1, name: large.name }).waitFor()
        await report.getByText('Large · ').waitFor({ state: 'attached' })
      }
      const pdf = (await page.pdf({ format: 'Letter' })).toString('latin1')
      t.equal(/\/Type \/Pages\s+\/Count (\d+)/.exec(pdf)?.[1], '1')
    }
  })

  const small = await open({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  await signIn(small.page, address)
  await small.page.goto(addressOf(second.id))
  await small.page.getByRole('heading', { level: 1, name: two.name }).waitFor()
  const width = () => small.page.evaluate('document.documentElement.scrollWidth')
  await becomes(t, width, 390, 'nothing sticks out')
  t.strictSame(await accessibilityProblems(small.page), [])
  t.strictSame([...problems, ...small.problems], [])
})
