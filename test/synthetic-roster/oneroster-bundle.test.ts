import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readWithJava } from '../support/java.ts'
import { readBundle, readZip, type BundleRow } from '../support/read-bundle.ts'
import { findJava, needs } from '../support/tools.ts'
import { write } from './synthetic-roster.ts'

const ids = (rows: BundleRow[]): Set<string> => new Set(rows.map((row) => row.sourcedId!))
const VERSIONS = ['1.1', '1.2'] as const

t.test('the same seed gives the same bytes, another seed others', async (t) => {
  const folder = t.testdir()
  const bytes = async (name: string, seed: number): Promise<Buffer> =>
    readFile((await write(t, { seed }, { output: join(folder, name) })).path)
  const first = await bytes('first.zip', 1)
  t.ok(first.equals(await bytes('second.zip', 1)))
  t.notOk(first.equals(await bytes('other.zip', 2)))
})

t.test('Java reads a bundle from front to back', needs(findJava()), async (t) => {
  const { path } = await write(t, { students: 200 })
  const sizes = Array.from(await readZip(path), ([name, text]) => [name, Buffer.byteLength(text)])
  t.strictSame([...readWithJava([path]).get(path)!], sizes)
})

for (const version of VERSIONS) {
  t.test(`OneRoster ${version}: every reference leads somewhere, no id twice`, async (t) => {
    const { path } = await write(t, { schools: 2, courses: 2 }, { version })
    const bundle = await readBundle(path)
    const {
      orgs = [],
      academicSessions = [],
      courses = [],
      classes = [],
      users = [],
      roles = [],
      enrollments = [],
      categories = [],
      lineItems = [],
      results = [],
    } = bundle
    for (const [name, rows] of Object.entries(bundle)) {
      if (name !== 'manifest') t.equal(ids(rows).size, rows.length, `${name} has unique ids`)
    }
    const all = {
      parentSourcedId: new Set([...ids(orgs), ...ids(academicSessions), '']),
      orgSourcedId: ids(orgs),
      orgSourcedIds: ids(orgs),
      primaryOrgSourcedId: ids(orgs),
      schoolSourcedId: ids(orgs),
      schoolYearSourcedId: ids(academicSessions),
      termSourcedIds: ids(academicSessions),
      gradingPeriodSourcedId: ids(academicSessions),
      academicSessionSourcedId: ids(academicSessions),
      courseSourcedId: ids(courses),
      classSourcedId: ids(classes),
      categorySourcedId: ids(categories),
      lineItemSourcedId: ids(lineItems),
      userSourcedId: ids(users),
      studentSourcedId: ids(users),
      userProfileSourcedId: new Set(['']),
    } as Record<string, Set<string>>
    for (const [name, rows] of Object.entries(bundle)) {
      for (
        const column of Object.keys(rows[0]!).filter((column) =>
          /SourcedIds?$/.test(column) && column !== 'agentSourcedIds'
        )
      ) {
        const lost = rows.map((row) => row[column]!).filter((id) => !all[column]!.has(id))
        t.strictSame(lost, [], `${name}.${column}`)
      }
    }
    t.equal(users.length, 2 * 120 + 4 * 3)
    t.ok(enrollments.length > 4 * 120)
    t.equal(lineItems.length, 4 * 3 * 30)
    t.ok(results.length > 4 * 120 * 30 * 0.9)
    t.equal(roles.length, version === '1.2' ? users.length : 0)
  })

  t.test(`OneRoster ${version}: the manifest names what is there`, async (t) => {
    const { path } = await write(t, {}, { version })
    const files = [...(await readZip(path)).keys()]
    const manifest = Object.fromEntries(
      (await readBundle(path)).manifest!.map(({ propertyName, value }) => [propertyName, value])
    )
    t.equal(files[0], 'manifest.csv')
    t.equal(manifest['oneroster.version'], version)
    const bulk = Object.keys(manifest).filter((name) => manifest[name] === 'bulk').map((name) =>
      name.replace('file.', '') + '.csv'
    )
    t.strictSame(bulk.sort(), files.filter((name) => name !== 'manifest.csv').sort())
    t.equal(manifest['file.demographics'], 'absent')
    t.equal(manifest['file.roles'], version === '1.2' ? 'bulk' : undefined)
  })
}

t.test('counts are as asked and as reported', async (t) => {
  const { path, counts } = await write(t, { students: 500, tasks: 40, periods: 4, courses: 2 })
  const { users = [], classes = [], lineItems = [], results = [], courses = [] } = await readBundle(path)
  t.equal(users.filter(({ role }) => role === 'student').length, 500)
  t.equal(courses.length, 2)
  t.equal(classes.length, 8)
  t.equal(lineItems.length, 2 * 4 * 40)
  const item = new Map(lineItems.map((row) => [row.sourcedId, row]))
  const cells = results.map(({ studentSourcedId, lineItemSourcedId }) =>
    `${studentSourcedId} ${item.get(lineItemSourcedId!)!.title} ${
      item.get(lineItemSourcedId!)!.classSourcedId!.slice(0, 10)
    }`
  )
  t.equal(new Set(cells).size, results.length, 'one result for each student and task')
  const unscored = results.filter(({ score }) => score === '').length
  t.match(counts, {
    schools: 1,
    courses: 2,
    periods: 8,
    students: 500,
    tasks: 80,
    results: results.length,
    unscored,
  })
  t.ok(
    unscored / results.length > 0.03 && unscored / results.length < 0.06,
    `${unscored} of ${results.length} have no score`
  )
})

t.test('results: words of the standard, numbers in range, dates of the term', async (t) => {
  const { path } = await write(t, { students: 400 })
  const { lineItems = [], results = [], academicSessions = [] } = await readBundle(path)
  const item = new Map(lineItems.map((row) => [row.sourcedId, row]))
  t.strictSame([...new Set(results.map(({ scoreStatus }) => scoreStatus))].sort(), [
    'exempt',
    'fully graded',
    'not submitted',
    'partially graded',
    'submitted',
  ])
  const fractions = results.filter(({ score }) => score !== '').map(({ score, lineItemSourcedId }) =>
    Number(score) / Number(item.get(lineItemSourcedId!)!.resultValueMax)
  )
  t.ok(fractions.every((fraction) => fraction >= 0 && fraction <= 1.15))
  const mean = fractions.reduce((a, b) => a + b) / fractions.length
  t.ok(mean > 0.65 && mean < 0.85, `the mean score is ${mean}`)
  t.ok(fractions.some((fraction) => fraction > 1), 'there is extra credit')
  const { startDate = '', endDate = '' } = academicSessions.find(({ type }) => type === 'term')!
  t.ok(
    lineItems.every(({ assignDate = '', dueDate = '' }) =>
      assignDate >= startDate && assignDate < dueDate && dueDate <= endDate
    )
  )
  t.ok(lineItems.every(({ dueDate }) => Temporal.PlainDate.from(dueDate!).dayOfWeek <= 5))
  t.ok(
    results.some(({ scoreDate = '', lineItemSourcedId }) =>
      scoreDate > item.get(lineItemSourcedId!)!.dueDate!
    ),
    'some are late'
  )
  t.ok(
    results.every(({ scoreStatus, scoreDate }) =>
      (scoreDate === '') === ['exempt', 'not submitted'].includes(scoreStatus!)
    )
  )
})

t.test('who leaves, comes late or changes the period has the results of his time only', async (t) => {
  const { path } = await write(t, { students: 600, tasks: 40 })
  const { enrollments = [], lineItems = [], results = [], academicSessions = [] } = await readBundle(path)
  const item = new Map(lineItems.map((row) => [row.sourcedId, row]))
  const seats = Map.groupBy(
    enrollments.filter(({ role }) => role === 'student'),
    ({ userSourcedId }) => userSourcedId!
  )
  t.equal(seats.size, 600)
  t.ok([...seats.values()].some((seat) => seat.length === 2), 'some changed the period')
  const termEnd = academicSessions.find(({ type }) => type === 'term')!.endDate!
  const last = [...seats.values()].map((seat) => seat.at(-1)!)
  const dropped = last.filter(({ endDate = '' }) => endDate !== '' && endDate < termEnd)
  t.ok(dropped.length > 10 && dropped.length < 50, `${dropped.length} dropped`)
  const strays = results.filter(({ studentSourcedId, lineItemSourcedId }) => {
    const { classSourcedId, dueDate = '' } = item.get(lineItemSourcedId!)!
    return !seats.get(studentSourcedId!)!.some((seat) =>
      seat.classSourcedId === classSourcedId && seat.beginDate! <= dueDate &&
      (seat.endDate === '' || dueDate <= seat.endDate!)
    )
  })
  t.strictSame(strays, [])
  t.ok(
    results.some(({ studentSourcedId }) => studentSourcedId === dropped[0]!.userSourcedId),
    'a student who left keeps their scores'
  )
})

t.test('people: many scripts, single names, leading zeros, unique e-mails', async (t) => {
  const { path } = await write(t, { students: 2000, tasks: 1 })
  const { users = [] } = await readBundle(path)
  const names = users.map(({ givenName, familyName }) => `${givenName} ${familyName}`).join('\n')
  for (
    const script of [
      'Latin',
      'Arabic',
      'Han',
      'Cyrillic',
      'Devanagari',
      'Hangul',
      'Hebrew',
      'Thai',
      'Tamil',
      'Greek',
    ]
  ) {
    t.match(names, new RegExp(`\\p{Script=${script}}`, 'u'), script)
  }
  t.match(names, /O’Neill/)
  t.match(names, /'/)
  t.match(names, /-/)
  t.ok(users.some(({ givenName }) => givenName === ''))
  t.ok(users.every(({ familyName }) => familyName !== ''))
  const students = users.filter(({ role }) => role === 'student')
  t.ok(students.some(({ identifier }) => /^0\d{6}$/.test(identifier!)))
  for (const column of ['identifier', 'username', 'email'] as const) {
    const values = users.map((user) => user[column]!.toLowerCase()).filter((value) => value !== '')
    t.equal(new Set(values).size, values.length, `${column} is unique`)
  }
  t.ok(users.every(({ email }) => /^$|^[a-z0-9.-]+@(students\.)?example\.edu$/.test(email!)))
})

t.test('cells that need quotes have them', async (t) => {
  const { path } = await write(t, { students: 150, tasks: 120 })
  const { results = [], lineItems = [] } = await readBundle(path)
  t.ok(results.some(({ comment }) => comment === 'Complete.\r\nNumber the pages next time.'))
  t.ok(results.some(({ comment }) => comment === 'Clear reasoning in "part 2"'))
  t.ok(lineItems.some(({ title }) => title!.includes(',')))
  t.ok(lineItems.some(({ title }) => title!.includes('"')))
})

t.test('OneRoster 1.2 says what 1.1 has no word for', async (t) => {
  const { path } = await write(t, { students: 400, courses: 2 }, { version: '1.2' })
  const { categories = [], results = [], users = [], roles = [] } = await readBundle(path)
  t.equal(categories.reduce((sum, { weight }) => sum + Number(weight), 0), 1)
  const flagged = (flag: string): BundleRow[] => results.filter((row) => row[flag] === 'true')
  for (const flag of ['late', 'missing', 'incomplete', 'inProgress']) t.ok(flagged(flag).length > 0, flag)
  t.ok(
    flagged('missing').every(({ scoreStatus, score, late }) =>
      scoreStatus === 'not submitted' && score === '' && late === 'false'
    )
  )
  t.ok(flagged('incomplete').every(({ score, inProgress }) => score === '' && inProgress === 'false'))
  t.ok(flagged('late').every(({ scoreDate }) => scoreDate !== ''))
  t.ok(results.some(({ textScore }) => textScore === 'A'))
  t.ok(results.some(({ textScore, score }) => textScore === 'P' && score === ''))
  t.notOk('role' in users[0]!)
  t.ok(users.some(({ preferredGivenName }) => preferredGivenName !== ''))
  t.strictSame([...new Set(roles.map(({ role }) => role))].sort(), ['aide', 'student', 'teacher'])
})

t.test('nothing in it: no students, no tasks, one period', async (t) => {
  const { path, counts } = await write(t, { students: 0, tasks: 0, periods: 1 })
  const { classes = [], courses = [], results = [], enrollments = [] } = await readBundle(path)
  t.equal(counts.results, 0)
  t.strictSame(results, [])
  t.equal(classes[0]!.title, courses[0]!.title, 'the only class is named as the course')
  t.strictSame(enrollments.map(({ role }) => role), ['teacher', 'aide'])
})
