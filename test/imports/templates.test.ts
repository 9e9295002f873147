// Every format has a template, and every template imports without a warning.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { IMPORT_FORMATS } from '../../src/imports/import-options.ts'
import { importTemplate } from '../../src/imports/templates/templates.ts'
import { createWorld, showErrors } from './bundles.ts'

const SOURCES_WITH_A_COURSE = ['oneroster', 'performance-book', 'sds', 'clever']

t.test('the templates of rosters, one after the other, do not mix their people', async (t) => {
  const world = await createWorld(t)
  const rosters = ['oneroster', 'sds', 'clever'] as const
  const take = async (format: (typeof rosters)[number]) => {
    const { filename, bytes } = await importTemplate(format)
    writeFileSync(join(world.folder, filename), bytes)
    return await world.import(join(world.folder, filename))
  }
  for (const format of rosters) {
    t.match(await take(format), { ok: true, summary: { courses: { added: 1 }, students: { added: 2 } } })
  }
  for (const format of rosters) {
    t.match(await take(format), { ok: true, summary: { courses: { unchanged: 1 } } })
  }
  t.match((await world.books()).map(({ name, students }) => [name, students.map(({ who }) => who)]),
    rosters.map(() => ['Physics I', ['Ann Lee', 'Bob Poe']]))
})

for (const format of IMPORT_FORMATS) {
  t.test(`the template of ${format}`, async (t) => {
    const { filename, bytes } = await importTemplate(format)
    t.ok((await importTemplate(format)).bytes.equals(bytes), 'the same every time')
    const world = await createWorld(t)
    const file = join(world.folder, filename)
    writeFileSync(file, bytes)
    const course = {
      ...SOURCES_WITH_A_COURSE.includes(format) ? {} : { course: 'Physics I' },
      ...format === 'spreadsheet' ? { format } : {},
    }
    const outcome = await world.import(file, course)
    t.strictSame(showErrors(outcome), [])
    t.match(outcome, { summary: { courses: { added: 1 }, students: { added: 2 }, warnings: [] } })
    // Open edX gives no names.
    const students = format === 'edx' ? [{}, {}] : [{ who: 'Ann Lee' }, { who: 'Bob Poe' }]
    t.match(await world.book(), { name: 'Physics I', students })
    t.match(await world.import(file, { ...course, format, strict: true }), {
      ok: true, summary: { courses: { unchanged: 1 } },
    })
  })
}
