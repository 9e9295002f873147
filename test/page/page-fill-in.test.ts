// An office's table on the page: guessed, chosen, shown before and after, filled in, and remembered.
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import t from 'tap'
import { archiveOf, OFFICE_COURSE } from '../fill-in/fill-in-requests.ts'
import { OFFICE_PARTS, partsOf } from '../fill-in/office.ts'
import { findChromium, needs } from '../support/tools.ts'
import { lookAt, screenshot, signIn, startPage } from './page-browser.ts'
import { becomes, hasFocus } from './view-facts.ts'

const TABLE = '\u{feff}Registrar;Spring;;\r\n' +
  'Clave;"Name; full";Grade;Remark\r\n' +
  '"0042";"Ames, ""Ann""";;a,b\r\n' +
  '="0007";Burr;"";\n' +
  '0008;Çelik;12,5;kept\r\n' +
  '4711;nobody;;\r\n'

t.test("an office's table is filled in on the page", { ...needs(findChromium()) }, async (t) => {
  const service = await startPage(t, { courses: [OFFICE_COURSE] })
  const { page, problems } = await service.open()
  await signIn(page, service.address)
  await page.getByRole('link', { name: 'Physics I' }).click()
  const make = page.getByRole('button', { name: 'Fill in and download' })
  const mayMake = async () => await make.getAttribute('aria-disabled') === 'false'
  const fill = page.getByRole('group', { name: 'What is filled in' })
  const match = page.getByRole('group', { name: 'Who each row is about' })
  const filled = (count: string) => page.getByText(`${count} filled in.`, { exact: true }).waitFor()

  await t.test('by keyboard from the menu of the course', async (t) => {
    const more = page.getByRole('button', { name: 'More', exact: true })
    await more.focus()
    await page.keyboard.press('Enter')
    const link = page.getByRole('link', { name: "Fill in an office's table…" })
    await link.focus()
    await page.keyboard.press('Enter')
    await page.getByText('or drop it here: csv or xlsx').waitFor()
    await becomes(t, () => page.title(), 'Physics I – Fill in a table – Perfbook', 'the title')
    await becomes(t, () => page.getByRole('link', { name: 'Fill in a table' }).getAttribute('aria-current'),
      'page', 'its tab')
    await hasFocus(t, page.locator('main'), 'the view')
  })

  await t.test('a CSV: the guess, the choice, and the first rows before and after', async (t) => {
    await choose(page, 'grades.csv', TABLE)
    await filled('2 cells would be')
    await becomes(t, () => match.getByLabel('Column').inputValue(), 'Clave', 'by ids, whatever the heading')
    await becomes(t, () => match.getByLabel("is the student's").inputValue(), 'student_identifier', 'an id')
    await becomes(t, () => fill.getByLabel('Column').inputValue(), 'Grade', 'what is filled in')
    await becomes(t, () => page.getByLabel('Row with the headings').inputValue(), '2', 'below the title')
    const change = page.getByRole('table', { name: 'First rows that change' })
    await change.getByRole('row', { name: 'Ann Ames Row 3 Before: blank After: 92,50' }).waitFor()
    await fill.getByLabel('Decimals').selectOption('0')
    await change.getByRole('row', { name: 'Ann Ames Row 3 Before: blank After: 93' }).waitFor()
    await page.getByText('1 cell keeps the value that it has.').waitFor()
    await page.getByText('1 row matches no student in this course').click()
    await page.getByRole('listitem').filter({ hasText: '4711 Row 6' }).waitFor()
    await page.getByText('1 student is not in the table').click()
    await page.getByRole('listitem').filter({ hasText: 'Di Dunn' }).waitFor()
    await lookAt(t, page, 'fill-in')
    await fill.getByLabel('Replace values').check()
    await filled('3 cells would be')
    await change.getByRole('row', { name: 'Cem Çelik Row 5 Before: 12,5 After: 100' }).waitFor()
    await fill.getByLabel('Replace values').uncheck()
    await filled('2 cells would be')
  })

  await t.test('without a column: the first empty one, and never names', async (t) => {
    await fill.getByRole('button', { name: 'Remove Grade' }).click()
    await page.getByText('Choose a column to fill in.').waitFor()
    await fill.getByRole('button', { name: 'Fill in a column' }).click()
    await becomes(t, () => fill.getByLabel('Column').inputValue(), '', 'no column is empty')
    await page.getByText('Choose a column to fill in.').waitFor()
    await fill.getByLabel('Column').selectOption('Name; full')
    await page.getByText('The cells already have names or other texts.').waitFor()
    await fill.getByLabel('Column').selectOption('Grade')
    await fill.getByLabel('Decimals').selectOption('0')
    await filled('2 cells would be')
  })

  await t.test('what is missing is said', async (t) => {
    await match.getByRole('button', { name: 'Remove Clave' }).click()
    await page.getByText('Choose the column that says who a row is about.').waitFor()
    await becomes(t, mayMake, false, 'nothing to make')
    await hasFocus(t, match.getByRole('button', { name: 'Choose a column' }))
    await page.keyboard.press('Enter')
    await hasFocus(t, match.getByLabel('Column'))
    await match.getByLabel('Column').selectOption('Name; full')
    await page.getByText('No row is about a student of this course.').waitFor()
    await match.getByLabel('Column').selectOption('Clave')
    await filled('2 cells would be')
    await becomes(t, mayMake, true, 'it can be made')
  })

  await t.test('the file: every other byte is the same', async (t) => {
    const file = await made(page)
    t.equal(file.name, 'grades.csv')
    const wanted = TABLE.replace('""Ann""";;', '""Ann""";93;').replace('Burr;"";', 'Burr;"15";')
    t.equal(file.bytes.toString(), wanted)
    await page.getByText('The download of grades.csv has started.').waitFor()
    await page.getByRole('link', { name: 'Download again' }).waitFor()
  })

  await t.test('the next table with these headings has the same choice', async (t) => {
    await page.reload()
    await choose(page, 'next.csv', TABLE.replace('Registrar', 'Secretary').replace('4711', '0009'))
    await page.getByText('the columns that you chose for a table with the same headings').waitFor()
    await becomes(t, () => fill.getByLabel('Decimals').inputValue(), '0', 'as before')
    await page.getByRole('row', { name: 'Ann Ames Row 3 Before: blank After: 93' }).waitFor()
  })

  await t.test('a workbook: the sheet that fits, on a small screen and in Spanish', async (t) => {
    await choose(page, 'Noten Frühjahr.xlsx', await archiveOf(t, OFFICE_PARTS))
    await filled('1 cell would be')
    await becomes(t, () => page.getByLabel('Sheet').inputValue(), 'Grades', 'the sheet')
    await becomes(t, () => page.getByLabel('Row with the headings').inputValue(), '3', 'the header')
    await page.getByText('1 cell keeps its formula.').waitFor()
    await page.getByLabel('Sheet').selectOption('Summary')
    await page.getByText('No header was found.').waitFor()
    await page.getByLabel('Sheet').selectOption('Grades')
    await filled('1 cell would be')
    await fill.getByRole('button', { name: 'Fill in another column' }).click()
    await fill.getByLabel('Column').nth(1).selectOption('Letter')
    await fill.getByLabel('gets').nth(1).selectOption({ label: 'HW 1' })
    await fill.getByLabel('written as').nth(1).selectOption('percent_text')
    await fill.getByLabel('Decimals').nth(1).selectOption('0')
    await page.getByRole('row', { name: /^Bo Burr Row 5 as before Before: blank After: 25 %$/ }).waitFor()
    await page.setViewportSize({ width: 390, height: 800 })
    await page.getByLabel('Language').selectOption('es')
    await page.getByText('Se rellenarían 4 celdas.').waitFor()
    const fits = () => page.evaluate('document.documentElement.scrollWidth <= innerWidth')
    await becomes(t, fits, true, 'the page is as wide as the screen')
    const outside = () => page.locator('.wide').evaluateAll((all) =>
      all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent))
    await becomes(t, outside, [], 'and so are its tables')
    await lookAt(t, page, 'fill-in-small')
    await page.getByLabel('Idioma').selectOption('en')
    await page.setViewportSize({ width: 1280, height: 860 })
    await screenshot(page, 'fill-in-workbook')
    const { bytes } = await made(page)
    const parts = await partsOf(bytes)
    const changed = Object.keys(OFFICE_PARTS).filter((name) => parts[name] !== OFFICE_PARTS[name])
    t.strictSame(changed, [
      '[Content_Types].xml', 'xl/workbook.xml', 'xl/_rels/workbook.xml.rels', 'xl/worksheets/sheet1.xml',
      'xl/calcChain.xml',
    ])
    t.match(parts['xl/worksheets/sheet1.xml'], '<c r="C4" s="1"><v>92.50</v></c>')
  })

  await t.test('a file that is refused: what to do', async (t) => {
    await choose(page, 'macros.xlsx', await archiveOf(t, { ...OFFICE_PARTS, 'xl/vbaProject.bin': 'x' }))
    await page.locator('[data-phase=failed]').getByText('and choose that file.').waitFor()
    await becomes(t, () => page.getByRole('heading', { name: 'Columns' }).count(), 0, 'no form')
    await choose(page, 'broken.zip', (await archiveOf(t, OFFICE_PARTS)).subarray(0, 300))
    await page.locator('[data-phase=failed]').getByText('or only a part of it. Download').waitFor()
    await choose(page, 'letter.txt', 'hello')
    await page.getByText('No header was found.').waitFor()
    await screenshot(page, 'fill-in-refused')
  })
  t.strictSame(problems, [])
})

async function choose (page: Page, name: string, content: string | Buffer): Promise<void> {
  await page.locator('input[type=file]').setInputFiles({
    name, mimeType: 'application/octet-stream', buffer: Buffer.from(content),
  })
  await page.locator('#file-chosen').getByText(name).waitFor()
}

/** The file that the browser gets. */
async function made (page: Page): Promise<{ name: string, bytes: Buffer }> {
  const button = page.locator('button.primary[aria-disabled=false]')
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()])
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) }
}
