// Columns chosen by hand on the page, and what the page says about options.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { IMPORT_OPTIONS, optionName } from '../../src/imports/option-names.ts'
import { onPage } from '../../src/page/imports/page-words.ts'
import { en, es } from './texts.ts'
import { rowsXml, writeWorkbook } from '../imports/workbooks.ts'
import { ADMIN } from '../support/test-service.ts'
import { findChromium, needs } from '../support/tools.ts'
import { lookAt, PASSWORD, screenshot, signIn, startPage } from './page-browser.ts'
import { becomes } from './view-facts.ts'

const TABLE = [
  'Grades of 9a,,,,',
  'Wer,Mail,Erste,Zweite,Notiz',
  'max,,,20,',
  '"Lee, Ann",ann@a.example,7,15,x',
  '"Ng, Bob",bob@a.example,8,12,y',
].join('\n')
const FLAG = /(^|\s)--/

t.test('messages name what the page has', async (t) => {
  for (const option of IMPORT_OPTIONS) {
    const own = optionName(option, 'session')
    for (const askedBy of ['command', 'token', 'session'] as const) {
      t.equal(onPage(`allow it with ${optionName(option, askedBy)}; x`), `allow it with ${own}; x`)
    }
  }
  t.notMatch(onPage('import with --unknown-option'), /--/)
  t.equal(onPage('unpacks to 2500000000 bytes; an import may have at most 2000000 bytes (IMPORT_MAX_BYTES)'),
    'unpacks to 2,500 MB; an import may have at most 2 MB; ask your administrator')
  t.equal(onPage('Scores -- and more - stay'), 'Scores -- and more - stay')
  for (const texts of [en, es]) t.notMatch(JSON.stringify(texts), FLAG)
})

t.test('the columns of a table are chosen, checked live, imported and remembered', {
  ...needs(findChromium()),
}, async (t) => {
  const service = await startPage(t)
  await service.services.accounts.add({ email: ADMIN, role: 'admin', password: PASSWORD })
  const { page, problems } = await service.open()
  await signIn(page, service.address, ADMIN)
  await page.getByRole('link', { name: 'Import' }).click()
  const importing = page.getByRole('button', { name: 'Import', exact: true })
  const mayImport = async () => await importing.getAttribute('aria-disabled') === 'false'
  const use = (column: string) => page.getByLabel(`Use ${column} as`)
  await choose(page, 'grades.csv', TABLE)
  await page.getByText('Enter the course of this grade book.').waitFor()
  await page.getByLabel('Course', { exact: true }).fill('German 9')

  await t.test('a guess is shown with the first rows', async (t) => {
    await page.getByRole('heading', { name: 'Choose the columns' }).waitFor()
    await becomes(t, () => use('Wer').inputValue(), 'name', 'the name')
    await becomes(t, () => use('Mail').inputValue(), 'email', 'the address')
    await becomes(t, () => page.getByLabel('Row with the headings').inputValue(), '2', 'below the title')
    await page.getByText('ann@a.example · bob@a.example').waitFor()
    await page.getByText('Recognized as: Table whose columns are guessed').waitFor()
    await becomes(t, () => page.getByText('This table is in no known format').count(), 0, 'no error remains')
    await noFlags(t, page)
    await lookAt(t, page, 'import-columns')
  })

  await t.test('each change is checked; what is missing is said', async (t) => {
    await use('Wer').selectOption('left_out')
    await use('Mail').selectOption('left_out')
    await page.getByText('Choose the column that says who the student is').first().waitFor()
    await becomes(t, mayImport, false, 'nobody to import for')
    await use('Mail').selectOption('email')
    await use('Wer').selectOption('name')
    await page.getByLabel('Row with the points possible').selectOption('3')
    await use('Erste').selectOption('task')
    await use('Zweite').selectOption('task')
    await page.getByLabel('Points possible of Erste').fill('nine')
    await page.getByText('Points possible must be a number above 0.').first().waitFor()
    await page.getByLabel('Points possible of Erste').fill('10')
    await use('Notiz').selectOption('left_out')
    await becomes(t, mayImport, true, 'the check allows it')
    const columns = page.getByRole('group', { name: /columns of the file$/ })
    await columns.getByRole('row', { name: /^Erste an assignment, in points/ }).waitFor()
    await columns.getByRole('row', { name: /^Notiz left out/ }).waitFor()
  })

  await t.test('nothing is off a small screen', async (t) => {
    await page.setViewportSize({ width: 390, height: 800 })
    const fits = () => page.evaluate('document.documentElement.scrollWidth <= innerWidth')
    await becomes(t, fits, true, 'the page is as wide as the screen')
    const outside = () => page.locator('.wide').evaluateAll((all) =>
      all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent))
    await becomes(t, outside, [], 'and so are its tables')
    await screenshot(page, 'import-columns-small')
    await page.setViewportSize({ width: 1280, height: 860 })
  })

  await t.test('an import, and the next file without a choice', async (t) => {
    await importing.click()
    await page.getByText('This is what changed:').waitFor()
    const tasks = await service.services.db.reads.selectFrom('tasks').select(['title', 'points_possible'])
      .orderBy('id').execute()
    t.strictSame(tasks.map((task) => [task.title, task.points_possible]), [['Erste', 10], ['Zweite', 20]])
    await choose(page, 'next.csv', TABLE.replace(',7,', ',9,'))
    await page.getByText('next.csv: the columns are those that were chosen for this course before.').waitFor()
    await page.getByText('The columns of this table are known.').waitFor()
    await page.getByRole('button', { name: 'Change columns' }).click()
    await becomes(t, () => page.getByLabel('Points possible of Erste').inputValue(), '10', 'as before')
  })

  await t.test('marks among the scores are explained', async (t) => {
    const rows = ['Name,Lab (10 pts) 2026-09-08', '"Lee, Ann",X', '"Ng, Bob",8', '"Ortiz, Cyd",9']
    await choose(page, 'marks.csv', rows.join('\n'))
    await page.getByLabel('Course', { exact: true }).fill('Chemistry 9')
    await page.getByText(/Lab is "X", expected .* choose its meaning under "Marks"/).first().waitFor()
    await page.getByText('Due Sep 8, 2026').waitFor()
    await becomes(t, mayImport, false, 'a mark is not explained')
    await page.getByRole('group', { name: 'Marks' }).getByLabel('“X” means').selectOption('missing')
    await becomes(t, mayImport, true, 'checked with its meaning')
    await lookAt(t, page, 'import-marks')
  })

  await t.test('a sheet of Excel; errors say what the page has', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'page-columns-'))
    t.teardown(() => {
      rmSync(folder, { recursive: true })
    })
    const rows = (title: string) =>
      rowsXml([['Wer', 'Klasse', title], ['Lee, Ann', '9a', 5], ['Ng, Bob', '9b', 7]])
    const workbook = await writeWorkbook({ folder }, 'book.xlsx', {
      sheets: [{ name: 'First', rows: rows('1st run') }, { name: 'Second', rows: rows('2nd run') }],
    })
    await choose(page, 'book.xlsx', readFileSync(workbook))
    await page.getByLabel('Course', { exact: true }).fill('Sport')
    await page.getByLabel('Sheet').fill('Second')
    await use('2nd run').waitFor()
    await noFlags(t, page)
    // The result of an earlier check is dimmed.
    await becomes(t, mayImport, true, 'checked with these columns')
    await lookAt(t, page, 'import-workbook')
    await page.getByText('More options').click()
    await page.getByLabel('Treat warnings as errors').check()
    await page.getByText(/with "Treat warnings as errors"/).first().waitFor()
    await noFlags(t, page)
  })
  t.strictSame(problems, [])
})

async function choose (page: Page, name: string, content: string | Buffer): Promise<void> {
  await page.locator('input[type=file]').setInputFiles({
    name, mimeType: 'application/octet-stream', buffer: Buffer.from(content),
  })
  await page.locator('#file-chosen').getByText(name).waitFor()
}

async function noFlags (t: Test, page: Page): Promise<void> {
  t.notMatch(await page.locator('body').innerText(), FLAG, 'no option of the command line')
}
