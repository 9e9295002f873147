// The way in and one's own account: the first administrator, a password that was forgotten or is changed, and
// API tokens.
import type { Page } from 'playwright-core'
import t from 'tap'
import { freePort } from '../support/free-port.ts'
import { ADMIN, startTestService, TEACHER } from '../support/test-service.ts'
import { findChromium, needs } from '../support/tools.ts'
import { builtPage, lookAt, openPage, PASSWORD, signIn, startPage } from './page-browser.ts'
import { sampleCourse } from './sample-course.ts'
import { becomes, hasFocus } from './view-facts.ts'

const chromium = needs(findChromium())
const NEW = 'vexing quiet otter'

/** Everything that a person sees in the console of the browser. */
function consoleOf (page: Page): string[] {
  const messages: string[] = []
  page.on('console', (message) => { messages.push(message.text()) })
  return messages
}

/** Whether a phone has to scroll sideways. */
const fits = (page: Page) => page.evaluate('document.documentElement.scrollWidth <= innerWidth')

t.test('the setup link: the first administrator, and what they do next', chromium, async (t) => {
  await builtPage()
  const service = await startTestService(t)
  const { setup } = service.services
  const address = await service.server.listen({ host: '127.0.0.1', port: 0 })
  const { page, problems } = await openPage(t, address, { viewport: { width: 390, height: 844 } })
  const messages = consoleOf(page)
  await page.goto(address)
  await page.getByText('Perfbook has no administrator yet. Open the one-time setup link').waitFor()
  const forgotten = page.getByRole('button', { name: 'Forgot password?' })
  t.equal(await forgotten.count(), 0, 'there is nobody to ask yet')
  const { secret } = (await setup.createLink())!
  await page.goto(`${address}/#setup=${secret}`)
  await hasFocus(t, page.getByLabel('Your name'))
  await page.keyboard.type('Ada Byron')
  await page.getByLabel('Email').fill(ADMIN)
  await page.getByLabel('School').fill('Hill School')
  await page.getByLabel('New password').fill('hillschool')
  await page.getByLabel('Confirm password').fill('hillschool')
  await becomes(t, () => fits(page), true, 'the form fits a phone')
  await lookAt(t, page, 'setup')
  await page.keyboard.press('Enter')
  await page.getByText('This password is too easy to guess.').waitFor()
  await hasFocus(t, page.getByLabel('New password'))
  t.equal(messages.filter((text) => !text.includes('400')).length, 0, 'only the refusal')
  await page.getByLabel('New password').fill(NEW)
  await page.getByLabel('Confirm password').fill(NEW)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Import your first roster' }).waitFor()
  await becomes(t, () => new URL(page.url()).hash, '#/first-import', 'the link is not in the address')
  await becomes(t, () => fits(page), true, 'the next step fits a phone')
  await lookAt(t, page, 'first-import')
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Canvas grade book' }).click()
  t.equal((await download).suggestedFilename(), 'canvas.csv')
  await page.getByRole('link', { name: 'Choose a file' }).click()
  await page.getByRole('heading', { name: 'Import', exact: true }).waitFor()

  await page.goto(`${address}/#setup=${secret}`)
  await page.getByText('Perfbook is already set up.').waitFor()
  t.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0, 'another attempt would not help')
  t.strictSame(problems, [])
})

t.test('sign-in: the focus, no message in the console, and a forgotten password', chromium, async (t) => {
  const { address, open, services } = await startPage(t, { courses: [sampleCourse()] })
  await services.accounts.add({ email: ADMIN, role: 'admin', password: PASSWORD })
  const { page, problems } = await open()
  const messages = consoleOf(page)
  await page.goto(address)
  await hasFocus(t, page.getByLabel('Email'))
  t.strictSame(messages, [], 'a browser that is signed out sees no error')
  await lookAt(t, page, 'sign-in')
  await page.keyboard.type(TEACHER)
  await page.getByRole('button', { name: 'Forgot password?' }).click()
  await page.getByText('Ask your administrator: they can create a link').waitFor()
  await hasFocus(t, page.getByRole('heading', { name: 'Choose a new password' }))
  await lookAt(t, page, 'forgot-password')
  await page.getByRole('button', { name: 'Back to sign-in' }).click()
  await becomes(t, () => page.getByLabel('Email').inputValue(), TEACHER, 'what was typed is still there')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: /My account/ }).click()
  await page.getByText('Signed-in devices').waitFor()
  await page.reload()
  await page.getByText('This device').waitFor()
  t.strictSame(messages, [])

  const [session] = await services.sessions.list()
  await services.sessions.end(session!.id)
  await page.getByRole('link', { name: 'Perfbook' }).click()
  await page.getByText('You were signed out.').waitFor()
  await hasFocus(t, page.getByLabel('Email'))
  await lookAt(t, page, 'signed-out')
  await page.getByLabel('Email').fill(TEACHER)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'My courses' }).waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await hasFocus(t, page.getByLabel('Email'))
  await page.getByText('You were signed out.').waitFor({ state: 'detached' })
  t.strictSame(problems, [])
})

t.test('a forgotten password where the service sends emails', chromium, async (t) => {
  await builtPage()
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  // No mail server listens there: the page says the same whether a mail goes out or not.
  const service = await startTestService(t, {
    settings: { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'p@school.example', PUBLIC_URL: address },
  })
  await service.services.accounts.add({ email: ADMIN, role: 'admin', password: PASSWORD })
  await service.server.listen({ host: '127.0.0.1', port })
  const { page, problems } = await openPage(t, address)
  await page.goto(address)
  await page.getByRole('button', { name: 'Forgot password?' }).click()
  await hasFocus(t, page.getByLabel('Email'))
  await page.keyboard.type('nobody@example.edu')
  await page.keyboard.press('Enter')
  await page.getByText('If there is an account with this email, a link is on its way.').waitFor()
  await lookAt(t, page, 'forgot-password-sent')
  t.strictSame(problems, [])
})

t.test('my account: a new password, and API tokens', chromium, async (t) => {
  const { address, open, call } = await startPage(t, { courses: [sampleCourse()] })
  const phone = await open()
  await signIn(phone.page, address)
  const { page, problems } = await open({ viewport: { width: 390, height: 844 } })
  await signIn(page, address)
  await page.goto(`${address}/#/account`)
  await page.getByText('You have no tokens.').waitFor()
  await becomes(t, () => fits(page), true, 'it fits a phone')
  const current = page.getByLabel('Current password')
  const fill = async (now: string, next: string, again = next) => {
    await current.fill(now)
    await page.getByLabel('New password').fill(next)
    await page.getByLabel('Confirm password').fill(again)
    await page.keyboard.press('Enter')
  }
  await fill(PASSWORD, NEW, 'another one')
  await page.getByText('The passwords do not match.').waitFor()
  await fill('wrong', NEW)
  await page.getByText('This is not your current password.').waitFor()
  await hasFocus(t, current)
  await fill(PASSWORD, 'teacher2026')
  await page.getByText('This password is too easy to guess.').waitFor()
  await fill(PASSWORD, NEW)
  await page.getByText('Your password was changed.').waitFor()
  await becomes(t, () => current.inputValue(), '', 'nothing stays in the form')
  await becomes(t, () => page.getByText('Signed in', { exact: false }).count(), 1, 'one device is left')
  await phone.page.reload()
  await phone.page.getByRole('heading', { name: 'Sign in' }).waitFor()

  await page.getByText('New token').click()
  await page.getByLabel('Name', { exact: true }).fill('Report script')
  await becomes(t, () => page.getByLabel('administer everything').count(), 0, 'not beyond the role')
  await page.getByLabel('read', { exact: true }).uncheck()
  await page.getByRole('button', { name: 'Create token' }).click()
  await page.getByText('Choose what the token may do.').waitFor()
  await page.getByLabel('read', { exact: true }).check()
  await page.getByLabel('Expires after').selectOption({ label: '30 days' })
  await page.getByRole('button', { name: 'Create token' }).click()
  await page.getByText('Token “Report script” was created').waitFor()
  const field = page.getByLabel('Token', { exact: true })
  await hasFocus(t, field)
  const token = await field.inputValue()
  t.equal((await call('GET', '/api/courses', { token })).json().length, 1)
  await page.getByText(/^read · expires /).waitFor()
  await becomes(t, () => fits(page), true, 'a token fits a phone')
  await lookAt(t, page, 'account-tokens')
  await page.getByRole('button', { name: 'Done' }).click()
  await field.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Revoke Report script' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('Token “Report script” was revoked.').waitFor()
  await page.getByText('You have no tokens.').waitFor()
  t.equal((await call('GET', '/api/courses', { token })).status, 401)
  t.strictSame([...problems, ...phone.problems], [])
})
