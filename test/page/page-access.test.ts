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
  const file = page.waitForEvent('download')
  await tabTo(page, /^Export to Excel$/)
  await page.keyboard.press('Enter')
  t.match((await file).suggestedFilename(), /\.xlsx$/)
  await page.locator('[data-phase=succeeded]').waitFor()
  // The button has another text once the list of exports has the new one.
  await hasFocus(t, page.getByRole('button', { name: 'New export' }), 'the focus is where it was')

  await tabTo(page, /^Search by name or ID$/)
  await page.keyboard.type('okafor')
  await page.getByText(/^[1-9]\d? students? shown$/).waitFor()
  await tabTo(page, /^Percent$/)
  await page.keyboard.press('ArrowRight')
  await becomes(t, () => page.getByRole('radio', { name: 'Points' }).isChecked(), true, 'points are chosen')
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
  const views = [['book', '[role=grid]'], ['charts', '.chart'], ['settings', '.settings form']] as const
  for (const [width, height] of [[640, 430], [320, 568]] as const) {
    await page.setViewportSize({ width, height })
    for (const [i, [view, content]] of views.entries()) {
      await page.locator('.tabs a').nth(i).click()
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
    await page.locator('.tabs a').first().click()
    const remove = page.getByRole('button', { name: /^Delete Physics_I/ })
    await remove.scrollIntoViewIfNeeded()
    await becomes(t, async () => {
      const box = (await remove.boundingBox())!
      return box.x >= 0 && box.x + box.width <= width
    }, true, 'what can be done with an export is in sight')
  }
  await becomes(
    t,
    async () => await page.getByRole('cell', { name: /KB|kB/ }).count() > 0,
    true,
    'a list of blocks still is a table to a screen reader'
  )
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
  t.not(await look('.tabs a[aria-current]'), await look('.tabs a:not([aria-current])'))
  await page.locator('.tabs a').nth(1).click()
  await page.locator('.chart').first().waitFor()
  await screenshot(page, 'charts-forced-colors')
})
