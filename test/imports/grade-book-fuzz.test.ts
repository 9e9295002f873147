// Hostile and half-broken tables for the readers of grade books, by a seed: no import crashes, and one that
// is refused changes nothing.
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { sqliteFile } from '../../db/index.ts'
import type { ImportFormat } from '../../src/imports/import-options.ts'
import { Problems, Refusal } from '../../src/imports/problems.ts'
import { readTable } from '../../src/imports/sources/read-table.ts'
import { createWorld } from './bundles.ts'
import { fuzzRuns } from './fuzz-runs.ts'

const SEED = 20261126

const FORMATS = [
  undefined, 'canvas', 'moodle', 'brightspace', 'blackboard', 'google-classroom',
] as const satisfies Array<ImportFormat | undefined>

/** Marks of the systems, some of them broken. */
const HEADERS = [
  'Student', 'ID', 'SIS User ID', 'SIS Login ID', 'Section', 'Essay (501)', 'Current Score', 'Notes',
  'First name', 'Last name', 'ID number', 'Email address', 'Quiz: A (Real)', 'Quiz: A (Percentage)',
  'Course total (Real)', 'OrgDefinedId', 'Username', 'End-of-Line Indicator',
  'Quiz Points Grade <Numeric MaxPoints:10 Weight:5 Category:Quizzes CategoryWeight:40>',
  'Quiz Points Grade <Numeric MaxPoints:-1 Category: CategoryWeight:x>', ' Points Grade <>', 'Points Grade <',
  'Lab Points Grade <Selectbox MaxPoints:1e999>', 'Subtotal Numerator', '<Category:Category:>',
  'Last Name', 'First Name', 'Student ID', 'Quiz 1 [Total Pts: 10 Score] |101', '[Total Pts: 5 Score] |1',
  'Total [Total Pts: up to 1,499 Score] |2', 'X [Total Pts: 0 Percentage] |3', '[[]] |4', 'A [a: 1,,,2] |5',
  'Email Address', 'Date', 'Points', 'Class average', '',
]
const CELLS = [
  '', ' ', '-', 'NULL', 'EX', '#', '#0042', '="0042"', '1.0E+13', '7.5', '7,5', '1,234', '1.234,5', '100 %',
  '-1', '1e308', '9'.repeat(400), 'NaN', 'Needs Grading(9.00)', 'In Progress', 'Missing', 'Excused',
  'Points Possible', '    Points Possible', 'Date', 'Points', '2026-09-08', '2026-02-30', '8/9/2026',
  'Lee, Ann', 'ann@school.example', '"', '""', ',', '__proto__', 'constructor', '\ud800', '\u202e',
  'é'.repeat(2000), '=1+1', '(read only)', 'A and B',
  `A${' and B'.repeat(50)}`, '\u0000',
]
const cell = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...CELLS) },
  { weight: 2, arbitrary: fc.constantFrom(...HEADERS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) }
)
const header = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...HEADERS) },
  // A header with a part cut out.
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom(...HEADERS), fc.nat(60), fc.nat(60)).map(([name, from, length]) => {
      return name.slice(0, from) + name.slice(from + length)
    }),
  },
  { weight: 1, arbitrary: cell }
)
/** What each system begins its tables with; the last row is a student. */
const BEGINNINGS = [
  [['Student', 'ID', 'Section'], ['Points Possible', '', ''], ['Lee, Ann', '1', 'A']],
  [['First name', 'ID number', 'Quiz: B (Percentage)'], ['Ann', '0042', '50 %']],
  [['OrgDefinedId', 'Username', 'Email'], ['#0042', '#ann', '']],
  [['Last Name', 'First Name', 'Username', 'A [Total Pts: 5 Score] |7'], ['Lee', 'Ann', 'ann', '5']],
  [
    ['Last Name', 'First Name', 'Email Address', 'A'], ['Date', '', '', '2026-09-08'],
    ['Points', '', '', '5'],
    ['Lee', 'Ann', 'ann@a.example', '5'],
  ],
]
const mild = fc.constantFrom('', '', '7', '7.5', '-')
/** Most tables of a beginning and a few cells are read, unless a cell is hostile. */
const rows = fc.oneof(
  fc.array(fc.array(cell, { maxLength: 13 }), { minLength: 1, maxLength: 8 }).chain((rows) => {
    return fc.array(header, { minLength: 1, maxLength: 12 }).map((names) => [names, ...rows])
  }),
  fc.tuple(fc.constantFrom(...BEGINNINGS), fc.array(header, { maxLength: 5 }), fc.boolean()).chain(
    ([beginning, names, isMild]) => {
      const more = fc.array(isMild ? mild : cell, { minLength: names.length, maxLength: names.length })
      return fc.tuple(...beginning.slice(1).map((row) => more.map((cells) => [...row, ...cells])))
        .map((rows) => [[...beginning[0]!, ...names], ...rows])
    }
  )
)
const table = fc.record({
  rows,
  separator: fc.constantFrom(',', ',', ';', '\t'),
  lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
  isQuoted: fc.boolean(),
  encoding: fc.constantFrom('utf8', 'utf8', 'utf16le', 'latin1'),
  /** Bytes that are cut out of the file. */
  cut: fc.option(fc.tuple(fc.nat(400), fc.nat(40)), { freq: 2, nil: undefined }),
})

type Table = typeof table extends fc.Arbitrary<infer T> ? T : never

function bytesOf ({ rows, separator, lineEnd, isQuoted, encoding, cut }: Table): Buffer {
  const write = (text: string) => isQuoted ? `"${text.replaceAll('"', '""')}"` : text
  const text = rows.map((row) => row.map(write).join(separator) + lineEnd).join('')
  const mark = encoding === 'utf16le' ? '\ufeff' : ''
  const bytes = Buffer.from(mark + text, encoding as BufferEncoding)
  if (cut === undefined) return bytes
  const [from, length] = cut
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)])
}

t.test('text tables: rows or a refusal, the same whatever the size of the chunks', async (t) => {
  async function read (bytes: Buffer, size: number): Promise<unknown[]> {
    const found: unknown[] = []
    const problems = new Problems()
    const file = {
      name: 'g.csv', base: 'g.csv', size: bytes.length,
      async * read () {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
      },
    }
    try {
      await readTable(file, (names, line) => {
        found.push([line, ...names])
        return (fields, line) => { found.push([line, ...fields]) }
      }, { problems })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      found.push(error.message)
    }
    return [...found, problems.errors, problems.warnings()]
  }
  await fc.assert(fc.asyncProperty(table, fc.integer({ min: 1, max: 40 }), async (one, size) => {
    const bytes = bytesOf(one)
    const whole = JSON.stringify(await read(bytes, 1 << 18))
    const pieces = JSON.stringify(await read(bytes, size))
    if (pieces !== whole) throw new Error(`${pieces} instead of ${whole}`)
  }), { seed: SEED, numRuns: fuzzRuns(300) })
  t.pass('300 tables')
})

t.test('grade books: an import or its own errors, and all or nothing', async (t) => {
  const folder = t.testdir()
  const world = await createWorld(t, folder, sqliteFile(join(folder, 'p.sqlite')))
  const course = [
    'Student,ID,SIS User ID,SIS Login ID,Section,Essay (501)', 'Points Possible,,,,,10',
    '"Lee, Ann",1,0042,ann,A,7',
  ].join('\n')
  const file = join(world.folder, 'g.csv')
  writeFileSync(file, course)
  await world.import(file, { course: 'X' })
  const stored = () => {
    const tables = ['courses', 'students', 'tasks', 'categories', 'student_scores', 'imports']
    return JSON.stringify(tables.map((table) => world.sql(`SELECT * FROM ${table} ORDER BY 1`)))
  }
  const tally = { accepted: 0, refused: 0, columns: 0 }
  await fc.assert(fc.asyncProperty(table, fc.constantFrom(...FORMATS), async (one, format) => {
    writeFileSync(file, bytesOf(one))
    const before = stored()
    const outcome = await world.import(file, {
      course: 'X', allowNewPeople: true, ...(format === undefined ? {} : { format }),
    })
    if (outcome.ok) {
      tally.accepted++
      const { columns = [], column_count: count = 0 } = outcome.summary
      tally.columns += count
      if (columns.length !== count) throw new Error('a column is not in the list')
      return
    }
    tally.refused++
    if (stored() !== before) throw new Error('refused, and yet something changed')
    if (outcome.errorCount < 1) throw new Error('refused without an error')
    const long = outcome.errors.find(({ message }) => message.length > 1000)
    if (long !== undefined) throw new Error(`an error of ${long.message.length} characters`)
  }), { seed: SEED, numRuns: fuzzRuns(60) })
  t.strictSame(readdirSync(join(world.folder, 'staging')), [])
  t.ok(tally.accepted > 5 && tally.refused > 15 && tally.columns > 30, JSON.stringify(tally))
})
