// Run by grade-book-work.test.ts in a process of its own: imports tables of two sizes and prints how many
// blocks of code of the import ran for each. V8 counts them, so the figures do not depend on the machine.
import { Session } from 'node:inspector/promises'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { importSources } from '../../src/imports/import-sources.ts'

/** Tables whose parts are all `n` times as long, as lines. */
const SHAPES: Record<string, (n: number) => string[]> = {
  'long titles of Brightspace': (n) => [
    `OrgDefinedId,${' Points Grade <'.repeat(n)}${'Category:'.repeat(n)}>,` +
      'X Points Grade <Numeric MaxPoints:1>',
    '#1,2,1',
  ],
  'many columns of Blackboard': (n) => [
    `Username${Array.from({ length: 10 * n }, (_, at) => `,A [[ [Total Pts: 1.2 Score] |${at}`).join('')}`,
    `ann${',1'.repeat(10 * n)}`,
  ],
  'many rows of Google Classroom': (n) => [
    'Last Name,First Name,Email Address,Essay', 'Date,,,2026-09-08', 'Points,,,10',
    ...Array.from({ length: 20 * n }, (_, at) => `Lee,Ann ${at},ann${at}@a.example,7`),
  ],
  'rows before the students that never end': (n) => [
    'Last Name,First Name,Email Address,Essay',
    ...Array.from({ length: 20 * n }, () => 'Date,,,2026-09-08'),
  ],
  'many columns of a table that is guessed': (n) => [
    `Name${Array.from({ length: 10 * n }, (_, at) => `,HW ${at} (out of 10)`).join('')}`,
    `"Lee, Ann"${',1'.repeat(10 * n)}`,
  ],
  'many dates and categories of a table that is guessed': (n) => [
    `Name${Array.from({ length: 10 * n }, (_, at) => `,HW ${at} (9/${1 + at % 28}/2026)`).join('')}`,
    `${',Homework'.repeat(10 * n)}`, `Due${',2026-09-08'.repeat(10 * n)}`, `${',10'.repeat(10 * n)}`,
    `"Lee, Ann"${',1'.repeat(10 * n)}`,
  ],
  'many marks of a table that is guessed': (n) => [
    'Name,Test (10 points)', 'Ann Lee,7',
    ...Array.from({ length: 20 * n }, (_, at) => `Ann Lee ${at},${'x'.repeat(1 + at % 29)}`),
  ],
  'many rows of a table that is guessed': (n) => [
    'Class 9b', 'Name,Test %,Essay', ...Array.from({ length: 20 * n }, (_, at) => `Ann Lee ${at},7,EX`),
  ],
  'sections of Canvas': (n) => [
    'Student,ID,SIS User ID,SIS Login ID,Section,Essay (501)', 'Points Possible,,,,,10',
    ...Array.from({ length: 10 * n }, (_, at) => `"Lee, A",${at},S${at},a${at},A${' and B'.repeat(19)},7`),
  ],
}

async function workOf (lines: string[], folder: string): Promise<number> {
  const file = join(folder, 'g.csv')
  writeFileSync(file, `${lines.join('\n')}\n`)
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  await importSources([file], {
    database: sqliteFile(join(folder, 'p.sqlite')), stagingFolder: join(folder, 'staging'),
    defaultTimeZone: 'UTC', course: 'X', dryRun: true, strict: false, allowRemovals: false,
    maxBytes: 2 ** 31, now: () => 0,
  })
  const { result } = await session.post('Profiler.takePreciseCoverage')
  session.disconnect()
  const ofImports = result.filter(({ url }) => url.includes('/src/imports/'))
  return ofImports.flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
    .reduce((sum, { count }) => sum + count, 0)
}

const folder = process.argv[2] ?? ''
await (await openDatabase(sqliteFile(join(folder, 'p.sqlite')))).close()
const counted: Record<string, number[]> = {}
for (const [name, shape] of Object.entries(SHAPES)) {
  counted[name] = []
  for (const n of [4, 40]) counted[name].push(await workOf(shape(n), folder))
}
process.stdout.write(JSON.stringify(counted))
