import t from 'tap'
import { openDatabase } from '../../db/index.ts'
import { createWorld, enrollment, result, school, user, warningCounts, type World } from './bundles.ts'

t.test("every status, as the standard's words say it", async (t) => {
  const cases: Array<[string, Record<string, string>, string]> = [
    ['numeric', { score: '7', scoreStatus: 'fully graded' }, 'completed 0.7'],
    ['no status', { score: '7', scoreStatus: '' }, 'completed 0.7'],
    ['provisional', { score: '7', scoreStatus: 'partially graded' }, 'completed 0.7 provisional'],
    ['zero', { score: '0', scoreStatus: 'Fully Graded' }, 'completed 0'],
    ['extra credit', { score: '12.5' }, 'completed 1.25'],
    ['below minimum', { score: '-1' }, 'completed -0.1'],
    ['late', { score: '7', late: 'true' }, 'completed 0.7 late'],
    ['graded, no number', { score: '', scoreStatus: 'fully graded' }, 'completed'],
    ['partially, no number', { score: '', scoreStatus: 'partially graded' }, 'in_progress'],
    ['incomplete', { score: '', incomplete: 'true' }, 'in_progress'],
    ['in progress', { score: '', inProgress: 'TRUE' }, 'in_progress'],
    ['not submitted', { score: '', scoreStatus: 'not submitted' }, 'missing'],
    ['missing', { score: '', missing: 'true' }, 'missing'],
    ['submitted', { score: '', scoreStatus: 'submitted' }, 'submitted'],
    ['submitted, missing', { score: '', scoreStatus: 'submitted', missing: 'true' }, 'missing'],
    ['submitted, incomplete', { score: '', scoreStatus: 'submitted', incomplete: 'true' }, 'submitted'],
    ['missing with score', { score: '7', missing: 'true' }, 'completed 0.7'],
    ['exempt', { score: '', scoreStatus: 'exempt' }, 'exempt'],
    ['exempt with score', { score: '7', scoreStatus: 'exempt' }, 'exempt'],
    ['nothing', { score: '', scoreStatus: '' }, 'not_started'],
    ['dated', { score: '7', scoreDate: '2026-02-28' }, 'completed 0.7 2026-02-28'],
    ['text', { score: '', textScore: 'B+', scoreStatus: 'fully graded' }, 'completed'],
  ]
  const tables = school()
  tables.results = []
  cases.forEach(([name, fields], i) => {
    tables.users!.push(user(`s${i}`, name, 'Case', ''))
    tables.enrollments!.push(enrollment(`e${i}`, 'p1', `s${i}`))
    tables.results!.push(
      result(`x${i}`, 'li1-p1', `s${i}`, '7', {
        late: '',
        missing: '',
        incomplete: '',
        inProgress: '',
        textScore: '',
        ...fields,
      })
    )
  })
  const world = await createWorld(t)
  const summary = await world.take(tables, { version: '1.2' })
  t.strictSame(warningCounts(summary), {})
  const book = await world.book()
  const shown = new Map(book.students.map((student) => [student.who, student.cells['HW 1']]))
  for (const [name, , expected] of cases) t.equal(shown.get(`${name} Case`), expected, name)
})

t.test('points are the score less the minimum, of the maximum less the minimum', async (t) => {
  const tables = school()
  const base = tables.lineItems![0]!
  tables.lineItems!.push(
    { ...base, sourcedId: 'min', title: 'Min', resultValueMin: 20, resultValueMax: 70 },
    { ...base, sourcedId: 'blank', title: 'Blank', resultValueMin: '', resultValueMax: 50 },
    { ...base, sourcedId: 'below', title: 'Below', resultValueMin: -10, resultValueMax: 10 },
    { ...base, sourcedId: 'none', title: 'None', resultValueMin: '', resultValueMax: '' },
    { ...base, sourcedId: 'flat', title: 'Flat', resultValueMin: 5, resultValueMax: 5 },
    { ...base, sourcedId: 'zero', title: 'Zero', resultValueMin: '', resultValueMax: 0 }
  )
  const scored = [['min', 45], ['blank', 45], ['below', 5], ['none', 3], ['flat', 5], ['zero', 0]] as const
  tables.results!.push(...scored.map(([item, score]) => result(item, item, 'ann', score)))
  const world = await createWorld(t)
  const summary = await world.take(tables)
  t.strictSame(warningCounts(summary), { points_possible_missing: 3 })
  const book = await world.book()
  t.strictSame(book.students[0]!.cells, {
    'HW 1': 'completed 0.7',
    'HW 2': 'completed 0.8',
    Min: 'completed 0.5',
    Blank: 'completed 0.9',
    Below: 'completed 0.75',
    None: 'completed',
    Flat: 'completed',
    Zero: 'completed',
  })
})

t.test('a blank or missing minimum is 0: such line items and those with 0 are one task', async (t) => {
  const tables = school()
  tables.lineItems![2]!.resultValueMin = ''
  const world = await createWorld(t)
  t.match(await world.take(tables), { tasks: { added: 2 }, warnings: [] })
  for (const row of tables.lineItems!) delete row.resultValueMin
  t.match(await world.take(tables), { tasks: { unchanged: 2, updated: 0 }, warnings: [] })
})

t.test('weights: one category per title, percentages as fractions, each course separately', async (t) => {
  const tables = school()
  tables.categories = [
    { sourcedId: 'k1', title: 'Homework', weight: 60 },
    { sourcedId: 'k2', title: 'Exams', weight: '' },
    { sourcedId: 'k3', title: 'Homework', weight: 30 },
    { sourcedId: 'unused', title: 'Unused', weight: 10 },
  ]
  tables.lineItems!.push({
    ...tables.lineItems![0]!,
    sourcedId: 'li3',
    title: 'HW 3',
    categorySourcedId: 'k3',
  })
  tables.lineItems!.push({ ...tables.lineItems![0]!, sourcedId: 'li4', title: 'HW 4', categorySourcedId: '' })
  const world = await createWorld(t)
  const summary = await world.take(tables, { version: '1.2' })
  t.strictSame(warningCounts(summary), { category_weights_differ: 1 })
  const book = await world.book()
  t.strictSame(book.categories, { Homework: 0.6, Exams: 0 })
  t.match(book.tasks.find((task) => task.startsWith('HW 4')), /^HW 4 \| - /)
})

t.test('due dates that are instants: their day in the zone of the course', async (t) => {
  const cases: Array<[due: string, zone: string, expected: string]> = [
    ['2026-02-10T05:59:00Z', 'America/Chicago', '2026-02-09'],
    ['2026-02-10T06:00:00.000Z', 'America/Chicago', '2026-02-10'],
    ['2026-02-09T23:59:00-06:00', 'America/Chicago', '2026-02-09'],
    ['2026-02-10T23:59:59+01:00', 'Europe/Berlin', '2026-02-10'],
    ['2026-02-10T10:59:00Z', 'Pacific/Auckland', '2026-02-10'],
    ['2026-02-10T11:00:00Z', 'Pacific/Auckland', '2026-02-11'],
    ['9999-12-31T23:00:00Z', 'Pacific/Auckland', '9999-12-31'],
    ['2026-02-10 23:59:00', 'Pacific/Auckland', '2026-02-10'],
  ]
  for (const [due, zone, expected] of cases) {
    const world = await createWorld(t)
    const tables = school()
    tables.lineItems![0]!.dueDate = due
    await world.take(tables, { timeZone: zone })
    t.equal(await dueOn(world, 'li1-p1'), expected, `${due} in ${zone}`)
  }
})

t.test('a due date stays the same when a teacher sets another zone, also with a delta', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  tables.lineItems![0]!.dueDate = '2026-02-10T05:59:00Z'
  await world.take(tables, { timeZone: 'America/Chicago' })
  const db = await openDatabase(world.database)
  await db.write(async (trx) => {
    await trx.updateTable('courses').set({ set_time_zone: 'Pacific/Auckland' }).execute()
  })
  await db.close()
  const again = await world.take(tables, { timeZone: 'America/Chicago' })
  t.match(again, { courses: { unchanged: 1 }, tasks: { unchanged: 3 } })
  t.equal(await dueOn(world, 'li1-p1'), '2026-02-09')
  t.match(
    (await world.book()).tasks,
    [/^HW 1 .*T10:59:59/, /^HW 2 /, /^HW 1 .* 2026-02-09T10:59:59/],
    'the end of that day in Auckland'
  )
  const delta = { lineItems: [{ ...tables.lineItems![2]!, dueDate: '2026-02-12T05:59:00Z' }] }
  await world.take(delta, { modes: { lineItems: 'delta' } })
  t.equal(
    await dueOn(world, 'li1-p2'),
    '2026-02-11',
    'the zone that the course was imported with, not the default'
  )
  t.equal(await dueOn(world, 'li1-p1'), '2026-02-09')
})

/** The stored due date of the task of a line item. */
async function dueOn (world: World, item: string): Promise<string | null | undefined> {
  const db = await openDatabase(world.database)
  try {
    const row = await db.reads.selectFrom('task_sources').innerJoin(
      'tasks',
      'tasks.id',
      'task_sources.task_id'
    )
      .select('tasks.due_on').where('task_sources.source_id', '=', item).executeTakeFirst()
    return row?.due_on
  } finally {
    await db.close()
  }
}

t.test('NULL is blank in every column but names and titles', async (t) => {
  const tables = school()
  Object.assign(tables.users![1]!, { givenName: 'NULL', identifier: 'NULL' })
  Object.assign(tables.users![0]!, { email: ' NULL ', enabledUser: 'NULL' })
  Object.assign(tables.enrollments![2]!, { beginDate: 'NULL', endDate: 'NULL' })
  Object.assign(tables.classes![0]!, { title: '', classCode: 'NULL' })
  Object.assign(tables.lineItems![0]!, {
    title: 'NULL',
    categorySourcedId: 'NULL',
    dueDate: 'NULL',
    resultValueMin: 'NULL',
  })
  Object.assign(tables.results![0]!, {
    status: 'NULL',
    dateLastModified: 'NULL',
    scoreStatus: 'NULL',
    scoreDate: 'NULL',
    late: 'NULL',
  })
  const world = await createWorld(t)
  t.strictSame(warningCounts(await world.take(tables)), { teacher_without_email: 1 })
  const book = await world.book()
  t.match(book, { periods: ['Physics', 'Period 2'], teachers: ['Ted Mayer <>'] })
  t.match(book.students.find(({ who }) => who === 'NULL Lee'), {
    id: null,
    isDropped: false,
    cells: { NULL: 'completed 0.7' },
  })
  t.ok(book.tasks.includes('NULL | - | - | 10'))
})

t.test('ids that a spreadsheet has rounded are errors, in every column of ids', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  tables.users![1]!.identifier = '1.0E+13'
  tables.results![0]!.lineItemSourcedId = '1,2e+14'
  tables.results![1]!.sourcedId = '3E+10'
  const changed = 'a spreadsheet changed the ids into rounded numbers'
  t.match(await world.refuse(tables), [
    `users.csv:3: identifier is "1.0E+13": ${changed}`,
    `results.csv:2: lineItemSourcedId is "1,2e+14": ${changed}`,
    `results.csv:3: sourcedId is "3E+10": ${changed}`,
  ])
  t.strictSame(await world.books(), [])
})

t.test('dates in a given order, and dates that need none', async (t) => {
  const cases: Array<[due: string, dates: 'mdy' | 'dmy' | undefined, expected: string]> = [
    ['20260203', undefined, '2026-02-03'],
    ['2026-2-3', undefined, '2026-02-03'],
    ['2/3/2026', 'mdy', '2026-02-03'],
    ['3/2/2026', 'dmy', '2026-02-03'],
    ['03.02.26', 'dmy', '2026-02-03'],
    ['2026-02-03', 'dmy', '2026-02-03'],
    ['2/3/2026 11:59:00 PM', 'mdy', '2026-02-03'],
  ]
  for (const [due, dates, expected] of cases) {
    const world = await createWorld(t)
    const tables = school()
    tables.lineItems![0]!.dueDate = due
    const warnings = due.includes(' ') ? { date_with_time: 1 } : {}
    t.strictSame(warningCounts(await world.take(tables, { dates })), warnings)
    t.equal(await dueOn(world, 'li1-p1'), expected, due)
  }
  const world = await createWorld(t)
  for (const due of ['2/30/2026', '13/1/2026', '2/3-2026', '2/3/226', '20260230', '2026-2-30']) {
    const tables = school()
    tables.lineItems![0]!.dueDate = due
    const expected = 'expected a date written YYYY-MM-DD or like 8/15/2026'
    const refused = await world.refuse(tables, { dates: 'mdy' })
    t.strictSame(refused, [`lineItems.csv:2: dueDate is "${due}", ${expected}`])
  }
})

t.test('true and false in other words', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  const words = ['Yes', 'y', 'TRUE', '1', 'No', 'N', 'false', '0']
  tables.results = words.map((word, i) => {
    tables.users!.push(user(`s${i}`, word, 'Case', ''))
    tables.enrollments!.push(enrollment(`w${i}`, 'p1', `s${i}`))
    return result(`x${i}`, 'li1-p1', `s${i}`, '7', { late: word })
  })
  await world.take(tables, { version: '1.2' })
  const { students } = await world.book()
  const late = students.filter(({ cells }) => cells['HW 1']?.endsWith('late')).map(({ who }) => who)
  t.strictSame(late.sort(), ['1 Case', 'TRUE Case', 'Yes Case', 'y Case'])
})

t.test('a comma in a score', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  tables.lineItems![0]!.resultValueMax = 2000
  tables.results![0]!.score = '1,234'
  tables.results![1]!.score = 'Pass'
  const unproven = await world.refuse(tables)
  t.equal(unproven.length, 1)
  t.match(unproven[0], /^results\.csv:2: score is "1,234", expected a number such as 7\.5; .*1234 or 1\.234/)
  tables.results![2]!.score = '7.5'
  t.match(warningCounts(await world.take(tables)), { score_not_a_number: 1 })
  const cellOf = async () => (await world.book()).students.find(({ who }) => who === 'Ann Lee')?.cells['HW 1']
  t.equal(await cellOf(), 'completed 0.617')
  tables.results![2]!.score = '7,5'
  await world.take(tables)
  t.equal(await cellOf(), 'completed 0.000617')
})

t.test('weights that are all zero: imported, with a warning', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  for (const row of tables.categories!) row.weight = 0
  const summary = await world.take(tables, { version: '1.2' })
  t.match(warningCounts(summary), { all_weights_zero: 1 })
  t.strictSame((await world.book()).categories, { Exams: 0, Homework: 0 })
  tables.categories![0]!.weight = 1
  t.notMatch(warningCounts(await world.take(tables, { version: '1.2' })), { all_weights_zero: 1 })
})
