import t from 'tap'
import { findChromium, needs } from '../support/tools.ts'
import { accessibilityProblems, screenshot, signIn, startPage } from './page-browser.ts'
import { sampleCourse } from './sample-course.ts'
import { becomes, hasFocus } from './view-facts.ts'

const chromium = needs(findChromium())

t.test('settings show their effect before they are saved', chromium, async (t) => {
  const { address, open, call, courseIds } = await startPage(t, { courses: [sampleCourse()] })
  const { page, problems } = await open()
  await signIn(page, address)
  await page.getByRole('link', { name: /Physics I/ }).click()
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByText('You have not changed anything.').waitFor()
  const before = (await call('GET', `/api/courses/${courseIds[0]}/performance`)).json()
  await page.getByLabel('Weight of Homework in percent').fill('a lot')
  await page.getByText('A weight must be a number from 0 to 100.').waitFor()
  t.strictSame(await accessibilityProblems(page), [])
  await page.getByLabel('Weight of Homework in percent').fill('10')
  // Both changes together: the effect of the first alone may be shown in between.
  const answered = page.waitForResponse((response) =>
    /missing_counts.*"weight":0\.1/.test(response.request().postData() ?? '')
  )
  await page.getByText('counts as zero').click()
  const promised = new Intl.NumberFormat('en-US', { style: 'percent', maximumFractionDigits: 1 }).format(
    (await (await answered).json()).course_average
  )
  await page.locator('dd strong', { hasText: promised }).waitFor()
  await page.getByText(/The course averages of \d+ students change/).waitFor()
  t.not(promised, await page.locator('dd').first().textContent())
  t.strictSame(await accessibilityProblems(page), [])
  await screenshot(page, 'settings')
  t.strictSame(
    (await call('GET', `/api/courses/${courseIds[0]}/performance`)).json().course_average,
    before.course_average,
    'nothing has been saved yet'
  )
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved.').waitFor()
  const after = (await call('GET', `/api/courses/${courseIds[0]}/performance`)).json()
  t.equal(
    new Intl.NumberFormat('en-US', { style: 'percent', maximumFractionDigits: 1 }).format(
      after.course_average
    ),
    promised
  )
  t.equal(after.course.missing_counts, 'zero')
  t.equal(after.categories[0].weight, 0.1)
  t.strictSame(problems, [])
})

t.test('Spanish, right to left, a small screen, on paper', chromium, async (t) => {
  const { address, open } = await startPage(t, { courses: [sampleCourse()] })
  const spanish = await open({ locale: 'es-ES' })
  await spanish.page.goto(address)
  await spanish.page.getByLabel('Correo electrónico').fill('teacher@example.edu')
  await spanish.page.getByLabel('Contraseña').fill('correct horse battery staple')
  await spanish.page.getByRole('button', { name: 'Iniciar sesión' }).click()
  await spanish.page.getByRole('link', { name: /Physics I/ }).click()
  await spanish.page.getByText(/^22 estudiantes, 2 dados de baja · Promedio del curso: \d+,\d\s%/).waitFor()
  await becomes(t, () => spanish.page.locator('html').getAttribute('lang'), 'es-ES', 'its language')
  await screenshot(spanish.page, 'book-spanish')
  await spanish.page.evaluate("dispatchEvent(new Event('beforeprint'))")
  const rows = () => spanish.page.locator('.print section').first().locator('tbody tr').count()
  await becomes(t, rows, 22, 'every student who is listed is printed')
  await spanish.page.emulateMedia({ media: 'print' })
  await screenshot(spanish.page, 'book-print')

  const small = await open({ viewport: { width: 600, height: 740 } })
  await signIn(small.page, address)
  await small.page.evaluate("localStorage.setItem('perfbook.language', 'pseudo')")
  await small.page.reload()
  await small.page.getByRole('link', { name: /Physics I/ }).click()
  const grid = small.page.getByRole('grid')
  await grid.waitFor()
  await becomes(t, () => small.page.locator('html').getAttribute('dir'), 'rtl', 'right to left')
  const fits = () => small.page.evaluate('document.documentElement.scrollWidth <= innerWidth')
  await becomes(t, fits, true, 'nothing sticks out')
  const cell = small.page.locator('[data-row="4"][data-column="0"]')
  await becomes(t, async () => {
    const [box, pinned] = [(await grid.boundingBox())!, (await cell.boundingBox())!]
    return Math.abs(box.x + box.width - pinned.x - pinned.width) < 20
  }, true, 'the student is at the right')
  await cell.focus()
  for (let step = 0; step < 6; step++) await small.page.keyboard.press('ArrowLeft')
  await hasFocus(t, small.page.locator('[data-row="4"][data-column="6"]'))
  t.strictSame(await accessibilityProblems(small.page), [])
  await screenshot(small.page, 'book-small-rtl')
  t.strictSame([...spanish.problems, ...small.problems], [])
})
