import { join } from 'node:path'
import t from 'tap'
import { openDatabase } from '../../db/index.ts'
import { testDatabase } from '../support/test-database.ts'
import { importSources } from '../../src/imports/import-sources.ts'
import type { ImportOutcome } from '../../src/imports/outcome.ts'
import type { WriteRosterRequest } from '../../src/synthetic-roster/write-roster.ts'
import { write } from './synthetic-roster.ts'

const added = (count: number): object => ({ added: count, updated: 0, unchanged: 0, removed: 0 })

const sources: Array<{ what: string, request: Partial<WriteRosterRequest>, schools: number }> = [
  { what: 'a OneRoster 1.1 bundle', request: {}, schools: 2 },
  { what: 'a OneRoster 1.2 bundle', request: { version: '1.2' }, schools: 2 },
  { what: 'a performance-book document', request: { format: 'performance-book' }, schools: 1 },
]

for (const { what, request, schools } of sources) {
  t.test(`${what} imports whole and without an error`, async (t) => {
    const folder = t.testdir()
    const output = join(folder, request.format === 'performance-book' ? 'roster.json' : 'roster.zip')
    const { counts } = await write(t, { schools, courses: schools }, { ...request, output })
    const db = await openDatabase(await testDatabase(t, folder))
    t.teardown(() => db.close())
    const run = (): Promise<ImportOutcome> =>
      importSources([output], {
        database: db.location,
        stagingFolder: join(folder, 'staging'),
        defaultTimeZone: 'UTC',
        dryRun: false,
        strict: false,
        allowRemovals: false,
        maxBytes: 2 ** 30,
        now: () => Date.parse('2026-09-01T00:00:00Z'),
      })

    const first = await run()
    t.match(first, {
      ok: true,
      summary: {
        courses: added(counts.courses),
        periods: added(counts.periods),
        // A student of two courses is a student of each.
        students: added(counts.students * schools),
        tasks: added(counts.tasks),
        scores: added(counts.results),
      },
    })
    t.strictSame(first.ok && first.summary.warnings.map(({ code }) => code), [])
    t.match(await run(), {
      ok: true,
      summary: { scores: { added: 0, updated: 0, unchanged: counts.results, removed: 0 } },
    })
  })
}
