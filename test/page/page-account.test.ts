// One's own account, the way in by a one-time link, and what needs more rights.
import t from 'tap'
import { ADMIN } from '../support/test-service.ts'
import { findChromium, needs } from '../support/tools.ts'
import { lookAt, PASSWORD, screenshot, signIn, startPage } from './page-browser.ts'
import { sampleCourse } from './sample-course.ts'
import { becomes } from './view-facts.ts'

const chromium = needs(findChromium())

t.test('an invitation: the user chooses a password and is signed in', chromium, async (t) => {
  const { address, open, call } = await startPage(t, { courses: [sampleCourse()] })
  const { invitation } =
    (await call('POST', '/api/users', { body: { email: 'new@example.edu', role: 'teacher' } })).json()
  const { page, problems } = await open()
  const link = `${address}/${new URL(invitation.url).hash}`
  await page.goto(link)
  await page.getByText('For new@example.edu.').waitFor()
  await lookAt(t, page, 'invitation')
  await page.getByLabel('New password').fill('short')
  await page.keyboard.press('Enter')
  await page.getByText('The password is too short.').waitFor()
  await page.getByLabel('New password').fill('long enough for this')
  await page.getByLabel('Confirm password').fill('long enough for that')
  await page.keyboard.press('Enter')
  await page.getByText('The passwords do not match.').waitFor()
  await page.getByLabel('Confirm password').fill('long enough for this')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'My courses' }).waitFor()
  await becomes(t, () => new URL(page.url()).hash, '#/', 'the link is not in the address any more')
  t.notOk(await page.evaluate('history.length') as number > 2, 'nor in the history')

  const second = await open()
  await second.page.goto(link)
  await second.page.getByText('This link was already used or has expired.').waitFor()
  await lookAt(t, second.page, 'invitation-used')
  await second.page.getByRole('link', { name: 'Go to sign-in' }).click()
  await second.page.getByRole('heading', { name: 'Sign in' }).waitFor()

  await call('GET', '/api/users')
  const { url } = (await call('POST', '/api/users/1/reset')).json()
  await page.goto(`${address}/${new URL(url).hash}`)
  await page.getByText('You are signed in as new@example.edu.').waitFor()
  await page.getByRole('heading', { name: 'Choose a new password' }).waitFor()
  t.strictSame([...problems, ...second.problems], [])
})

t.test('signed-in devices: seen and signed out', chromium, async (t) => {
  const { address, open } = await startPage(t, { courses: [sampleCourse()] })
  const phone = await open({
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'Version/19.0 Mobile/15E148 Safari/604.1',
  })
  await signIn(phone.page, address)
  const { page, problems } = await open()
  await signIn(page, address)
  await page.getByRole('link', { name: /My account/ }).click()
  await page.getByText('Safari, iPhone').waitFor()
  await page.getByText('This device').waitFor()
  await lookAt(t, page, 'account')
  await page.getByRole('button', { name: 'Sign out Safari, iPhone' }).click()
  await page.getByText('1 device was signed out.').waitFor()
  await page.getByText('Safari, iPhone').waitFor({ state: 'detached' })
  await page.locator('[role=status]:focus').waitFor()
  await phone.page.reload()
  await phone.page.getByRole('heading', { name: 'Sign in' }).waitFor()
  t.strictSame(problems, [])
})

t.test("a teacher cannot open the administrators' views", chromium, async (t) => {
  const { address, open } = await startPage(t, { courses: [sampleCourse()] })
  const { page, problems } = await open()
  await signIn(page, address)
  t.equal(await page.getByRole('link', { name: 'Users' }).count(), 0)
  for (const part of ['import', 'users', 'jobs', 'jobs/1', 'storage', 'audit']) {
    // Each view says the same: that of the part before is left first.
    await page.goto(`${address}/#/`)
    await page.getByRole('heading', { name: 'My courses' }).waitFor()
    await page.goto(`${address}/#/admin/${part}`)
    await page.getByRole('heading', { name: "You don't have access to this page." }).waitFor()
  }
  await lookAt(t, page, 'denied')
  t.strictSame(problems, [])
})

t.test('a part of the page that cannot be loaded says so', chromium, async (t) => {
  const { address, open } = await startPage(t, { courses: [sampleCourse()] })
  const { page, problems } = await open()
  await signIn(page, address)
  // The code of a view, and the texts of all such views.
  for (const part of ['**/assets/account-*', '**/assets/en-later-*']) {
    await page.goto(`${address}/#/`)
    await page.reload()
    await page.route(part, (route) => route.abort())
    await page.getByRole('link', { name: /My account/ }).click()
    await page.getByText('Part of the page could not be loaded.').waitFor()
    await page.unroute(part)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('Signed-in devices').waitFor()
  }
  t.strictSame(problems, [])
})

t.test('administration in Spanish, right to left and narrow', chromium, async (t) => {
  const { address, open, call, services, courseIds } = await startPage(t, { courses: [sampleCourse()] })
  await services.accounts.add({
    email: ADMIN,
    role: 'admin',
    firstName: 'ليلى',
    lastName: 'حداد',
    password: PASSWORD,
  })
  await call('POST', `/api/courses/${courseIds[0]}/performance/export`)
  const { page, problems } = await open({ viewport: { width: 320, height: 640 } })
  await signIn(page, address, ADMIN)
  for (const [language, heading] of [['es', 'Usuarios'], ['pseudo', '[Úseérs]']] as const) {
    await page.evaluate(`localStorage.setItem('perfbook.language', '${language}')`)
    for (const part of ['users', 'jobs', 'jobs/1', 'storage', 'audit', 'import', 'account']) {
      await page.goto(`${address}/#/${part === 'account' ? part : `admin/${part}`}`)
      await page.reload()
      await page.locator('main h1').waitFor()
      await page.locator('main .panel, main .empty').first().waitFor()
      const title = async () => (await page.locator('main h1').textContent())?.normalize()
      if (part === 'users') await becomes(t, title, heading, `the heading in ${language}`)
      await becomes(
        t,
        () => page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
        true,
        `${part} in ${language}: nothing sticks out`
      )
      await screenshot(page, `narrow-${language}-${part.replace('/', '-')}`)
    }
  }
  t.strictSame(problems, [])
})
