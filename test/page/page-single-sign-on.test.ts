import t from 'tap'
import { CLIENT, startProvider } from '../support/oidc-provider.ts'
import { TEACHER } from '../support/test-service.ts'
import { findChromium, needs } from '../support/tools.ts'
import { accessibilityProblems, startPage } from './page-browser.ts'
import { becomes } from './view-facts.ts'

t.test('the button of single sign-on, and why it did not work', needs(findChromium()), async (t) => {
  const provider = await startProvider(t)
  const { address, open, services } = await startPage(t, {
    settings: { OIDC_ISSUER: provider.issuer, OIDC_NAME: 'School account', ...CLIENT },
  })
  const { page, problems } = await open()
  await page.goto(address)
  await page.getByRole('button', { name: 'Sign in with School account' }).click()
  await page.getByText('The sign-in provider is not responding. Try again in a moment.').waitFor()
  await becomes(t, () => page.url(), `${address}/`, 'the reason has left the address')

  provider.register(`${address}/api/oidc/callback`)
  provider.person = { email: 'stranger@example.edu', email_verified: true }
  await page.getByRole('button', { name: 'Sign in with School account' }).click()
  await page.getByRole('alert').getByText('No user here has the email address of your account.').waitFor()
  t.strictSame(await accessibilityProblems(page), [])

  const other = await open()
  provider.person = { email: TEACHER, email_verified: true }
  await other.page.goto(address)
  await other.page.getByRole('button', { name: 'Sign in with School account' }).click()
  await other.page.getByRole('heading', { name: /courses/i }).waitFor()
  await other.page.getByText(TEACHER).waitFor()
  await other.page.goto(`${address}/#/account`)
  await other.page.getByRole('heading', { name: 'Password', exact: true }).waitFor()

  await services.accounts.add({ email: 'school@example.edu', role: 'teacher' })
  const third = await open()
  provider.person = { email: 'school@example.edu', email_verified: true }
  await third.page.goto(address)
  await third.page.getByRole('button', { name: 'Sign in with School account' }).click()
  await third.page.getByRole('heading', { name: /courses/i }).waitFor()
  await third.page.getByRole('link', { name: /^My account/ }).click()
  await third.page.getByText('You sign in with your school account and have no password here.').waitFor()
  await becomes(t, () => third.page.getByLabel('Current password').count(), 0, 'no password to change')
  t.strictSame(
    [...problems, ...other.problems, ...third.problems]
      .filter((problem) => !problem.startsWith(`asked ${provider.issuer}/`)),
    []
  )
})
