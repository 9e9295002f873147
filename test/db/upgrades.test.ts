// A database of every earlier step of the schema, as its own code wrote it, is brought up to now with all
// that is in it.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { connect } from '../../db/sqlite/connection.ts'
import { databaseProblems, keepBeforeUpgrade, migrationStatus } from '../../db/sqlite/database-copy.ts'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { migrations } from '../../db/migrations/all.ts'
import { perfbook } from '../support/cli.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures/databases')
const steps = Object.keys(migrations)

/** A data folder as that step of the schema left it. */
function oldFolder (t: Test, step: string): string {
  const folder = t.testdir()
  writeFileSync(
    join(folder, 'perfbook.sqlite'),
    gunzipSync(readFileSync(join(FIXTURES, `${step}.sqlite.gz`)))
  )
  return folder
}

/** Rows of every table of a database, as JSON text. */
function contents (file: string): Map<string, string[]> {
  const sqlite = connect(file, { readonly: true })
  const tables = sqlite.prepare<[], string>(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
      AND name NOT LIKE 'kysely_%' ORDER BY name`
  ).pluck().all()
  const rows = new Map(
    tables.map((table) => [
      table,
      sqlite.prepare(`SELECT * FROM "${table}"`).all().map((row) => JSON.stringify(row)),
    ])
  )
  sqlite.close()
  return rows
}

t.test('there is a database of every step', async (t) => {
  t.strictSame(
    readdirSync(FIXTURES).sort(),
    steps.map((step) => `${step}.sqlite.gz`),
    '`npx node test/support/make-database-fixtures.ts` adds one for a new step'
  )
})

for (const step of steps) {
  t.test(`from ${step}`, async (t) => {
    const folder = oldFolder(t, step)
    const file = join(folder, 'perfbook.sqlite')
    const before = contents(file)
    const filled = [...before].filter(([, rows]) => rows.length > 0).map(([table]) => table)
    t.ok(filled.length >= 13, `rows in ${filled.length} tables`)
    const isLast = step === steps.at(-1)
    if (!isLast) {
      await t.rejects(openDatabase(sqliteFile(file)), { code: 'SCHEMA_TOO_OLD' }, 'not by accident')
    }
    t.strictSame(contents(file), before)
    await (await openDatabase(sqliteFile(file), { mayUpgrade: true })).close()
    t.strictSame(migrationStatus(file), { applied: steps, pending: [], unknown: [] })
    t.strictSame(databaseProblems(file), [])
    const after = contents(file)
    for (const [table, rows] of before) t.equal(after.get(table)?.length, rows.length, table)

    t.equal(
      existsSync(join(folder, 'backups')),
      !isLast,
      'a copy from before the upgrade, and none where nothing changes'
    )
    if (!isLast) {
      const [name, ...others] = readdirSync(join(folder, 'backups'))
      t.strictSame(others, [])
      t.match(name, new RegExp(`^perfbook-before-${steps[steps.indexOf(step) + 1]!}-\\d{4}-.*Z\\.sqlite$`))
      t.strictSame(contents(join(folder, 'backups', name!)), before)
    }

    t.match(JSON.parse((await perfbook(folder, ['courses', '--json'])).stdout), [{
      id: 1,
      name: 'Physics',
      student_count: 2,
    }])
    const workbook = join(folder, 'out.xlsx')
    t.match(await perfbook(folder, ['export', '1', '-o', workbook]), { status: 0 })
    t.ok(readFileSync(workbook).length > 1000)
    t.match(JSON.parse((await perfbook(folder, ['job', 'list', '--json'])).stdout), [{
      id: 2,
      status: 'queued',
    }, { id: 1, status: 'succeeded' }])
  })
}

t.test('if no copy can be made, nothing is upgraded', async (t) => {
  const folder = oldFolder(t, steps[0]!)
  // A file where the folder should be.
  writeFileSync(join(folder, 'backups'), '')
  const file = join(folder, 'perfbook.sqlite')
  await t.rejects(openDatabase(sqliteFile(file), { mayUpgrade: true }), { code: 'UPGRADE_FAILED' })
  t.strictSame(migrationStatus(file).applied, [steps[0]])
  t.match(await perfbook(folder, ['migrate']), {
    status: 1,
    stderr: /has to be upgraded.*Nothing was changed/s,
  })
})

t.test('the newest three copies from before upgrades are kept; other files in the folder stay', async (t) => {
  const folder = oldFolder(t, steps[0]!)
  mkdirSync(join(folder, 'backups'))
  writeFileSync(join(folder, 'backups', 'mine.sqlite'), '')
  for (const [day, step] of ['0009_c', '0002_z', '0004_y', '0003_x'].entries()) {
    keepBeforeUpgrade(join(folder, 'perfbook.sqlite'), step, Date.UTC(2026, 0, day + 1))
  }
  t.strictSame(readdirSync(join(folder, 'backups')).sort(), [
    'mine.sqlite',
    'perfbook-before-0002_z-2026-01-02T00-00-00.000Z.sqlite',
    'perfbook-before-0003_x-2026-01-04T00-00-00.000Z.sqlite',
    'perfbook-before-0004_y-2026-01-03T00-00-00.000Z.sqlite',
  ])
})
