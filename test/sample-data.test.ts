// What ships in data/sample/ is what the demo shows: it must import without an error or a warning.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { openDatabase, sqliteFile } from '../db/index.ts'
import { importSources } from '../src/imports/import-sources.ts'

const SAMPLE = join(import.meta.dirname, '..', 'data', 'sample')

t.test('the sample data imports, all of it at once', async (t) => {
  const folder = t.testdir()
  const databaseFile = join(folder, 'perfbook.sqlite')
  const db = await openDatabase(sqliteFile(databaseFile))
  t.teardown(() => db.close())
  const outcome = await importSources([
    join(SAMPLE, 'open-university-oneroster-1.1.zip'),
    join(SAMPLE, 'physics-1.json'),
  ], {
    database: db.location,
    stagingFolder: join(folder, 'staging'),
    defaultTimeZone: 'UTC',
    dryRun: false,
    strict: true,
    allowRemovals: false,
    maxBytes: 2 ** 30,
    now: () => Date.parse('2026-09-01T00:00:00Z'),
  })
  const added = (count: number): object => ({ added: count, updated: 0, unchanged: 0, removed: 0 })
  t.strictSame(outcome, {
    ok: true,
    format: 'oneroster',
    summary: {
      courses: added(3),
      periods: added(2 + 3),
      students: added(383 + 952 + 61),
      tasks: added(6 + 10 + 27),
      scores: added(1633 + 5950 + 1509),
      warnings: [],
    },
  })
})

t.test('the notice of the Open University data is included', async (t) => {
  const notice = await readFile(join(SAMPLE, 'NOTICE.md'), 'utf8')
  for (const part of ['Kuzilek', '10.1038/sdata.2017.171', 'CC BY 4.0', 'Left out']) t.match(notice, part)
})
