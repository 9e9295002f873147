// The page without a mouse, on small and zoomed screens, and in the user's own colors.
import t from 'tap'
import type { Page } from 'playwright-core'
import { TEACHER } from '../support/test-service.ts'
import { findChromium, needs } from '../support/tools.ts'
import { accessibilityProblems, PASSWORD, screenshot, signIn, startPage } from './page-browser.ts'
import { sampleCourse } from './sample-course.ts'
import { becomes, hasFocus } from './view-facts.ts'

const chromium = needs(findChromium())
/** More steps than any view has places to stop at. */
const MANY = 60

const focusedName = (page: Page) =>
  page.evaluate(`(() => {
  const focused = document.activeElement
  return focused.getAttribute('aria-label') ?? focused.closest('label')?.textContent ?? focused.textContent
})()`) as Promise<string>

/** Tab until the thing with this name has the focus, as a person does who knows no other way. */
async function tabTo (page: Page, name: RegExp): Promise<void> {
  for (let step = 0; step < MANY; step++) {
    await page.keyboard.press('Tab')
    if (name.test(await focusedName(page))) return
  }
  throw new Error(`Tab does not lead to ${name}; the last is "${await focusedName(page)}".`)
}

t.test('by keys alone, from sign-in to the file and through the book', chromium, async (t) => {
  const { address, open } = await startPage(t, { courses: [sampleCourse()] })
  const { page, problems } = await open()
  await page.goto(address)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await tabTo(page, /^Skip to content$/)
  await page.keyboard.press('Enter')
  await tabTo(page, /^Email/)
  await page.keyboard.type(TEACHER)
  await tabTo(page, /^Password/)
  await page.keyboard.type(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: /Physics I/ }).waitFor()
  await tabTo(page, /^Physics I/)
  const outline = () => page.evaluate('getComputedStyle(document.activeElement).outlineStyle')
  await becomes(t, outline, 'solid', 'where the focus is can be seen')
  await page.keyboard.press('Enter')
  await page.getByRole('grid').waitFor()
  await page.keyboard.press('/')
  const search = page.getByRole('searchbox', { name: 'Search by name or ID' })
  await hasFocus(t, search, '/ leads to the search')
  await page.keyboard.type('okafor')
  await page.getByText(/^[1-9]\d? of 22 students, 2 dropped · /).waitFor()
  await tabTo(page, /^Filters$/)
  await page.keyboard.press('Enter')
  await tabTo(page, /^Late work$/)
  await page.keyboard.press('Escape')
  await hasFocus(t, page.getByRole('button', { name: 'Filters' }), 'the focus is back on the button')
  await tabTo(page, /^Percent$/)
  await page.keyboard.press('ArrowRight')
  await becomes(t, () => page.getByRole('radio', { name: 'Points' }).isChecked(), true, 'points are chosen')
  const file = page.waitForEvent('download')
  await tabTo(page, /^Export to Excel: whole course, points$/)
  await page.keyboard.press('Enter')
  t.match((await file).suggestedFilename(), /\.xlsx$/)
  await page.locator('[data-phase=succeeded]').waitFor()
  await hasFocus(t, page.getByRole('button', { name: 'Export to Excel' }), 'the focus is where it was')

  await tabTo(page, /^Student$/)
  await page.keyboard.press('Control+ArrowDown')
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  await becomes(
    t,
    () => page.evaluate('document.activeElement.getAttribute("role")'),
    'gridcell',
    'the focus is back in the cell'
  )
  t.strictSame(problems, [])
})

t.test('nothing is lost at 640 and 320 px, which are 200 % and 400 % of 1280', chromium, async (t) => {
  const { address, open } = await startPage(t, { courses: [sampleCourse({ tasks: 30 })] })
  const { page, problems } = await open()
  await signIn(page, address)
  await page.getByRole('link', { name: /Physics I/ }).click()
  const file = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export to Excel' }).click()
  await file
  const views = [['book', '.book'], ['charts', '.chart'], ['settings', '.settings form']] as const
  const course = page.url().replace(/\?.*/, '')
  for (const [width, height] of [[640, 430], [320, 568]] as const) {
    await page.setViewportSize({ width, height })
    for (const [view, content] of views) {
      await page.goto(view === 'book' ? course : `${course}/${view}`)
      await page.locator(content).first().waitFor()
      await becomes(
        t,
        () => page.evaluate('document.documentElement.scrollWidth'),
        width,
        `${view} at ${width}: nothing sticks out`
      )
      t.strictSame(await accessibilityProblems(page), [], `${view} at ${width}`)
      await screenshot(page, `${view}-${width}`)
    }
    await page.goto(course)
    await page.getByRole('button', { name: 'History' }).click()
    const remove = page.getByRole('button', { name: /^Delete Physics_I/ })
    await remove.scrollIntoViewIfNeeded()
    await becomes(t, async () => {
      const box = (await remove.boundingBox())!
      return box.x >= 0 && box.x + box.width <= width
    }, true, 'what can be done with an export is in sight')
    t.strictSame(await accessibilityProblems(page), [], `history at ${width}`)
    await page.getByRole('button', { name: 'Close' }).click()
  }
  t.strictSame(problems, [])
})

t.test("with the user's own colors, the choice is visible", chromium, async (t) => {
  const { address, open } = await startPage(t, { courses: [sampleCourse()] })
  const { page } = await open({ forcedColors: 'active' })
  await signIn(page, address)
  await page.getByRole('link', { name: /Physics I/ }).click()
  await page.getByRole('grid').waitFor()
  await screenshot(page, 'book-forced-colors')
  const look = (selector: string) =>
    page.locator(selector).first().evaluate((node) => {
      const { backgroundColor, borderBottomColor } =
        (node.ownerDocument as unknown as {
          defaultView: { getComputedStyle: (node: unknown) => Record<string, string> },
        }).defaultView.getComputedStyle(node)
      return `${backgroundColor} ${borderBottomColor}`
    })
  t.not(await look('.switch label:has(:checked)'), await look('.switch label:not(:has(:checked))'))
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('link', { name: 'Charts' }).click()
  await page.locator('.chart').first().waitFor()
  t.not(await look('.tabs a[aria-current]'), await look('.tabs a:not([aria-current])'))
  await screenshot(page, 'charts-forced-colors')
})
