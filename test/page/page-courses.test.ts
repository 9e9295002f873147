// The administrator's list of courses: search, names, teachers, archive, deletion; a user's courses.
import t from 'tap'
import { ADMIN, TEACHER } from '../support/test-service.ts'
import { findChromium, needs } from '../support/tools.ts'
import { lookAt, PASSWORD, signIn, startPage } from './page-browser.ts'
import { sampleCourse } from './sample-course.ts'
import { becomes, hasFocus } from './view-facts.ts'

t.test('courses: found, renamed, given to a teacher, archived, restored, deleted', {
  ...needs(findChromium()),
}, async (t) => {
  const service = await startPage(t, {
    courses: [
      sampleCourse({
        name: 'Física Æ',
        teachers: [
          { email: TEACHER, firstName: 'Jo', lastName: 'Teacher' },
          { email: 'olga@example.edu', firstName: 'Olga', lastName: 'Roster' },
        ],
      }),
      sampleCourse({ name: 'Chemistry', sourceId: 'chemistry', teachers: [{ email: 'ines@example.edu' }] }),
    ],
  })
  const { services, open, address } = service
  await services.accounts.add({ email: ADMIN, role: 'admin', password: PASSWORD })
  await services.accounts.add({ email: 'new@example.edu', role: 'teacher', lastName: 'Neu' })
  const { page, problems } = await open()
  await signIn(page, address, ADMIN)
  const row = (id: number) => page.locator(`[data-course="${id}"]`)
  const [physics = 0, chemistry = 0] = service.courseIds
  await page.getByText('2 courses.').waitFor()
  await lookAt(t, page, 'courses-admin')

  await t.test('search: without accents, words in any order, teachers too', async (t) => {
    const search = page.getByLabel('Search courses')
    for (const [text, there, gone] of [
      ['ae FISICA', physics, chemistry], ['ines', chemistry, physics], ['teacher', physics, chemistry],
    ] as const) {
      await search.fill(text)
      await page.getByText('1 course.', { exact: true }).waitFor()
      await row(there).waitFor()
      await row(gone).waitFor({ state: 'detached' })
    }
    await search.fill('none of them')
    await page.getByText('No courses match').waitFor()
    await search.fill('')
    await page.getByText('2 courses.').waitFor()
    t.pass('found')
  })

  await t.test('a name, and the name of the roster again', async (t) => {
    const dialog = page.getByRole('dialog')
    await page.getByRole('button', { name: 'Rename: Chemistry' }).click()
    await dialog.getByLabel('Name').fill('Chemistry with Inés')
    await lookAt(t, page, 'courses-rename')
    await dialog.getByRole('button', { name: 'Rename' }).click()
    await dialog.waitFor({ state: 'detached' })
    const rename = page.getByRole('button', { name: 'Rename: Chemistry with Inés' })
    await hasFocus(t, rename)
    await rename.click()
    await dialog.getByRole('button', { name: 'Use the roster’s name: Chemistry' }).click()
    await page.getByRole('link', { name: 'Chemistry', exact: true }).waitFor()
    t.equal((await services.courses.find(chemistry))?.name, 'Chemistry')
  })

  await t.test('teachers: added by email, removed; an unknown one is explained', async (t) => {
    const dialog = page.getByRole('dialog')
    await page.getByRole('button', { name: 'Teachers: Chemistry' }).click()
    await dialog.getByText('from the roster').waitFor()
    const email = dialog.getByLabel('Email of a teacher')
    await email.fill('who@example.edu')
    await page.keyboard.press('Enter')
    // Without the name of the API's field.
    await dialog.getByText(/^There is no account for who@example\.edu.*Invite them first, then add them\./).waitFor()
    await email.fill('new@example.edu')
    await page.keyboard.press('Enter')
    await dialog.getByText('new@example.edu now teaches this course, but has never signed in.').waitFor()
    await dialog.getByRole('button', { name: 'Invitation link for new@example.edu' }).click()
    await dialog.getByRole('heading', { name: 'Invitation for new@example.edu' }).waitFor()
    await dialog.getByRole('button', { name: 'Done' }).click()
    await hasFocus(t, email)
    await dialog.getByText('added by hand').waitFor()
    await lookAt(t, page, 'courses-teachers')
    await dialog.getByRole('button', { name: 'Remove ines@example.edu' }).click()
    await dialog.getByText('ines@example.edu can no longer see this course.').waitFor()
    await hasFocus(t, email)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await row(chemistry).getByText('Neu').waitFor()
    t.match(await services.courseTeachers.list(chemistry), [{ email: 'new@example.edu', origin: 'manual' }])
  })

  await t.test('archived and restored; nothing is off a narrow screen', async (t) => {
    await page.setViewportSize({ width: 390, height: 800 })
    await page.getByRole('button', { name: 'Archive: Chemistry' }).click()
    await page.getByText('Chemistry is archived.').waitFor()
    await row(chemistry).waitFor({ state: 'detached' })
    await hasFocus(t, page.getByLabel('Search courses'))
    const overflow = () => page.evaluate('document.documentElement.scrollWidth - innerWidth')
    await becomes(t, async () => Number(await overflow()) <= 0, true, 'no sideways scrolling')
    await lookAt(t, page, 'courses-narrow')
    await page.getByLabel('Which courses').selectOption('Archived courses')
    await row(physics).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Restore: Chemistry' }).click()
    await page.getByText('No course is archived.').waitFor()
    await page.getByLabel('Which courses').selectOption('Current courses')
    await page.getByText('2 courses.').waitFor()
    // Much wider than the list can be.
    await page.setViewportSize({ width: 1920, height: 1080 })
    const left = async (selector: string) => (await page.locator(selector).boundingBox())?.x
    await becomes(t, async () => await left('h1') === await left('.brand'), true, 'in line with the header')
    await page.setViewportSize({ width: 1280, height: 860 })
  })

  await t.test('the courses of a user; a course is deleted after a question', async (t) => {
    await page.getByRole('link', { name: 'Users' }).click()
    const jo = page.getByRole('row', { name: new RegExp(TEACHER) })
    await page.getByRole('row', { name: /Neu/ }).getByText('Never', { exact: true }).waitFor()
    await jo.getByRole('link', { name: 'Física Æ' }).waitFor()
    await page.getByRole('row', { name: /Neu/ }).getByRole('link', { name: 'Chemistry' }).waitFor()
    const rosterOnly = page.getByRole('region', { name: 'In the roster only' })
    await rosterOnly.getByRole('link', { name: 'Física Æ' }).waitFor()
    await rosterOnly.getByRole('button', { name: 'Invitation link for olga@example.edu' }).click()
    await page.getByRole('heading', { name: 'Invitation for olga@example.edu' }).waitFor()
    await rosterOnly.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Done' }).click()
    await jo.getByRole('link', { name: 'Jo Teacher' }).click()
    await page.getByRole('heading', { name: 'Jo Teacher' }).waitFor()
    await page.getByRole('region', { name: 'Courses' }).getByRole('link', { name: 'Física Æ' }).waitFor()
    await lookAt(t, page, 'user')
    await page.goto(`${address}/#/admin/users/999`)
    await page.getByRole('heading', { name: 'This user no longer exists.' }).waitFor()
    await page.getByRole('link', { name: 'Courses', exact: true }).click()
    await page.getByRole('button', { name: 'Delete: Chemistry' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('This cannot be undone.').waitFor()
    await hasFocus(t, dialog.getByRole('button', { name: 'Cancel' }))
    await lookAt(t, page, 'courses-delete')
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('Chemistry was deleted.').waitFor()
    t.equal(await services.courses.find(chemistry), undefined)
  })
  // The refusal of an unknown teacher.
  const expected = /status of 400/
  t.strictSame(problems.filter((problem) => !expected.test(problem)), [])
})
