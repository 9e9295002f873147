// Every view of the page, and how to get there, for the screenshots of `pictures.ts`.
import type { Page } from 'playwright-core'
import type { Services } from '../../src/services.ts'
import { en, es } from './texts.ts'

export interface Pictured {
  name: string
  show: () => Promise<unknown>
  /** The whole page, also below the window; default true. */
  isWhole?: boolean
  /** As a PDF. */
  isPaper?: boolean
}

interface Stage {
  page: Page
  address: string
  language: 'en' | 'es'
  services: Services
  setupSecret: string
  teacher: string
  admin: string
  password: string
}

const TABLE = 'Grades of 9a,,,,\nWho,Mail,First,Second,Note\nmax,,,20,\n"Lee, Ann",ann@a.example,7,15,x\n' +
  '"Ng, Bob",bob@a.example,8,12,y\n'
const CANVAS_HEAD = 'Student,ID,SIS User ID,SIS Login ID,Section,Quiz 1 (11),Quiz 2 (12)\n' +
  '    Points Possible,,,,,10,20\n'
const CANVAS = `${CANVAS_HEAD}"Lee, Ann",1,a1,ann,A,7,good\n"Ng, Bob",2,b2,bob,A,8,15\n`
const GOOD_CANVAS = `${CANVAS_HEAD}"Lee, Ann",1,a1,ann,A,7,12\n"Ng, Bob",2,b2,bob,A,8,15\n`
const WRONG = '{"course":{"name":"x"'
const OFFICE = 'Clave;Name;Grade;Remark\n1000;Ana Alvarez;;a\n1001;Ben Baker;;\n4711;nobody;;\n'
const OFFICE_OF_COURSE = 'Student ID;Name;Grade\n0004320;Adebayo;\n0004209;Angstrom;\n0004136;Bronte;\n'
const PEOPLE = 'Email;First name;Last name;Role\ngarcia@example.edu;Ana;García;docente\nno address;X;Y;\n'

/** The views in an order in which each is reached from the one before. */
export function picturesOf (stage: Stage): Pictured[] {
  const { page, address, language, services, setupSecret, teacher, admin, password } = stage
  const texts: Record<string, unknown> = language === 'es' ? es : en
  const t = (key: string) => String(texts[key])
  const at = (hash: string) => async () => {
    await page.goto('about:blank')
    await page.goto(`${address}/#${hash}`)
    await page.locator('h1').first().waitFor()
  }
  const button = (key: string) => page.getByRole('button', { name: t(key), exact: true }).first()
  const press = (key: string) => async () => { await button(key).click() }
  const ofCourse = (key: string) => async () => {
    await page.getByRole('button', { name: `${t(key)}: Physics I` }).click()
  }
  const inOrder = (...steps: Array<() => Promise<unknown>>) => async () => {
    for (const step of steps) await step()
  }
  const signIn = (email: string) => async () => {
    await page.context().clearCookies()
    await at('/')()
    await page.getByLabel(t('signIn.email')).fill(email)
    await page.getByLabel(t('signIn.password')).fill(password)
    await page.keyboard.press('Enter')
    await page.locator('a.who').waitFor()
  }
  const file = (name: string, text: string) => async () => {
    const buffer = Buffer.from(text)
    await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer })
    await page.waitForTimeout(1500)
  }
  const course = async (name: string) =>
    (await services.courses.list({})).find((one) => one.name === name)?.id ?? 0
  // With a query, the book is not the one that was shown last.
  const inCourse = (name: string, rest = '?scores=percent') => async () => {
    await at(`/courses/${await course(name)}${rest}`)()
  }
  const exported = async () => {
    const id = await course('Physics I')
    await services.exports.request({ courseId: id, options: {}, userId: null, requestedBy: 'demo' })
    await services.runner.drain()
  }
  const student = async () => {
    await inCourse('Physics I')()
    if ((page.viewportSize()?.width ?? 0) < 500) await page.locator('main li a').first().click()
    else await page.locator('[role=grid] a').nth(2).click()
    await page.getByRole('article').waitFor()
  }
  const printed = (choice: string) => async () => {
    await inCourse('Physics I')()
    // Playwright's own PDF prints again: the dialog's print is left to it.
    await page.evaluate('window.print = () => {}')
    await press('more.label')()
    await press('more.print')()
    await page.getByLabel(t(`print.${choice}`)).check()
    await page.getByRole('dialog').getByRole('button', { name: t('print.print') }).click()
    await page.waitForTimeout(2500)
  }
  const filledIn = async () => { await page.getByText(t('fillIn.result')).waitFor() }
  const signedOut = async () => { await page.context().clearCookies() }
  const addAdmin = async () => {
    if ((await services.accounts.list()).some(({ email }) => email === admin)) return
    const name = { firstName: 'Ada', lastName: 'Admin' }
    await services.accounts.add({ email: admin, role: 'admin', ...name, password })
  }
  return [
    // Before the set-up in the first language, after it in the others.
    { name: 'sign-in', show: at('/') },
    {
      name: 'sign-in-wrong', show: async () => {
        await at('/')()
        await page.getByLabel(t('signIn.email')).fill(teacher)
        await page.getByLabel(t('signIn.password')).fill('wrong wrong')
        await page.keyboard.press('Enter')
        await page.waitForTimeout(800)
      }
    },
    { name: 'setup', show: at(`setup=${setupSecret}`) },
    {
      name: 'invitation', show: async () => {
        const email = `nia-${String(page.viewportSize()?.width)}-${language}@example.edu`
        const { id } = await services.accounts.add({ email, role: 'teacher' })
        const { secret } = await services.passwordLinks.create(id)
        await at(`invitation=${secret}`)()
      }
    },
    { name: 'as-teacher', show: signIn(teacher) },
    { name: 'book-empty', show: inCourse('Chemistry II') },
    { name: 'book-none', show: inCourse('Physics I') },
    { name: 'book', show: inOrder(exported, inCourse('Physics I')) },
    {
      name: 'book-points-period', show: inOrder(
        async () => { await inCourse('Physics I', '?scores=points')() },
        () => page.locator('.period-choice select').selectOption({ index: 1 })
      ), isWhole: false
    },
    { name: 'book-search', show: inCourse('Physics I', '?q=mar&missing=1'), isWhole: false },
    { name: 'filters', show: inOrder(inCourse('Physics I'), press('filters.label')), isWhole: false },
    { name: 'columns', show: inOrder(inCourse('Physics I'), press('columns.label')), isWhole: false },
    { name: 'export-menu', show: inOrder(inCourse('Physics I'), press('exports.options')), isWhole: false },
    { name: 'history', show: inOrder(inCourse('Physics I'), press('exports.history')), isWhole: false },
    { name: 'more', show: inOrder(inCourse('Physics I'), press('more.label')), isWhole: false },
    {
      name: 'print-dialog',
      show: inOrder(inCourse('Physics I'), press('more.label'), press('more.print')),
      isWhole: false,
    },
    {
      name: 'details', show: inOrder(inCourse('Physics I'), async () => {
        await page.locator('[role=grid] .line .task').first().click({ timeout: 2000 })
      }), isWhole: false
    },
    { name: 'plain-table', show: inCourse('Physics I', '?view=table') },
    { name: 'student', show: student },
    { name: 'paper-student', show: student, isPaper: true },
    { name: 'paper-book', show: inCourse('Physics I'), isPaper: true },
    { name: 'paper-averages', show: printed('averages'), isPaper: true },
    { name: 'paper-students', show: printed('students'), isPaper: true },
    { name: 'charts', show: inCourse('Physics I', '/charts') },
    { name: 'paper-charts', show: inCourse('Physics I', '/charts'), isPaper: true },
    { name: 'settings', show: inCourse('Physics I', '/settings') },
    { name: 'course-import', show: inCourse('Physics I', '/import') },
    { name: 'fill-in', show: inCourse('Physics I', '/fill-in') },
    {
      name: 'fill-in-file',
      show: inOrder(inCourse('Physics I', '/fill-in'), file('office.csv', OFFICE), filledIn),
    },
    {
      name: 'fill-in-good',
      show: inOrder(inCourse('Physics I', '/fill-in'), file('ids.csv', OFFICE_OF_COURSE), filledIn),
    },
    { name: 'account', show: at('/account') },
    {
      name: 'account-token',
      show: inOrder(at('/account'), () => page.getByText(t('tokens.new'), { exact: true }).click()),
    },
    { name: 'denied', show: at('/admin/users') },
    { name: 'not-found', show: async () => { await page.goto(`${address}/#/nowhere`) } },
    { name: 'no-course', show: at('/courses/999999') },
    {
      name: 'offline', show: async () => {
        await inCourse('Physics I')()
        await page.context().setOffline(true)
        await page.getByRole('button', { name: t('exports.export') }).first().click()
        await page.waitForTimeout(800)
      }, isWhole: false
    },
    {
      name: 'signed-out', show: async () => {
        await page.context().setOffline(false)
        await inCourse('Physics I')()
        await page.context().clearCookies()
        await page.goto(`${address}/#/account`)
        await page.waitForTimeout(800)
      }
    },
    { name: 'as-admin', show: inOrder(addAdmin, signIn(admin)) },
    { name: 'forgot', show: inOrder(signedOut, at('/'), press('forgot.link')) },
    {
      name: 'forgot-mail', show: async () => {
        // As a service with mail says it.
        await page.route('**/api/sign-in-options', async (route) => {
          const response = await route.fetch()
          await route.fulfill({ response, json: { ...await response.json(), password_reset: true } })
        })
        await inOrder(at('/'), press('forgot.link'))()
      }
    },
    {
      name: 'forgot-sent', show: async () => {
        await page.route('**/api/password-resets', async (route) => {
          await route.fulfill({ status: 202, json: {} })
        })
        await page.getByLabel(t('signIn.email')).fill(teacher)
        await press('forgot.submit')()
        await page.getByText(t('forgot.sent')).waitFor()
        await page.unroute('**/api/password-resets')
        await page.unroute('**/api/sign-in-options')
      }
    },
    { name: 'as-admin-again', show: signIn(admin) },
    { name: 'first-import', show: at('/first-import') },
    { name: 'course-rename', show: inOrder(at('/'), ofCourse('courses.rename')), isWhole: false },
    { name: 'course-delete', show: inOrder(at('/'), ofCourse('courses.delete')), isWhole: false },
    { name: 'course-teachers', show: inOrder(at('/'), ofCourse('courses.teachers')), isWhole: false },
    { name: 'import', show: at('/admin/import') },
    {
      name: 'import-columns', show: inOrder(at('/admin/import'), file('grades.csv', TABLE), async () => {
        await page.getByLabel(t('import.course'), { exact: true }).fill('German 9')
        await page.getByText(t('import.unknownTable')).waitFor()
      })
    },
    {
      name: 'import-error', show: inOrder(at('/admin/import'), file('course.json', WRONG), async () => {
        await page.getByText(t('import.problem')).waitFor()
      })
    },
    {
      name: 'import-marks', show: inOrder(at('/admin/import'), file('canvas.csv', CANVAS), async () => {
        await page.getByLabel(t('import.course'), { exact: true }).fill(`Canvas ${language}`)
        await page.getByText(t('import.problem')).waitFor()
      })
    },
    {
      name: 'import-done', show: inOrder(at('/admin/import'), file('canvas.csv', GOOD_CANVAS), async () => {
        await page.getByLabel(t('import.course'), { exact: true }).fill(`Canvas ${language}`)
        await page.getByText(t('import.checked')).or(page.getByText(t('import.wouldChangeNothing'))).waitFor()
        await page.locator('main button.primary').filter({ hasText: t('import.import') }).click()
        await page.getByText(t('import.done')).or(page.getByText(t('import.changedNothing'))).waitFor()
      })
    },
    {
      name: 'import-undo', show: inOrder(at('/admin/import'), async () => {
        await page.getByRole('button', { name: 'canvas.csv' }).first().click()
        await page.getByRole('dialog').waitFor()
      })
    },
    {
      name: 'courses-archived', show: inOrder(at('/'), async () => {
        await page.getByLabel(t('courses.which')).selectOption({ label: t('courses.which.archived') })
      })
    },
    { name: 'users', show: at('/admin/users') },
    { name: 'user', show: at('/admin/users/1') },
    { name: 'users-invite', show: inOrder(at('/admin/users'), press('users.invite')) },
    {
      name: 'users-many', show: inOrder(at('/admin/users'), press('invite.many'), async () => {
        await page.locator('textarea').fill(PEOPLE)
        await page.waitForTimeout(500)
      })
    },
    { name: 'jobs', show: at('/admin/jobs') },
    { name: 'job', show: at('/admin/jobs/1') },
    { name: 'storage', show: at('/admin/storage') },
    { name: 'audit', show: at('/admin/audit') },
  ]
}
