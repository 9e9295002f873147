// Bundles as school information systems write them, small: each was read wrongly once, without a word. The
// files are in test/fixtures/oneroster.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { ImportOptions } from '../../src/imports/import-options.ts'
import type { ImportSummary } from '../../src/imports/outcome.ts'
import { createWorld, showErrors, warningCounts, type World } from './bundles.ts'

const FOLDER = join(import.meta.dirname, '../fixtures/oneroster')
/** All students of these bundles, as the roster has them on this day. */
const NOW = Date.parse('2026-11-26T12:00:00Z')

async function taken (
  world: World,
  name: string,
  options: Partial<ImportOptions> = {}
): Promise<ImportSummary> {
  const outcome = await world.import(join(FOLDER, `${name}.zip`), {
    timeZone: 'America/Chicago',
    now: () => NOW,
    ...options,
  })
  if (!outcome.ok) throw new Error(`The import failed: ${showErrors(outcome).join('; ')}`)
  return outcome.summary
}

const SCORES = [
  {
    who: 'Ann Lee',
    id: '0042',
    period: 'Algebra P1',
    isDropped: false,
    cells: { 'HW 1': 'completed 0.75 2026-09-08', 'HW 2': 'completed 0.75 2026-09-15' },
  },
  {
    who: 'Bob Poe',
    id: '0043',
    period: 'Algebra P1',
    isDropped: false,
    cells: { 'HW 1': 'completed 1 2026-09-08', 'HW 2': 'missing 2026-09-15' },
  },
]

t.test('a blank minimum is 0', async (t) => {
  const world = await createWorld(t)
  t.strictSame((await taken(world, 'min-blank')).warnings, [])
  const book = await world.book(NOW)
  t.strictSame(book.students, SCORES)
  t.match(book.tasks, [/\| 10$/, /\| 20$/])
})

t.test('enrollments that end with the first of two terms: all dropped, with a warning', async (t) => {
  const world = await createWorld(t)
  t.strictSame(warningCounts(await taken(world, 'enrolled-one-of-two-terms')), { all_students_dropped: 1 })
  t.strictSame((await world.book(NOW)).students.map(({ isDropped }) => isDropped), [true, true])
  const before = await createWorld(t)
  const inFall = Date.parse('2025-10-01T12:00:00Z')
  t.strictSame(warningCounts(await taken(before, 'enrolled-one-of-two-terms', { now: () => inFall })), {})
  t.strictSame((await before.book(inFall)).students.map(({ isDropped }) => isDropped), [false, false])
})

t.test('a class without title and class code is named after its course', async (t) => {
  const world = await createWorld(t)
  t.strictSame((await taken(world, 'class-title-blank')).warnings, [])
  t.match(await world.book(NOW), { name: 'Algebra', periods: ['Algebra'] })
})

t.test('a due date that is an instant is due on its day in the zone of the course', async (t) => {
  const world = await createWorld(t)
  t.strictSame(warningCounts(await taken(world, 'due-utc-next-day')), { due_instant: 1 })
  t.match(
    (await world.book(NOW)).tasks[0],
    /^HW 1 \| Homework \| 2026-09-09T04:59:59\.000Z /,
    'the end of 8 September in Chicago'
  )
})

t.test('a status written with underscores', async (t) => {
  const world = await createWorld(t)
  t.strictSame((await taken(world, 'status-underscore')).warnings, [])
  t.strictSame((await world.book(NOW)).students, SCORES)
})

t.test('a teacher without an email', async (t) => {
  const world = await createWorld(t)
  const { warnings } = await taken(world, 'teacher-no-email')
  t.match(warnings, [{ code: 'teacher_without_email', count: 1, message: /in users\.csv:2/ }])
  t.equal(warnings.length, 1)
})

t.test('a letter is no score, as documented', async (t) => {
  const world = await createWorld(t)
  t.strictSame((await taken(world, '12-textscore')).warnings, [])
  t.strictSame((await world.book(NOW)).students.map((student) => student.cells), [
    { 'HW 1': 'completed 2026-09-08', 'HW 2': 'completed 0.75 2026-09-15' },
    SCORES[1]!.cells,
  ])
})

t.test('an enrollment of a person who is in no file is skipped and named', async (t) => {
  const world = await createWorld(t)
  const { warnings } = await taken(world, 'dangling-enrollment')
  t.strictSame(warnings.map(({ code, count }) => [code, count]), [['enrollment_skipped', 1]])
  t.match(warnings[0]!.message, /in enrollments\.csv:5: userSourcedId "gone77"/)
  t.strictSame((await world.book(NOW)).students, SCORES)
  t.match(await refusals(world, 'dangling-enrollment', { strict: true }), [/^enrollments\.csv:5: .*"gone77"/])
})

t.test('a category that is in no file: the task has none', async (t) => {
  for (
    const [name, categories] of [
      ['campus-constant-category', ['-', '-']],
      ['category-missing', ['Homework', '-']],
    ] as const
  ) {
    const world = await createWorld(t)
    t.strictSame(Object.keys(warningCounts(await taken(world, name))), ['category_missing'])
    const book = await world.book(NOW)
    t.strictSame(book.students, SCORES)
    t.strictSame(book.tasks.map((task) => task.split(' | ')[1]), categories)
  }
})

t.test('NULL alone in a cell is blank', async (t) => {
  const world = await createWorld(t)
  t.strictSame((await taken(world, 'null-text')).warnings, [])
  const book = await world.book(NOW)
  t.strictSame(book.students, SCORES)
  t.match(book.tasks, [/^HW 2 /, /^HW 1 \| Homework \| - \| 10$/])
})

t.test('the org of a course is not looked up', async (t) => {
  const world = await createWorld(t)
  t.strictSame((await taken(world, 'district-org-missing')).warnings, [])
  t.strictSame((await world.book(NOW)).students, SCORES)
})

t.test('a class of the district, whose term is in no file, is there without a term', async (t) => {
  const world = await createWorld(t)
  t.strictSame(warningCounts(await taken(world, 'powerschool-district-class')), { term_missing: 1 })
  const books = await world.books(NOW)
  t.strictSame(books.map(({ name, term }) => [name, term]), [
    ['Algebra P1', 'Fall'],
    ['District Homebound', null],
  ])
  t.strictSame(books[0]!.students, SCORES)
})

t.test('a file that cannot be read is one error', async (t) => {
  const world = await createWorld(t)
  t.match(await refusals(world, 'unquoted-list'), [/^classes\.csv:2: has 15 fields, expected 14/])
})

t.test('values as schools write them', async (t) => {
  const cases: Array<[name: string, warnings?: Record<string, number>, options?: Partial<ImportOptions>]> = [
    ['bool-y'], ['score-comma'], ['short-dates'], ['us-dates', {}, { dates: 'mdy' }],
    ['score-letter', { score_not_a_number: 1 }], ['windows-1252', { windows_1252: 1 }],
  ]
  for (const [name, warnings = {}, options] of cases) {
    const world = await createWorld(t)
    t.strictSame(warningCounts(await taken(world, name, options)), warnings, name)
    const [ann, bob] = SCORES
    const cells = { 'HW 1': 'completed 2026-09-08', 'HW 2': 'completed 0.75 2026-09-15' }
    const expected = name === 'score-letter'
      ? [{ ...ann, cells }, bob]
      : name === 'windows-1252' ? [{ ...ann, who: 'Ann Muñoz' }, bob] : SCORES
    const book = await world.book(NOW)
    t.strictSame(book.students, expected, name)
    t.match(book.tasks, [/2026-09-09T04:59:59/, /2026-09-16T04:59:59/], name)
  }
  const world = await createWorld(t)
  t.match(await refusals(world, 'score-percent'), [/^results\.csv:2: score is "75%", expected a number/])
  const ordered = /^enrollments\.csv:\d: (begin|end)Date is .*--dates mdy or --dates dmy/
  t.match(await refusals(world, 'us-dates'), Array.from({ length: 6 }, () => ordered))
  const other = await refusals(world, 'us-dates', { dates: 'dmy' })
  t.equal(other[0], 'enrollments.csv:2: beginDate is "8/15/2026", ' +
    'expected a date written YYYY-MM-DD or like 15/8/2026')
  t.equal(other.length, 6)
})

t.test('203 people in Windows-1252', async (t) => {
  const world = await createWorld(t)
  t.strictSame(warningCounts(await taken(world, 'cascade-1252')), { windows_1252: 1 })
  const { students } = await world.book(NOW)
  t.equal(students.filter(({ who }) => who === 'Núria Puig').length, 200)
})

t.test('a bundle in folders in a folder, or in an archive in an archive', async (t) => {
  const world = await createWorld(t)
  t.strictSame((await taken(world, 'zip-in-zip')).warnings, [])
  t.strictSame((await world.book(NOW)).students, SCORES)
  t.strictSame(readdirSync(join(world.folder, 'staging')), [], 'nothing is left')
  const nested = await createWorld(t)
  const options = { timeZone: 'America/Chicago', now: () => NOW }
  t.match(await nested.import(join(FOLDER, 'folder-nested-2'), options), { ok: true })
  t.strictSame((await nested.book(NOW)).students, SCORES)
})

t.test('the error for something else than a bundle says what it is', async (t) => {
  const world = await createWorld(t)
  t.strictSame(await refusals(world, 'two-school-folders'), [
    'two-school-folders.zip: has files in 2 folders (North, South); import the files of one folder at a time',
  ])
  t.match(await refusals(world, 'prefixed-names'), [
    /^NorthHigh_20261126_orgs\.csv: looks like the orgs\.csv of a OneRoster bundle, .*: orgs\.csv, /,
  ])
  t.strictSame(await refusals(world, 'deflate64'), [
    'deflate64.zip: manifest.csv is compressed with Deflate64, which is not supported; ' +
      'unpack the archive, and zip its files again with the method Deflate',
  ])
  t.strictSame(showErrors(await world.import(join(FOLDER, 'tar.tar.gz'))), [
    'tar.tar.gz: is a .tar.gz archive, expected a zip; unpack it, and import the folder or zip it',
  ])
  t.strictSame(await world.books(), [])
})

/** Every error of an import that must fail. */
async function refusals (
  world: World,
  name: string,
  options: Partial<ImportOptions> = {}
): Promise<string[]> {
  const outcome = await world.import(join(FOLDER, `${name}.zip`), { now: () => NOW, ...options })
  if (outcome.ok) throw new Error('The import succeeded.')
  if (outcome.errorCount !== outcome.errors.length) throw new Error(`There are ${outcome.errorCount} errors.`)
  return showErrors(outcome)
}
