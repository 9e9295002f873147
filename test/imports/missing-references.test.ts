// Rows that refer to something that is in no file: what is skipped, what is kept, and when that is too much.
import t from 'tap'
import {
  bundleTexts,
  createWorld,
  enrollment,
  result,
  school,
  showErrors,
  user,
  warningCounts,
  writeFolder,
  type ShownBook,
  type Tables,
  type World,
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

t.test('one missing target: a row is skipped or kept without it; an error with strict', async (t) => {
  const plain: Partial<ShownBook> = {
    name: 'Physics',
    school: 'Lakeview',
    term: 'Spring 2026',
    periods: ['Period 1', 'Period 2'],
  }
  const cases: Array<
    [name: string, change: (tables: Tables) => void, code: string, place: string, book: object]
  > = [
    [
      'class of an enrollment',
      (x) => {
        x.enrollments![3]!.classSourcedId = 'p7'
      },
      'enrollment_skipped',
      'enrollments.csv:5: classSourcedId "p7"',
      { ...plain, students: [{ who: 'Ann Lee' }, { who: 'Cyd Ortiz' }] },
    ],
    [
      'user of an enrollment',
      (x) => {
        x.enrollments!.push(enrollment(
          'e9',
          'p1',
          'gone77'
        ))
      },
      'enrollment_skipped',
      'enrollments.csv:7: userSourcedId "gone77"',
      { ...plain, students: [{ who: 'Ann Lee' }, { who: 'Bob Ng' }, { who: 'Cyd Ortiz' }] },
    ],
    [
      'teacher of an enrollment',
      (x) => {
        x.enrollments![1]!.userSourcedId = 'gone77'
      },
      'enrollment_skipped',
      'enrollments.csv:3: userSourcedId "gone77"',
      { ...plain, name: 'Period 1', periods: ['Period 1'] },
    ],
    [
      'class of a line item',
      (x) => {
        x.lineItems!.push({
          ...x.lineItems![0]!,
          sourcedId: 'li9',
          title: 'Lost',
          classSourcedId: 'p7',
        })
      },
      'line_item_skipped',
      'lineItems.csv:6: classSourcedId "p7"',
      { ...plain, tasks: [/^HW 1/, /^HW 2/] },
    ],
    [
      'category of a line item',
      (x) => {
        x.lineItems![0]!.categorySourcedId = 'k7'
      },
      'category_missing',
      'lineItems.csv:2: categorySourcedId "k7"',
      { ...plain, tasks: [/^HW 1 \| - \|/, /^HW 1 \| Homework/, /^HW 2 \| Exams/] },
    ],
    [
      'line item of a result',
      (x) => {
        x.results![2]!.lineItemSourcedId = 'li7'
      },
      'result_skipped',
      'results.csv:4: lineItemSourcedId "li7"',
      {
        ...plain,
        students: [
          { cells: { 'HW 1': 'completed 0.7', 'HW 2': 'completed 0.8' } },
          { cells: {} },
          { cells: { 'HW 1': 'completed 0.5' } },
        ],
      },
    ],
    [
      'student of a result',
      (x) => {
        x.results![2]!.studentSourcedId = 'e-b'
      },
      'result_skipped',
      'results.csv:4: studentSourcedId "e-b"',
      { ...plain, students: [{ who: 'Ann Lee' }, { who: 'Bob Ng', cells: {} }, { who: 'Cyd Ortiz' }] },
    ],
    [
      'one term of several',
      (x) => {
        for (const row of x.classes!) row.termSourcedIds = 't1,t7'
      },
      'term_missing',
      'classes.csv:2: termSourcedIds "t7"',
      plain,
    ],
    [
      'the only term',
      (x) => {
        for (const row of x.classes!) row.termSourcedIds = 't7'
      },
      'term_missing',
      'classes.csv:2: termSourcedIds "t7"',
      { ...plain, term: null },
    ],
    [
      'school of a class',
      (x) => {
        for (const row of x.classes!) row.schoolSourcedId = 'o7'
      },
      'school_missing',
      'classes.csv:2: schoolSourcedId "o7"',
      { ...plain, school: null },
    ],
    [
      'course of a class',
      (x) => {
        x.classes![0]!.courseSourcedId = 'c7'
      },
      'course_missing',
      'classes.csv:2: courseSourcedId "c7"',
      { ...plain, name: 'Period 1', periods: ['Period 1'] },
    ],
  ]
  for (const [name, change, code, place, expected] of cases) {
    const world = await createWorld(t)
    const tables = school()
    change(tables)
    const errors = await world.refuse(tables, { strict: true })
    t.ok(
      errors.some((error) =>
        error.startsWith(place.slice(0, place.indexOf(': '))) &&
        error.includes(place.slice(place.indexOf(': ')))
      ),
      `${name}, strictly`
    )
    t.strictSame(await world.books(), [])
    const { warnings } = await world.take(tables)
    t.strictSame(
      warnings.filter((warning) => warning.code === code).map(({
        message,
      }) => / \((?:first )?in (.*)\)\.$/.exec(message)?.[1]),
      [place],
      name
    )
    t.match((await world.books())[0], expected, name)
    const again = await world.take(tables)
    for (
      const part of [
        'courses',
        'periods',
        'students',
        'tasks',
        'scores',
      ] as const
    ) t.match(again[part], { added: 0, updated: 0, removed: 0 }, `${name}, again`)
  }
})

t.test('what nothing here uses is not looked up', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  tables.courses![0]!.orgSourcedId = 'district9'
  tables.roles = [
    { sourcedId: 'ro', userSourcedId: 'zed', roleType: 'primary', role: 'student', orgSourcedId: 'o9' },
  ]
  t.strictSame((await world.take(tables, { version: '1.2' })).warnings, [])
})

t.test('results of a line item that was skipped are skipped as well', async (t) => {
  const world = await createWorld(t)
  const tables = withStudents(30)
  tables.lineItems!.push({ ...tables.lineItems![0]!, sourcedId: 'li9', title: 'Lost', classSourcedId: 'p7' })
  tables.results!.push(result('x1', 'li9', 'ann', 3), result('x2', 'li9', 'bob', 3))
  t.strictSame(warningCounts(await world.take(tables)), { line_item_skipped: 1, result_skipped: 2 })
})

t.test('a file that cannot be read is one error, not one for everything that refers to it', async (t) => {
  const world = await createWorld(t)
  const damages: Array<[string, (text: string) => string | Buffer, RegExp]> = [
    [
      'another encoding',
      (text) => Buffer.from(text.replace(/\r\n(\w)/, '\r\n\x81$1'), 'latin1'),
      /is not text in UTF-8/,
    ],
    ['a NUL', (text) => text.replace(/\r\n(\w)/, '\r\n\0$1'), /NUL/],
    ['a quote that is never closed', (text) => text.replace(/\r\n(\w)/, '\r\n"$1'), /never closed/],
    ['no id column', (text) => text.replace('sourcedId', 'id'), /has no column sourcedId/],
    ['empty', () => '', /has no header/],
    ['a comma too many', (text) => text.replace(/\r\n(\w)/, '\r\n,$1'), /fields, expected|sourcedId is blank/],
    ['no id', (text) => text.replace(/\r\n[^,]+,/, '\r\n,'), /sourcedId is blank/],
  ]
  for (const name of ['academicSessions', 'courses', 'classes', 'users', 'categories', 'lineItems']) {
    for (const [damage, apply, expected] of damages) {
      const files: Record<string, string | Buffer> = bundleTexts(withStudents(30))
      files[`${name}.csv`] = apply(files[`${name}.csv`] as string)
      const errors = await refusal(world, files)
      t.equal(errors.length, 1, `${name}: ${damage}: ${errors.join('; ')}`)
      t.match(errors[0], expected)
      t.ok(errors[0]!.startsWith(`${name}.csv:`))
    }
  }
  const files: Record<string, string | Buffer> = bundleTexts(withStudents(30))
  files['users.csv'] = ''
  files['results.csv'] = (files['results.csv'] as string).replace(',5,', ',five,')
  t.match(
    await refusal(world, files),
    [/^users\.csv:1/, /^results\.csv:5: score is "five"/],
    'what else is wrong is reported'
  )
})

let folders = 0

async function refusal (world: World, files: Record<string, string | Buffer>): Promise<string[]> {
  const outcome = await world.import(writeFolder(`${world.folder}/damaged-${++folders}`, files))
  t.equal(outcome.ok, false)
  return showErrors(outcome)
}
