// What a copy knows of the tables, against the tables themselves.
import t from 'tap'
import pg from 'pg'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { clientOptions } from '../../db/postgres/client-options.ts'
import { connect } from '../../db/sqlite/connection.ts'
import { TABLES_IN_ORDER, TABLES_OF_NODES } from '../../db/table-order.ts'
import { noPostgres, testPostgres } from '../support/postgres.ts'

async function sqliteTables (file: string): Promise<Map<string, string[]>> {
  await (await openDatabase(sqliteFile(file))).close()
  const sqlite = connect(file, { readonly: true })
  const names = sqlite.prepare<[], string>(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
      AND name NOT LIKE 'kysely_%'`
  ).pluck().all()
  const tables = new Map(names.map((name) => [
    name, (sqlite.pragma(`table_info(${name})`) as Array<{ name: string }>).map((column) => column.name),
  ]))
  const references = new Map(names.map((name) => [
    name, (sqlite.pragma(`foreign_key_list(${name})`) as Array<{ table: string }>).map(({ table }) => table),
  ]))
  sqlite.close()
  const order: readonly string[] = TABLES_IN_ORDER
  for (const [name, others] of references) {
    for (const other of others) {
      t.ok(order.indexOf(other) < order.indexOf(name), `${name} comes after ${other}`)
    }
  }
  return tables
}

t.test('every table is copied, in the order of references', async (t) => {
  const tables = await sqliteTables(`${t.testdir()}/perfbook.sqlite`)
  t.strictSame([...tables.keys()].sort(), [...TABLES_IN_ORDER].sort())
})

t.test('PostgreSQL has all these columns, and other tables of nodes', { skip: noPostgres }, async (t) => {
  const tables = await sqliteTables(`${t.testdir()}/perfbook.sqlite`)
  const location = await testPostgres(t)
  await (await openDatabase(location)).close()
  const client = new pg.Client(clientOptions(location.connection))
  client.on('error', () => {})
  await client.connect()
  t.teardown(() => client.end())
  const { rows } = await client.query<{ table: string, column: string }>(`SELECT table_name AS "table",
    column_name AS "column" FROM information_schema.columns WHERE table_schema = current_schema()
    AND table_name NOT LIKE 'kysely_%'`)
  for (const [table, columns] of tables) {
    const there = rows.filter((row) => row.table === table).map((row) => row.column)
    t.strictSame(columns.filter((column) => !there.includes(column)), [], table)
  }
  const others = new Set(rows.map((row) => row.table).filter((table) => !tables.has(table)))
  t.strictSame([...others].sort(), [...TABLES_OF_NODES].sort())
})
