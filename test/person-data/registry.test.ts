// Everything that stores texts or bytes says whether they are about people, and how these are exported and
// erased.
import { join } from 'node:path'
import t from 'tap'
import { connect } from '../../db/sqlite/connection.ts'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { NOT_PERSONAL, PERSONAL_DATA } from '../../src/person-data/personal-data.ts'
import { testFolder } from '../support/test-folder.ts'

/** Columns that hold a number and nothing else. */
const NUMBERS = new Set(['INTEGER', 'REAL'])

t.test(
  'every table, and every column of text or bytes, is personal data or is declared not to be',
  async (t) => {
    const file = join(testFolder(t), 'perfbook.sqlite')
    await (await openDatabase(sqliteFile(file))).close()
    const sqlite = connect(file, { readonly: true })
    t.teardown(() => {
      sqlite.close()
    })
    // Not ours: SQLite's own, and Kysely's list of steps.
    const tables = sqlite
      .prepare<[], string>(
        `SELECT name FROM sqlite_master
          WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
          AND name NOT LIKE 'kysely_%' ORDER BY name`
      )
      .pluck()
      .all()
    t.ok(tables.length >= 24, `${tables.length} tables`)
    const columns = tables.flatMap((table) =>
      (sqlite.pragma(`table_info("${table}")`) as Array<{ name: string; type: string }>).map(
        ({ name, type }) => ({ table, column: `${table}.${name}`, isNumber: NUMBERS.has(type) })
      )
    )
    t.ok(
      columns.some(({ isNumber }) => isNumber) && columns.some(({ isNumber }) => !isNumber),
      'types are read'
    )

    const personal = PERSONAL_DATA.flatMap(({ columns }) => Object.keys(columns))
    const declared = Object.keys(NOT_PERSONAL)
    const named = new Set([...personal, ...declared])
    t.strictSame(
      columns.filter(({ isNumber, column }) => !isNumber && !named.has(column)).map(({ column }) => column),
      [],
      'these columns are in neither list of src/person-data/personal-data.ts'
    )
    const known = new Set([...columns.map(({ column }) => column), ...tables])
    t.strictSame(
      [...named].filter((name) => !known.has(name)),
      [],
      'what is listed is in the schema'
    )
    const withColumns = new Set([...named].map((name) => name.split('.')[0]))
    const withoutAny = tables.filter((table) => !withColumns.has(table))
    t.strictSame(
      withoutAny,
      ['job_requests', 'undo_imports'],
      "tables of numbers alone: a user's number, which goes with the account; numbers of imports"
    )
  }
)

t.test('each column is listed once, with its reason', async (t) => {
  const all = [
    ...PERSONAL_DATA.flatMap(({ columns }) => Object.entries(columns)),
    ...Object.entries(NOT_PERSONAL),
  ]
  t.equal(new Set(all.map(([column]) => column)).size, all.length)
  for (const [column, reason] of all) t.ok(reason.length >= 4, column)
  t.equal(
    new Set(PERSONAL_DATA.map(({ name }) => name)).size,
    PERSONAL_DATA.length,
    'each has its own place in the export'
  )
})
