// Texts of megabytes in every place of every format: the import is refused, says why in a few words, and
// nothing long stays.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ImportOutcome } from '../../src/imports/outcome.ts'
import { bundleTexts, createWorld, school, showErrors, writeFolder, writeZip, type World } from './bundles.ts'

/** Recognizable, so that every quotation of it can be measured. */
const LONG = '#'.repeat(200_000)

/** An import that failed with short errors; returns the first. */
function shortErrors (t: Test, outcome: ImportOutcome, name: string): string {
  const [first = ''] = showErrors(outcome)
  if (outcome.ok) {
    t.fail(`${name} was imported`)
    return ''
  }
  t.ok(outcome.errors.length <= 20, `${name}: so many errors`)
  for (const error of outcome.errors) {
    t.ok(error.message.length <= 1000, `${name}: a short message`)
    t.ok((error.file ?? '').length <= 200 && (error.path ?? '').length <= 200, `${name}: a short place`)
    const quoted = `${error.file} ${error.path} ${error.message}`.match(/#+/g) ?? []
    t.ok(quoted.every((run) => run.length <= 60), `${name}: a short quotation`)
  }
  return first
}

const SAYS_WHAT =
  /expected|longer than|characters|is not known|no column|second time|there is none|is not JSON|no known format|is missing/

t.test('every cell of every file of a OneRoster bundle', async (t) => {
  const tables = school()
  let world = await createWorld(t)
  for (const [file, rows] of Object.entries(tables)) {
    for (const column of Object.keys(rows[0] ?? {})) {
      const changed = structuredClone(tables)
      changed[file]![0]![column] = LONG
      const outcome = await world.import(writeFolder(join(world.folder, 'bundle'), bundleTexts(changed)))
      // What is not used, and texts that are no error, are only warned about.
      if (outcome.ok) {
        t.ok(JSON.stringify(outcome.summary).length < 5000, `${file} ${column}: a short summary`)
        t.notMatch(
          JSON.stringify(await world.books()),
          /#{1001}/,
          `${file} ${column}: nothing long was stored`
        )
        world = await createWorld(t, join(t.testdirName, `${file}-${column}`))
      } else t.match(shortErrors(t, outcome, `${file} ${column}`), SAYS_WHAT)
    }
  }
})

t.test('headers and the manifest of a OneRoster bundle', async (t) => {
  const world = await createWorld(t)
  const files = bundleTexts(school())
  const header = await world.import(writeFolder(join(world.folder, 'header'), {
    ...files,
    'users.csv': files['users.csv']!.replace('givenName', LONG),
  }))
  t.match(shortErrors(t, header, 'header'), /has no column givenName/)
  const manifest = await world.import(writeFolder(join(world.folder, 'manifest'), {
    ...files,
    'manifest.csv': files['manifest.csv']!.replace('file.users,bulk', `file.users,${LONG}`),
  }))
  t.match(shortErrors(t, manifest, 'manifest'), /expected bulk, delta or absent/)
})

t.test('every text of a document, its properties and its ids', async (t) => {
  const world = await createWorld(t)
  const document = () => ({
    format: 'performance-book/1',
    course: {
      source_id: 'c',
      name: 'Course',
      school: 's',
      term: 't',
      time_zone: 'UTC',
      starts_on: '2026-01-01',
      missing_counts: 'zero',
    } as Record<string, unknown>,
    teachers: [{ email: 'a@b.example', first_name: 'A', last_name: 'B' }] as Array<Record<string, unknown>>,
    periods: [{ source_id: 'p', name: 'P' }] as Array<Record<string, unknown>>,
    categories: [{ source_id: 'k', name: 'K', weight: 1 }] as Array<Record<string, unknown>>,
    tasks: [
      {
        source_id: 't',
        title: 'T',
        type: 'homework',
        category: 'k',
        due_at: '2026-01-01',
        points_possible: 1,
      },
    ] as Array<Record<string, unknown>>,
    students: [
      {
        source_id: 's',
        first_name: 'F',
        last_name: 'L',
        student_identifier: '1',
        email: 'e',
        period: 'p',
        dropped_on: null,
      },
    ] as Array<Record<string, unknown>>,
    results: [
      { student: 's', task: 't', status: 'completed', points: 1, last_worked_at: '2026-01-01' },
    ] as Array<Record<string, unknown>>,
  })
  const take = async (value: unknown) => {
    const file = join(world.folder, 'document.json')
    writeFileSync(file, JSON.stringify(value))
    return await world.import(file)
  }
  t.strictSame(showErrors(await take(document())), [])
  for (const [list, value] of Object.entries(document())) {
    if (typeof value === 'string') continue
    const fields = Object.keys(Array.isArray(value) ? value[0]! : value)
    for (const field of fields) {
      const changed = document() as Record<string, any>
      const piece = Array.isArray(value) ? changed[list][0] : changed[list]
      piece[field] = LONG
      t.match(shortErrors(t, await take(changed), `${list}.${field}`), SAYS_WHAT)
    }
    const extra = document() as Record<string, any>
    ;(Array.isArray(value) ? extra[list][0] : extra[list])[LONG] = 1
    t.match(shortErrors(t, await take(extra), `a property of ${list}`), /is not a known property/)
  }
  t.match(
    shortErrors(t, await take({ ...document(), format: LONG }), 'format'),
    /expected "performance-book\/1"/
  )
  t.match(shortErrors(t, await take({ ...document(), [LONG]: 1 }), 'a property'), /is not a known property/)
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`${i}${'#'.repeat(3000)}`, 1]))
  t.match(shortErrors(t, await take({ ...document(), ...many }), 'many properties'), /is not a known property/)
  writeFileSync(
    join(world.folder, 'broken.json'),
    `{"format":"performance-book/1","course":{"name":${LONG}}}`
  )
  t.match(shortErrors(t, await world.import(join(world.folder, 'broken.json')), 'no JSON'), /is not JSON/)
})

t.test('names of a thousand characters are taken, one more is not', async (t) => {
  const world = await createWorld(t)
  const take = async (name: string) => {
    writeFileSync(
      join(world.folder, 'name.json'),
      JSON.stringify({
        format: 'performance-book/1',
        course: { source_id: 'c', name },
        students: [{ source_id: 's', last_name: name }],
      })
    )
    return showErrors(await world.import(join(world.folder, 'name.json')))
  }
  t.strictSame(await take('😀'.repeat(1000)), [])
  t.match(await take('n'.repeat(1001)), [
    /^name\.json:\$\.course\.name: is "n+…", expected at most 1000 characters/,
    /\$\.students\[0\]\.last_name: is "n+…", expected at most 1000 characters/,
  ])
})

const CANVAS = [
  ['Student', 'ID', 'SIS User ID', 'SIS Login ID', 'Section', 'HW 1 (3601)'],
  ['    Points Possible', '', '', '', '', '10'],
  ['Lee Ann', '501', '0042', 'ann@example.edu', 'Period 1', '7'],
]
const MOODLE = [
  ['First name', 'Last name', 'ID number', 'Email address', 'HW 1 (Percentage)', 'HW 2 (Real)'],
  ['Ann', 'Lee', '0042', 'ann@example.edu', '70 %', '7'],
]

t.test('every cell of the grade books of Canvas and Moodle, and what is asked with them', async (t) => {
  const take = async (world: World, rows: string[][], options = {}) => {
    writeFileSync(join(world.folder, 'grades.csv'), rows.map((row) => row.join(',')).join('\n'))
    return await world.import(join(world.folder, 'grades.csv'), { course: 'Physics', ...options })
  }
  for (const [name, format, rows] of [['Canvas', 'canvas', CANVAS], ['Moodle', 'moodle', MOODLE]] as const) {
    let world = await createWorld(t, join(t.testdirName, name))
    t.strictSame(showErrors(await take(world, rows)), [], name)
    for (let line = 0; line < rows.length; line++) {
      for (let column = 0; column < rows[0]!.length; column++) {
        const changed = structuredClone(rows) as string[][]
        // A header keeps its mark, so that the column stays what it is.
        changed[line]![column] = line === 0 ? `${LONG} ${rows[0]![column]}` : LONG
        const outcome = await take(world, changed, { format })
        if (outcome.ok) {
          t.notMatch(
            JSON.stringify(await world.books()),
            /#{1001}/,
            `${name} ${line}:${column}: nothing long was stored`
          )
          world = await createWorld(t, join(t.testdirName, `${name}-${line}-${column}`))
        } else shortErrors(t, outcome, `${name} ${line}:${column}`)
      }
    }
  }
  const world = await createWorld(t)
  for (
    const options of [
      { course: LONG },
      { teacher: LONG },
      { teacher: `${LONG}@example.edu` },
      { timeZone: LONG },
    ]
  ) {
    shortErrors(t, await take(world, CANVAS, options), Object.keys(options).join())
  }
})

t.test('names of files, in an archive and in a folder', async (t) => {
  const world = await createWorld(t)
  const long = `${'#'.repeat(240)}.csv`
  shortErrors(
    t,
    await world.import(await writeZip(join(world.folder, 'a.zip'), { [long]: 'a,b\n1,2\n' })),
    'in an archive'
  )
  shortErrors(
    t,
    await world.import(writeFolder(join(world.folder, 'b'), { [long]: 'a,b\n1,2\n' })),
    'in a folder'
  )
  t.match(
    shortErrors(
      t,
      await world.import(
        await writeZip(join(world.folder, 'c.zip'), { [`${'#'.repeat(5000)}.csv`]: 'a,b\n1,2\n' })
      ),
      'a name that no disk can keep'
    ),
    /longer than 1000 characters/
  )
  shortErrors(t, await world.import(join(world.folder, `${'#'.repeat(200)}.csv`)), 'a file that is not there')
})

t.test('more entries than any bundle has: refused before they are read', async (t) => {
  const world = await createWorld(t)
  const folder = join(world.folder, 'many')
  mkdirSync(folder)
  for (let i = 0; i < 1001; i++) writeFileSync(join(folder, `${i}.txt`), '')
  t.match(showErrors(await world.import(folder)), [/^many: has more than 1000 entries/])
  mkdirSync(join(world.folder, 'outer/inner'), { recursive: true })
  for (let i = 0; i < 1001; i++) writeFileSync(join(world.folder, `outer/inner/.${i}`), '')
  t.match(
    showErrors(await world.import(join(world.folder, 'outer'))),
    [/^outer: has more than 1000 entries/],
    'also in the folder inside, and of hidden files'
  )
})
