// Rows that refer to something that is in no file: what is skipped, what is kept, and when that is too much.
import t from 'tap'
import {
  createWorld,
  enrollment,
  result,
  school,
  user,
  warningCounts,
  type Tables,
} from './bundles.ts'

/** The small school with more students in its first class, each with a result. */
function withStudents (n: number): Tables {
  const tables = school()
  for (let i = 0; i < n; i++) {
    tables.users!.push(user(`u${i}`, `Given ${i}`, `Family ${i}`, `${i}`))
    tables.enrollments!.push(enrollment(`e-u${i}`, 'p1', `u${i}`))
    tables.results!.push(result(`r-u${i}`, 'li1-p1', `u${i}`, 5))
  }
  return tables
}

t.test('more than a tenth of a file is an error, unless it is allowed', async (t) => {
  const world = await createWorld(t)
  const tables = withStudents(15)
  const without = (n: number): Tables => ({
    ...tables,
    enrollments: [
      ...tables.enrollments!,
      ...Array.from({ length: n }, (_, i) => enrollment(`x${i}`, 'p1', `gone${i}`)),
    ],
  })
  // 20 enrollments are whole: 2 of 22 are less than a tenth, 3 of 23 more.
  t.strictSame(warningCounts(await world.take(without(2), { dryRun: true })), { enrollment_skipped: 2 })
  t.strictSame(await world.refuse(without(3)), [
    'enrollments.csv:22: 3 of 23 rows refer to records that are not in any file, more than a tenth; ' +
    'the first is userSourcedId "gone0"; export all files at the same time, or allow it ' +
    'with --allow-skips',
  ])
  t.strictSame(await world.books(), [])
  t.strictSame(warningCounts(await world.take(without(3), { allowSkips: true })), { enrollment_skipped: 3 })
  t.equal((await world.book()).students.length, 18)
  t.match(await world.refuse(without(3), { allowSkips: true, strict: true }), [
    /^enrollments\.csv:22: Enrollments were skipped .*3 times; warnings are errors with --strict/,
  ])
})

t.test('the share is of each file: results, classes without a course, no categories', async (t) => {
  const world = await createWorld(t)
  const tables = withStudents(20)
  const constant = {
    ...tables,
    lineItems: tables.lineItems!.map((row) => ({
      ...row,
      categorySourcedId: '11111111-1111-1111-1111-111111111111',
    })),
  }
  t.strictSame(warningCounts(await world.take(constant)), { category_missing: 4 })
  const orphans = {
    ...tables,
    results: tables.results!.map((row, i) => i % 5 === 0 ? { ...row, lineItemSourcedId: 'li9' } : row),
  }
  t.match(await world.refuse(orphans), [
    /^results\.csv:2: 5 of 24 rows refer to records that are not in any file/,
  ])
  t.match(await world.refuse({ ...tables, courses: [{ ...tables.courses![0]!, sourcedId: 'c9' }] }), [
    /^classes\.csv:2: 2 of 2 rows refer/,
  ])
  const names = (await world.books()).map(({ name }) => name)
  t.strictSame(names, ['Physics'])
})

t.test('a truncated file removes no one from a course', async (t) => {
  const world = await createWorld(t)
  const tables = withStudents(20)
  await world.take(tables)
  const before = await world.books()
  for (const [name, rest] of [['users', 12], ['lineItems', 0], ['classes', 1], ['courses', 0]] as const) {
    const cut = { ...tables, [name]: tables[name]!.slice(0, rest) }
    t.ok(
      (await world.refuse(cut, { allowRemovals: true })).every((error) =>
        error.includes('more than a tenth')
      ),
      name
    )
    t.strictSame(await world.books(), before)
  }
  const half = { ...tables, users: tables.users!.slice(0, 12) }
  t.match(warningCounts(await world.take(half, { allowSkips: true })), {
    enrollment_skipped: 12,
    result_skipped: 12,
  })
  const { students } = await world.book()
  t.equal(students.length, 23, 'all are still there')
  t.equal(students.filter(({ isDropped }) => isDropped).length, 12)
})

t.test('a delta refers to what is stored; other references are skipped, the stored kept', async (t) => {
  const world = await createWorld(t)
  await world.take(withStudents(20))
  const before = await world.book()
  const delta = async (
    tables: Tables,
    options = {}
  ) =>
    await world.take(tables, {
      modes: Object.fromEntries(Object.keys(tables).map((name) => [name, 'delta'])),
      ...options,
    })
  t.strictSame(warningCounts(await delta({ enrollments: [enrollment('e-a', 'p1', 'gone77')] })), {
    enrollment_skipped: 1,
  })
  t.strictSame(
    warningCounts(
      await delta({
        lineItems: [{ sourcedId: 'li1-p1', title: 'Moved', classSourcedId: 'p7', resultValueMax: 10 }],
      })
    ),
    { line_item_skipped: 1 }
  )
  t.strictSame(warningCounts(await delta({ results: [result('r1', 'li9', 'ann', 1)] })), {
    result_skipped: 1,
  })
  t.strictSame(warningCounts(await delta({ results: [result('r1', 'li1-p1', 'gone77', 1)] })), {
    result_skipped: 1,
  })
  t.strictSame(await world.book(), before, 'nothing has changed')
  t.strictSame(
    warningCounts(
      await delta({ results: [{ ...result('r99', 'li9', 'gone77', ''), status: 'tobedeleted' }] })
    ),
    { result_not_known: 1 }
  )
  const summary = await delta({
    enrollments: [enrollment('e-z', 'p2', 'u3')],
    lineItems: [
      {
        sourcedId: 'li3-p2',
        title: 'New',
        classSourcedId: 'p2',
        categorySourcedId: 'k2',
        resultValueMax: 10,
      },
    ],
    results: [result('r77', 'li3-p2', 'u3', 9)],
  })
  t.strictSame(warningCounts(summary), {})
  t.match((await world.book()).students.find(({ who }) => who === 'Given 3 Family 3'), {
    cells: { New: 'completed 0.9' },
  })
  t.match(
    await world.refuse({ results: [result('y1', 'li9', 'ann', 1), result('y2', 'li9', 'bob', 1)] }, {
      modes: { results: 'delta' },
    }),
    [/^results\.csv:2: 2 of 2 rows/]
  )
})
