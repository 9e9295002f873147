import { join } from 'node:path'
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
  type Tables,
  type World,
} from './bundles.ts'

let folders = 0

async function refused (
  world: World,
  files: Record<string, string | Buffer>,
  options = {}
): Promise<string[]> {
  const errors = showErrors(
    await world.import(writeFolder(join(world.folder, `f${++folders}`), files), options)
  )
  t.strictSame(await world.books(), [], 'nothing was imported')
  return errors
}

/** The bundle with one file's text changed. */
function changed (name: string, change: (text: string) => string | Buffer): Record<string, string | Buffer> {
  const files: Record<string, string | Buffer> = bundleTexts(school())
  files[name] = change(files[name] as string)
  return files
}

t.test('each bad value is an error with its line and what was expected', async (t) => {
  const cases: Array<[(tables: Tables) => void, string]> = [
    [(x) => {
      x.results![0]!.score = '7,5,1'
    }, 'results.csv:2: score is "7,5,1", expected a number such as 7.5'],
    [(x) => {
      x.results![0]!.score = 'NaN'
    }, 'results.csv:2: score is "NaN", expected a number such as 7.5'],
    [(x) => {
      x.results![0]!.score = '1e999'
    }, 'results.csv:2: score is "1e999", expected a number such as 7.5'],
    [(x) => {
      x.results![0]!.scoreDate = '12/31/2025'
    }, 'results.csv:2: scoreDate is "12/31/2025", expected a date written YYYY-MM-DD; or set the order of ' +
      'dates with --dates mdy or --dates dmy'],
    [(x) => {
      x.results![0]!.status = 'perhaps'
    }, 'results.csv:2: status is "perhaps", expected active or tobedeleted'],
    [(x) => {
      for (const row of x.results!) row.late = 'sometimes'
    }, 'results.csv:2: late is "sometimes", expected true or false'],
    [(x) => {
      x.results![0]!.sourcedId = ''
    }, 'results.csv:2: sourcedId is blank, expected a sourcedId'],
    [(x) => {
      x.lineItems![0]!.dueDate = '2026-02-29'
    }, 'lineItems.csv:2: dueDate is "2026-02-29", expected a date written YYYY-MM-DD'],
    [(x) => {
      x.lineItems![0]!.resultValueMax = 'ten'
    }, 'lineItems.csv:2: resultValueMax is "ten", expected a number such as 7.5'],
    [(x) => {
      x.enrollments![0]!.userSourcedId = ''
    }, 'enrollments.csv:2: userSourcedId is blank, expected a sourcedId'],
    [(x) => {
      x.categories![0]!.weight = '-5'
    }, 'categories.csv:2: weight is "-5", expected a number that is not below 0'],
    [(x) => {
      x.users![0]!.enabledUser = 'ja'
    }, 'users.csv:2: enabledUser is "ja", expected true or false'],
  ]
  for (const [change, expected] of cases) {
    const world = await createWorld(t)
    const tables = school()
    change(tables)
    t.equal((await world.refuse(tables))[0], expected)
  }
})

t.test('a CSV that is none: no header, another encoding, broken quotes, rows of another width', async (t) => {
  const world = await createWorld(t)
  const cases: Array<[string, Record<string, string | Buffer>, RegExp]> = [
    ['empty', changed('users.csv', () => ''), /^users\.csv:1: has no header/],
    ['blank lines only', changed('users.csv', () => '\n\n'), /^users\.csv:1: has no header/],
    [
      'no header',
      changed('results.csv', (text) => text.slice(text.indexOf('\n') + 1)),
      /^results\.csv:1: has no column sourcedId, .*header/,
    ],
    [
      'another separator',
      changed('users.csv', (text) => `sep=|\n${text.replaceAll(',', '|')}`),
      /^users\.csv:1: names "\|" as its separator, expected a comma, a semicolon or a tab$/,
    ],
    [
      'a column twice',
      changed('users.csv', (text) => text.replace('username', 'givenName')),
      /^users\.csv:1: has the column givenName twice/,
    ],
    [
      'no Windows-1252',
      changed('users.csv', (text) => Buffer.from(text.replace('Ann', '\x81nn'), 'latin1')),
      /^users\.csv:3: is not text in UTF-8, UTF-16 or Windows-1252/,
    ],
    [
      'half of UTF-16',
      changed('users.csv', (text) => Buffer.from(`\ufeff${text}`, 'utf16le').subarray(0, -1)),
      /^users\.csv:1: is not complete UTF-16/,
    ],
    ['a NUL', changed('users.csv', (text) => text.replace('Bob', 'B\0b')), /^users\.csv:4: has a NUL/],
    [
      'a quote that is never closed',
      changed('users.csv', (text) => text.replace('Bob', '"Bob')),
      /^users\.csv:4: has an opening quote that is never closed/,
    ],
    [
      'a quote in the middle',
      changed('users.csv', (text) => text.replace('Bob', 'B"ob"')),
      /^users\.csv:4: has a quote inside a field/,
    ],
    [
      'text after a quote',
      changed('users.csv', (text) => text.replace('Bob', '"Bob"by')),
      /^users\.csv:4: has text after a closing quote/,
    ],
    [
      'too many fields',
      changed('results.csv', (text) => text.replace('r2,', 'r2,x,').replace('8,,\r', '8,,good\r')),
      /^results\.csv:3: has 10 fields, expected 9 as in the header; a field with a comma in it must be in quotes/,
    ],
    [
      'cut off in a row',
      changed('results.csv', (text) => text.slice(0, -30)),
      /^results\.csv:5: \w+SourcedId is blank/,
    ],
    [
      'bytes of something else',
      changed('users.csv', () => Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')),
      /^users\.csv:1: is not text in UTF-8/,
    ],
    [
      'one endless cell in quotes',
      changed('users.csv', (text) => text.replace('Bob', `"${'x'.repeat(5_000_000)}"`)),
      /^users\.csv:4: has a cell in quotes that is longer than \d+ bytes, or whose quote is never closed/,
    ],
    [
      'a quote that is not closed for a long time',
      changed('users.csv', (text) => `${text.replace('Bob', '"Bob')}${'x,y\r\n'.repeat(1_000_000)}`),
      /^users\.csv:4: has a cell in quotes that is longer than \d+ bytes, or whose quote is never closed/,
    ],
    ['one endless line', changed('users.csv', () => 'x'.repeat(5_000_000)), /^users\.csv:1: is longer than/],
    [
      'a manifest that promises',
      changed('manifest.csv', (text) => text.replace('file.roles,absent', 'file.roles,bulk')),
      /^manifest\.csv:12: lists roles as bulk, but there is no roles\.csv/,
    ],
    [
      'a manifest that stammers',
      changed('manifest.csv', (text) => text.replace('file.users,bulk', 'file.users,some')),
      /^manifest\.csv:13: value is "some", expected bulk, delta or absent/,
    ],
  ]
  for (const [name, files, expected] of cases) t.match((await refused(world, files))[0], expected, name)
})

t.test('errors in quoted text are at the line where their row begins', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  tables.users![1]!.familyName = 'Lee,\r\nthe "elder"\nof two'
  tables.users!.push({ ...user('x', 'X', 'Y', ''), enabledUser: 'maybe' })
  t.match(await world.refuse(tables), ['users.csv:8: enabledUser is "maybe", expected true or false'])
  tables.users!.pop()
  await world.take(tables)
  t.ok(
    (await world.book()).students.some((student) => student.who === 'Ann Lee,\r\nthe "elder"\nof two'),
    'as it came'
  )
})

t.test('what files in the wild do is read, with a warning', async (t) => {
  const world = await createWorld(t)
  const files = bundleTexts(school(), { lineEnd: '\n' })
  files['users.csv'] = '\ufeff' +
    files['users.csv']!.replace('username', 'userId').replace('enabledUser', 'grade').replaceAll(
      'true,student',
      ',student'
    ) + '\n \n,,,\n'
  files['classes.csv'] = files['classes.csv']!.replace('termSourcedIds', 'termSourcedId').replaceAll(
    't1,1',
    '" t1 ",1'
  )
  files['enrollments.csv'] = files['enrollments.csv']!.split('\n').map((line) =>
    line === '' ? '' : `${line},,`
  ).join('\r\n')
  files['lineItems.csv'] = files['lineItems.csv']!.replace('2026-02-01', '2026-02-01T00:00:00.000Z')
  files['results.csv'] = files['results.csv']!.replace('r1,,', 'r1 ,Active,').replace('r2,,', 'r2,inactive,')
    .replace('r3,,,', 'r3,,yesterday,').replace('fully graded', 'Fully Graded').replace(
      'r4,,,li1-p2,cyd,fully graded',
      'r4,,,li1-p2,cyd,earned_full'
    )
  const folder = writeFolder(join(world.folder, 'wild'), { ...files, 'notes.txt': 'x' })
  const outcome = await world.import(folder)
  t.strictSame(showErrors(outcome), [])
  t.strictSame(outcome.ok && warningCounts(outcome.summary), {
    oneroster_1_0: 4,
    blank_lines: 3,
    unknown_score_status: 1,
    due_instant: 1,
    unreadable_date_last_modified: 1,
  })
  t.equal((await world.book()).students[0]!.cells['HW 1'], 'completed 0.7')
})

t.test('a bundle without a manifest, or with one that forgets a file', async (t) => {
  const world = await createWorld(t)
  t.match(warningCounts(await world.take(school(), { modes: false })), { manifest_missing: 1 })
  t.match(await world.refuse(school(), { modes: false, strict: true }), [
    /^[^:]+: There is no manifest\.csv; every file was read as bulk; once; warnings are errors with --strict$/,
  ], 'it is about the folder, so it has no line')
  const files = bundleTexts(school())
  files['manifest.csv'] = files['manifest.csv']!.replace('file.results,bulk\r\n', '').replace(
    'version,1.1',
    'version,7'
  )
  const outcome = await world.import(writeFolder(join(world.folder, 'forgetful'), files))
  t.match(outcome.ok && warningCounts(outcome.summary), { manifest_incomplete: 1, unknown_version: 1 })
})

t.test('a sourcedId that appears twice: the newest, then the later line', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  tables.users!.push(user('ann', 'Anna', 'Lee', '0042'))
  tables.users![2]!.dateLastModified = '2026-02-02'
  tables.users!.push({ ...user('bob', 'Bobby', 'Ng', '0043'), dateLastModified: '2026-02-01' })
  t.match(warningCounts(await world.take(tables)), { duplicate_id: 2 })
  t.strictSame((await world.book()).students.map((student) => student.who), [
    'Anna Lee',
    'Bob Ng',
    'Cyd Ortiz',
  ])
})

t.test('names of things that are there already in every object are names like others', async (t) => {
  const world = await createWorld(t)
  const tables = school()
  for (const name of ['__proto__', 'constructor', 'toString']) {
    tables.users!.push(user(name, name, name, name))
    tables.enrollments!.push(enrollment(`e-${name}`, 'p1', name))
    tables.results!.push(result(`r-${name}`, 'li1-p1', name, 1))
  }
  await world.take(tables)
  t.equal(
    (await world.book()).students.filter((student) => student.cells['HW 1'] === 'completed 0.1').length,
    3
  )
})
