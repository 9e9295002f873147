// The OneRoster bundle: each rule of docs/outlets.md, and our own importer reads it back.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { ExportOptionsGiven } from '../../../src/exports/export-request.ts'
import {
  createWorld, enrollment, NOW, result, school, showErrors, type ShownBook, type Tables, user, type World,
} from '../../imports/bundles.ts'
import { larger } from '../../imports/random-school.ts'
import { makeBookDatabase } from '../../support/book-database.ts'
import { readBundle, readZip } from '../../support/read-bundle.ts'
import { testFolder } from '../../support/test-folder.ts'
import { writtenOutlet } from './written-outlet.ts'

async function bundleOf (world: World, courseId: number, given: Omit<ExportOptionsGiven, 'format'> = {}) {
  const outlet = await writtenOutlet(
    world.folder, world.database, courseId, { format: 'oneroster', ...given }, NOW
  )
  const counts = Object.fromEntries(
    outlet.receipts.map((one) => [one.code, [one.count, one.students, one.tasks]])
  )
  return { ...outlet, tables: await readBundle(outlet.file), counts }
}

async function take (world: World, file: string): Promise<void> {
  const outcome = await world.import(file, { format: 'oneroster' })
  if (!outcome.ok) throw new Error(showErrors(outcome).join('; '))
}

const withoutVersion = ({ version, ...book }: ShownBook) => book

/** A school of OneRoster 1.2 with weights, a minimum, and results of each status. */
function eventful (): Tables {
  const tables = school()
  tables['categories'] = [
    { sourcedId: 'k1', title: 'Homework', weight: 30 }, { sourcedId: 'k2', title: 'Exams', weight: 70 },
  ]
  const [first] = tables['lineItems'] ?? []
  const item = (id: string, title: string, period: string, more = {}) => ({
    ...first, sourcedId: id, title, classSourcedId: period, ...more,
  })
  tables['lineItems'] = [
    ...tables['lineItems'] ?? [],
    item('li3-p1', 'From 5', 'p1', { resultValueMin: 5, resultValueMax: 25, categorySourcedId: 'k2' }),
    item('li3-p2', 'From 5', 'p2', { resultValueMin: 5, resultValueMax: 25, categorySourcedId: 'k2' }),
    item('li4-p1', 'Same', 'p1', { dueDate: '' }),
    item('li5-p1', 'Same', 'p1', { dueDate: '' }),
  ]
  const status = (id: string, of: string, student: string, scoreStatus: string, more = {}) => ({
    ...result(id, of, student, ''), scoreStatus, ...more,
  })
  tables['results'] = [
    ...tables['results'] ?? [],
    {
      ...result('r5', 'li3-p1', 'ann', 15),
      late: 'true', scoreDate: '2026-02-01', scoreStatus: 'fully graded',
    },
    { ...result('r6', 'li3-p2', 'cyd', 30), scoreStatus: 'partially graded' },
    status('r7', 'li2-p1', 'bob', 'exempt'),
    status('r8', 'li2-p2', 'cyd', 'not submitted', { missing: 'true', late: 'true' }),
    status('r9', 'li3-p1', 'bob', 'submitted', { scoreDate: '2026-02-03' }),
    status('r10', 'li4-p1', 'bob', '', { inProgress: 'true' }),
    status('r11', 'li5-p1', 'bob', ''),
    status('r12', 'li4-p1', 'ann', 'fully graded'),
    result('r13', 'li5-p1', 'ann', 2.5),
  ]
  return tables
}

t.test('a delta of categories, line items and results, with the ids that were imported', async (t) => {
  const world = await createWorld(t, testFolder(t))
  await world.take(eventful(), { version: '1.2' })
  const before = await world.book()
  const { file, tables, counts, students, scores } = await bundleOf(world, before.id)
  t.strictSame([...await readZip(file)].map(([name]) => name),
    ['manifest.csv', 'categories.csv', 'lineItems.csv', 'results.csv'])
  const manifest = Object.fromEntries(
    (tables['manifest'] ?? []).map((row) => [row['propertyName'], row['value']])
  )
  t.equal(manifest['oneroster.version'], '1.2')
  for (const [name, value] of Object.entries(manifest).filter(([name]) => name.startsWith('file.'))) {
    t.equal(value, ['categories', 'lineItems', 'results'].includes(name.slice(5)) ? 'delta' : 'absent', name)
  }
  for (const name of ['categories', 'lineItems', 'results']) {
    for (const row of tables[name] ?? []) {
      t.match(row, { status: 'active', dateLastModified: new Date(NOW).toISOString() })
    }
  }
  const ids = (name: string) => (tables[name] ?? []).map((row) => row['sourcedId']).sort()
  t.strictSame(ids('categories'), ['k1', 'k2'])
  t.match(tables['categories'], [{ title: 'Homework', weight: '30' }, { title: 'Exams', weight: '70' }])
  t.strictSame(ids('lineItems'), (eventful()['lineItems'] ?? []).map((row) => row['sourcedId']).sort())
  t.match(tables['lineItems']?.find((row) => row['sourcedId'] === 'li3-p2'), {
    title: 'From 5', classSourcedId: 'p2', categorySourcedId: 'k2', academicSessionSourcedId: 't1',
    schoolSourcedId: 'o1', resultValueMin: '5', resultValueMax: '25', dueDate: '2026-02-01',
  })
  const found = (item: string, student: string) => tables['results']?.filter((row) =>
    row['lineItemSourcedId'] === item && row['studentSourcedId'] === student)
  t.match(found('li3-p1', 'ann'), [{
    score: '15', scoreStatus: 'fully graded', late: 'true', missing: 'false', scoreDate: '2026-02-01',
    classSourcedId: 'p1',
  }])
  t.match(found('li3-p2', 'cyd'), [{ score: '30', scoreStatus: 'partially graded', scoreDate: '' }])
  t.match(found('li2-p1', 'bob'), [{ score: '', scoreStatus: 'exempt' }])
  t.match(found('li2-p2', 'cyd'), [
    { score: '', scoreStatus: 'not submitted', missing: 'true', late: 'true' },
  ])
  t.match(found('li4-p1', 'bob'), [{ score: '', scoreStatus: 'partially graded', inProgress: 'true' }])
  t.strictSame(found('li5-p1', 'bob'), [], 'not started')
  t.equal(new Set(ids('results')).size, 12)
  t.strictSame([students, scores], [3, 7])
  t.strictSame(counts, { status: [1, 1, 1] })

  const again = await bundleOf(world, before.id)
  t.strictSame(readFileSync(again.file), readFileSync(file), 'the same bytes, and so the same ids of results')
  await take(world, file)
  t.strictSame(withoutVersion(await world.book()), withoutVersion(before))
})

t.test('another installation with the same roster reads the same book from it', async (t) => {
  const folder = testFolder(t, { a: {}, b: {} })
  const [world, other] = [await createWorld(t, join(folder, 'a')), await createWorld(t, join(folder, 'b'))]
  const { results, ...roster } = eventful()
  // Work that is not started has no row.
  await world.take({ ...roster, results: (results ?? []).filter((row) => row['sourcedId'] !== 'r11') }, {
    version: '1.2',
  })
  const { categories, lineItems, ...people } = roster
  await other.take(people, { version: '1.2' })
  const book = await world.book()
  await take(other, (await bundleOf(world, book.id)).file)
  const read = await other.book()
  t.strictSame({ ...read, version: 0, tasks: read.tasks.toSorted() },
    { ...book, version: 0, tasks: book.tasks.toSorted() })
})

t.test('a student is under the line item that held their result, whatever their class is now', async (t) => {
  const world = await createWorld(t, testFolder(t))
  await world.take(school())
  const moved = school()
  moved['enrollments'] = [
    ...(moved['enrollments'] ?? []).filter((row) => row['sourcedId'] !== 'e-a'),
    enrollment('e-a2', 'p2', 'ann'),
  ]
  await world.take(moved, { allowRemovals: true })
  const before = await world.book()
  t.equal(before.students.find(({ who }) => who === 'Ann Lee')?.period, 'Period 2')
  const { file, tables } = await bundleOf(world, before.id)
  t.strictSame((tables['results'] ?? []).filter((row) => row['studentSourcedId'] === 'ann')
    .map((row) => row['lineItemSourcedId']).sort(), ['li1-p1', 'li2-p1'])
  await take(world, file)
  t.strictSame(withoutVersion(await world.book()), withoutVersion(before))
})

t.test('students and line items that the roster no longer has are left out, and counted', async (t) => {
  const world = await createWorld(t, testFolder(t))
  await world.take(school())
  const less = school()
  const keep = (name: string, column: string, kept: (value: string) => boolean) => {
    less[name] = (less[name] ?? []).filter((row) => kept(String(row[column])))
  }
  keep('users', 'sourcedId', (id) => id !== 'bob')
  keep('enrollments', 'userSourcedId', (id) => id !== 'bob')
  keep('results', 'studentSourcedId', (id) => id === 'ann')
  keep('classes', 'sourcedId', (id) => id === 'p1')
  keep('enrollments', 'classSourcedId', (id) => id === 'p1')
  keep('lineItems', 'classSourcedId', (id) => id === 'p1')
  await world.take(less, { allowRemovals: true })
  const before = await world.book()
  const { file, tables, counts } = await bundleOf(world, before.id)
  t.equal(before.students.length, 3)
  t.strictSame(new Set(tables['results']?.map((row) => row['studentSourcedId'])), new Set(['ann']))
  t.match(counts, { no_id: [1, 1, 0], no_line_item: [1, 1, 1] })
  const outcome = await world.import(file, { format: 'oneroster' })
  t.strictSame(outcome.ok && outcome.summary.warnings, [], 'nothing of it is skipped')
  t.strictSame(withoutVersion(await world.book()), withoutVersion(before))
})

t.test('OneRoster 1.1 has no late work and no weights', async (t) => {
  const world = await createWorld(t, testFolder(t))
  await world.take(eventful(), { version: '1.2' })
  const { tables, counts } = await bundleOf(world, (await world.book()).id, { oneroster_version: '1.1' })
  t.strictSame(counts, { weights_not_in_1_1: [2, 0, 0], late: [2, 2, 2], status: [1, 1, 1] })
  t.notOk('weight' in (tables['categories']?.[0] ?? {}))
  t.strictSame(Object.keys(tables['results']?.[0] ?? {}).slice(3),
    ['lineItemSourcedId', 'studentSourcedId', 'scoreStatus', 'score', 'scoreDate', 'comment'])
  t.match(tables['lineItems']?.[0], { gradingPeriodSourcedId: 't1' })
})

t.test('only one class, and without students who left', async (t) => {
  const world = await createWorld(t, testFolder(t))
  const tables = school()
  tables['users'] = [...tables['users'] ?? [], user('dee', 'Dee', 'Ek', '0045')]
  tables['enrollments'] = [
    ...tables['enrollments'] ?? [],
    { ...enrollment('e-d', 'p1', 'dee'), beginDate: '2026-01-06', endDate: '2026-01-20' },
  ]
  tables['results'] = [...tables['results'] ?? [], result('r9', 'li1-p1', 'dee', 3)]
  await world.take(tables)
  const { id } = await world.book()
  const [period] = world.sql("SELECT id FROM periods WHERE source_id = 'p1'")
  const one = await bundleOf(world, id, { period_id: Number(period.id), include_dropped: false })
  t.strictSame(one.tables['lineItems']?.map((row) => row['sourcedId']), ['li1-p1', 'li2-p1'])
  t.strictSame(one.tables['results']?.map((row) => row['studentSourcedId']), ['ann', 'ann', 'bob'])
  const all = await bundleOf(world, id)
  t.ok(all.tables['results']?.some((row) => row['studentSourcedId'] === 'dee'))
})

t.test('tasks of a grade book are new line items; students the roster lacks are left out', async (t) => {
  const world = await createWorld(t, testFolder(t))
  await world.take(school())
  const file = join(world.folder, 'canvas.csv')
  writeFileSync(file, [
    'Student,ID,SIS User ID,SIS Login ID,Section,Lab (501)', 'Points Possible,,,,,20',
    '"Lee, Ann",91,0042,ann,,15', '"Ortiz, Cyd",92,,cyd,,5', '"New, Ned",93,N9,ned,,1',
  ].join('\n'))
  const outcome = await world.import(file, { course: 'Physics', allowNewPeople: true })
  if (!outcome.ok) throw new Error(showErrors(outcome).join('; '))
  const { tables, counts } = await bundleOf(world, (await world.book()).id)
  const items = tables['lineItems']?.filter((row) => row['title'] === 'Lab') ?? []
  t.match(items, [
    { classSourcedId: 'p1', resultValueMin: '0', resultValueMax: '20' }, { classSourcedId: 'p2' },
  ])
  const category = tables['categories']
    ?.find((row) => row['sourcedId'] === items[0]?.['categorySourcedId'])
  t.ok(category?.['title'])
  const classOf = new Map(items.map((row) => [row['sourcedId'], row['classSourcedId']]))
  t.strictSame(
    tables['results']?.filter((row) => classOf.has(row['lineItemSourcedId']))
      .map((row) => [row['studentSourcedId'], classOf.get(row['lineItemSourcedId']), row['score']]),
    [['ann', 'p1', '15'], ['cyd', 'p2', '5']]
  )
  t.strictSame(counts, { will_be_created: [1, 0, 1], no_id: [1, 1, 0] })
})

t.test('weights that were set here are counted, and those of the roster are written', async (t) => {
  const world = await createWorld(t, testFolder(t))
  await world.take(eventful(), { version: '1.2' })
  world.sql("UPDATE categories SET set_weight = 0.5 WHERE source_id = 'k1'")
  const { tables, counts } = await bundleOf(world, (await world.book()).id)
  t.strictSame(tables['categories']?.map((row) => row['weight']), ['30', '70'])
  t.strictSame(counts['weights'], [1, 0, 0])
})

t.test('a larger school is the same after each of its courses is read back', async (t) => {
  const world = await createWorld(t, testFolder(t))
  await world.take(larger())
  for (const before of await world.books()) {
    const { file } = await bundleOf(world, before.id)
    await take(world, file)
    const after = (await world.books()).find(({ id }) => id === before.id)
    t.strictSame(after && withoutVersion(after), withoutVersion(before), before.name)
  }
})

t.test('a course that did not come from a roster', async (t) => {
  const world = await createWorld(t, testFolder(t))
  const [id = 0] = await makeBookDatabase(world.database, { periods: ['1st'] })
  await t.rejects(bundleOf(world, id), { code: 'FORMAT_NOT_POSSIBLE' })
})
