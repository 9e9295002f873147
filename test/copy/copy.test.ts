// `perfbook copy`: a data folder in an empty PostgreSQL, and what is refused.
import { createHash } from 'node:crypto'
import { appendFileSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import t from 'tap'
import { openDatabase, type PostgresLocation } from '../../db/index.ts'
import { clientOptions } from '../../db/postgres/client-options.ts'
import { connect } from '../../db/sqlite/connection.ts'
import { lockFolder } from '../../db/sqlite/folder-lock.ts'
import { TABLES_IN_ORDER } from '../../db/table-order.ts'
import { perfbook, type CliResult } from '../support/cli.ts'
import { fillFolder } from '../support/filled-folder.ts'
import { noPostgres, postgresUrl, testPostgres } from '../support/postgres.ts'
import { testFolder } from '../support/test-folder.ts'

/** The address as it is typed, without a password. */
function addressOf ({ connection }: PostgresLocation): string {
  return postgresUrl({ ...connection, password: undefined })
}

async function copy (
  folder: string, target: PostgresLocation, args: string[] = [], options: { signal?: AbortSignal } = {}
): Promise<CliResult> {
  return await perfbook(folder, ['copy', '--to-database', addressOf(target), ...args], {
    env: { PGPASSWORD: target.connection.password ?? '' }, ...options,
  })
}

async function ask<Row extends object> (target: PostgresLocation, text: string): Promise<Row[]> {
  const client = new pg.Client(clientOptions(target.connection))
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

/** Everything in a folder, by path. */
function contents (folder: string): Map<string, string> {
  return new Map(readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
    .filter((path) => statSync(join(folder, path)).isFile() && !path.startsWith('lock.'))
    .map((path) => [path, createHash('sha256').update(readFileSync(join(folder, path))).digest('hex')]))
}

const relations = `SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1, 2`

t.test('a whole folder', { skip: noPostgres }, async (t) => {
  const { folder, file } = await fillFolder(join(testFolder(t), 'data'), { students: 50 })
  const target = await testPostgres(t)
  const before = contents(folder)
  const done = await copy(folder, target, ['--json'])
  t.ok(done.stderr.includes(addressOf(target)), 'where to')
  t.match(done, { status: 0, stderr: /Copied and compared .*files stay in .*folder is unchanged/ })
  const facts = JSON.parse(done.stdout) as { outcome: string, tables: Record<string, number>, files: number }
  t.match(facts, { outcome: 'copied', files: 3, to_files: null })
  t.strictSame(contents(folder), before)
  const sqlite = connect(file, { readonly: true })
  t.teardown(() => sqlite.close())
  for (const table of TABLES_IN_ORDER) {
    const rows = sqlite.prepare(`SELECT * FROM ${table}`).all()
    t.ok(rows.length > 0, `${table} has rows`)
    t.equal(facts.tables[table], rows.length)
    const sorted = (all: object[]) => all.map((row) => JSON.stringify(Object.entries(row).sort())).sort()
    const db = await openDatabase(target)
    const there = await db.reads.selectFrom(table).selectAll().execute()
    await db.close()
    t.strictSame(sorted(there), sorted(rows as object[]), table)
  }

  const db = await openDatabase(target)
  t.teardown(() => db.close())
  await db.write(async (trx) => {
    const { id } = await trx.insertInto('users').values({
      email: 'n', email_key: 'n', role: 'teacher', origin: 'account', created_at: 1, first_name: null,
      last_name: null, password_hash: null, disabled_at: null,
    }).returning('id').executeTakeFirstOrThrow()
    t.equal(id, 78, 'no id is given out twice, also not that of a deleted user')
  })
  t.strictSame(await ask(target, "SELECT nextval('job_tokens')::int AS token"), [{ token: 42 }])
})

t.test('a second run compares, and finds what has changed since', { skip: noPostgres }, async (t) => {
  const { folder, file, files } = await fillFolder(join(testFolder(t), 'data'))
  const target = await testPostgres(t)
  t.match(await copy(folder, target), { status: 0 })
  t.match(await copy(folder, target), { status: 0, stderr: /^Everything is there/ })
  t.match(await copy(folder, target, ['--dry-run']), { status: 0, stderr: /^Everything is there|^Would/ })

  await ask(target, "UPDATE students SET last_name = 'Changed' WHERE id = 2")
  t.match(await copy(folder, target), { status: 1, stderr: /^error: .*differs.*rows of students.*Nothing was changed/ })
  await ask(target, "UPDATE students SET last_name = 'Ames 1' WHERE id = 2")
  t.match(await copy(folder, target), { status: 0 })

  await ask(target, "INSERT INTO sign_in_networks VALUES (2, 'x', 1)")
  t.match(await copy(folder, target), { status: 1, stderr: /rows of sign_in_networks\. / })
  await ask(target, "DELETE FROM sign_in_networks WHERE network = 'x'")

  const sqlite = connect(file)
  sqlite.exec('UPDATE categories SET set_weight = 0.1')
  sqlite.close()
  t.match(await copy(folder, target), { status: 1, stderr: /rows of categories\. / })
  t.strictSame(await ask(target, 'SELECT set_weight FROM categories'), [{ set_weight: null }])

  const [hex] = files.keys()
  const path = join(folder, 'files', hex!, 'Physics 0.xlsx')
  const bytes = readFileSync(path)
  bytes[9]! ^= 1
  rmSync(path)
  appendFileSync(path, bytes)
  t.match(await copy(folder, target), { status: 1, stderr: /rows of categories, and 1 file, such as/ })
})

t.test('a dry run creates nothing', { skip: noPostgres }, async (t) => {
  const { folder } = await fillFolder(join(testFolder(t), 'data'))
  const target = await testPostgres(t)
  const before = contents(folder)
  t.match(await copy(folder, target, ['--dry-run', '--json']), { status: 0, stderr: /^Would copy \d+ rows.*Nothing/ })
  t.strictSame(await ask(target, relations), [])
  t.strictSame(contents(folder), before)
  rmSync(join(folder, 'files'), { recursive: true })
  t.match(await copy(folder, target, ['--dry-run']), {
    status: 1, stderr: /3 files of the data folder are lost or damaged.*file verify --repair/,
  })
})

t.test('a target that holds anything else is refused and unchanged', { skip: noPostgres }, async (t) => {
  const { folder } = await fillFolder(join(testFolder(t), 'data'))
  for (const statement of [
    'CREATE TABLE mine (id int)', 'CREATE SCHEMA other; CREATE TABLE other.mine (id int)',
    'CREATE VIEW mine AS SELECT 1 AS one', 'CREATE SEQUENCE mine',
    'CREATE FUNCTION refuse_change() RETURNS int LANGUAGE sql AS \'SELECT 1\'',
  ]) {
    const target = await testPostgres(t)
    await ask(target, statement)
    const before = await ask(target, relations)
    t.match(await copy(folder, target), { status: 1, stderr: /^error: postgres:.* is not empty \(.*Nothing/ }, statement)
    t.strictSame(await ask(target, relations), before)
  }
  const used = await testPostgres(t)
  await (await openDatabase(used)).close()
  t.match(await copy(folder, used), { status: 1, stderr: /is not empty \(public\.audit_log, / })

  const target = await testPostgres(t)
  t.match(await copy(folder, target), { status: 0 })
  const other = await fillFolder(join(folder, '../other'))
  t.match(await copy(other.folder, target), { status: 1, stderr: /is a copy of another data folder.*Nothing was/ })
  t.match(await copy(folder, target), { status: 0, stderr: /^Everything is there/ })

  const latin = await testPostgres(t, { create: "TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'" })
  t.match(await copy(folder, latin), { status: 1, stderr: /has the encoding SQL_ASCII/ })
})

t.test('a folder that is in use, has another schema, or is none', { skip: noPostgres }, async (t) => {
  const { folder, file } = await fillFolder(join(testFolder(t), 'data'))
  const target = await testPostgres(t)
  const lock = lockFolder(folder, { pid: process.pid, address: 'http://127.0.0.1:3000' })
  t.match(await copy(folder, target), { status: 1, stderr: /is in use by another Perfbook/ })
  lock.release()
  const sqlite = connect(file)
  sqlite.exec("INSERT INTO kysely_migration (name, timestamp) VALUES ('9999_later', '')")
  t.match(await copy(folder, target), { status: 1, stderr: /A later version of Perfbook/ })
  sqlite.exec("DELETE FROM kysely_migration WHERE name > '0002'")
  t.match(await copy(folder, target), { status: 1, stderr: /schema of an older version/ })
  sqlite.close()
  t.match(await copy(join(folder, 'none'), target), { status: 1, stderr: /There is no database in/ })
  t.strictSame(await ask(target, relations), [])
})

t.test('the password is never shown', { skip: noPostgres }, async (t) => {
  const { folder } = await fillFolder(join(testFolder(t), 'data'))
  const { connection: { port, database } } = await testPostgres(t)
  // By the network, where the server asks for passwords.
  const host = '127.0.0.1'
  for (const address of [
    `postgres://perfbook:S3cret-%2F@${host}:${port}/${database}`, `postgres://perfbook:S3cret-/@${host}:${port}/x`,
    `postgres://perfbook:S3cret-@${host}:1/${database}`, `postgres://perfbook:perfbook@${host}:${port}/S3gone`,
  ]) {
    const { status, stdout, stderr } = await perfbook(folder, ['copy', '--to-database', address])
    t.ok(status > 0)
    t.notMatch(stdout + stderr, /S3cret/)
  }
  t.match(await perfbook(folder, ['copy']), { status: 2, stderr: /--to-database or --to-database-file/ })
})

t.test('NUL characters are left out, and it says so', { skip: noPostgres }, async (t) => {
  const { folder, file } = await fillFolder(join(testFolder(t), 'data'))
  const target = await testPostgres(t)
  const sqlite = connect(file)
  sqlite.exec("UPDATE students SET last_name = 'A' || char(0) || 'B' WHERE id = 1")
  sqlite.close()
  t.match(await copy(folder, target), { status: 0, stderr: / 1 NUL character was left out of texts/ })
  t.strictSame(await ask(target, 'SELECT last_name FROM students WHERE id = 1'), [{ last_name: 'AB' }])
  t.match(await copy(folder, target), { status: 0, stderr: /^Everything is there/ })
})
