import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { sql } from 'kysely'
import t from 'tap'
import { connect } from '../../db/sqlite/connection.ts'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { lockFolder } from '../../db/sqlite/folder-lock.ts'
import { migrations } from '../../db/migrations/all.ts'

const course = (sourceId: string) => ({
  source_id: sourceId,
  grouping: null,
  name: 'Physics',
  school: null,
  term: null,
  starts_on: null,
  ends_on: null,
  imported_time_zone: 'UTC',
  set_time_zone: null,
  imported_missing_counts: 'ignored' as const,
  set_missing_counts: null,
  created_at: 1,
  updated_at: 1,
})

t.test('a new database gets all migrations, an old one only what it lacks', async (t) => {
  const file = join(t.testdir(), 'new', 'perfbook.sqlite')
  const first = await openDatabase(sqliteFile(file))
  await first.write((trx) => trx.insertInto('courses').values(course('c1')).execute())
  await first.close()
  const second = await openDatabase(sqliteFile(file))
  t.teardown(() => second.close())
  t.equal((await second.reads.selectFrom('courses').selectAll().execute()).length, 1)
  const sqlite = connect(file, { readonly: true })
  t.teardown(() => sqlite.close())
  t.strictSame(
    sqlite.prepare('SELECT name FROM kysely_migration ORDER BY name').pluck().all(),
    Object.keys(migrations)
  )
  t.equal(sqlite.pragma('journal_mode', { simple: true }), 'wal')
})

t.test('two first starts at once migrate one after the other', async (t) => {
  const file = join(t.testdir(), 'perfbook.sqlite')
  const both = await Promise.all([openDatabase(sqliteFile(file)), openDatabase(sqliteFile(file))])
  for (const db of both) {
    const steps = await sql<{ name: string }>`SELECT name FROM kysely_migration ORDER BY name`
      .execute(db.reads)
    t.strictSame(steps.rows.map(({ name }) => name), Object.keys(migrations))
    await db.close()
  }
})

t.test('a database that is newer than the program is refused and left alone', async (t) => {
  const file = join(t.testdir(), 'perfbook.sqlite')
  await (await openDatabase(sqliteFile(file))).close()
  const sqlite = connect(file)
  sqlite.prepare("INSERT INTO kysely_migration (name, timestamp) VALUES ('9999_future', '2099')").run()
  sqlite.close()
  for (const mayUpgrade of [false, true]) {
    await t.rejects(openDatabase(sqliteFile(file), { mayUpgrade }), { code: 'SCHEMA_TOO_NEW', message: /9999_future/ })
  }
})

t.test('foreign keys hold, and a transaction that fails leaves nothing', async (t) => {
  const db = await openDatabase(sqliteFile(join(t.testdir(), 'perfbook.sqlite')))
  t.teardown(() => db.close())
  await t.rejects(
    db.write(async (trx) => {
      await trx.insertInto('courses').values(course('c1')).execute()
      await trx.insertInto('periods').values({ course_id: 99, source_id: 'p', name: 'P', position: 0 })
        .execute()
    }),
    /FOREIGN KEY/
  )
  t.strictSame(await db.reads.selectFrom('courses').selectAll().execute(), [])
})

t.test('writes at once: each is all or nothing, sees those before it, and fails for itself', async (t) => {
  const db = await openDatabase(sqliteFile(join(t.testdir(), 'perfbook.sqlite')))
  t.teardown(() => db.close())
  const add = (sourceId: string, isBad = false) =>
    db.write(async (trx) => {
      await trx.insertInto('courses').values(course(sourceId)).execute()
      if (isBad) throw new Error(`not ${sourceId}`)
      return (await trx.selectFrom('courses').select('id').execute()).length
    })
  const outcomes = await Promise.allSettled([add('a'), add('b', true), add('c'), add('a'), add('d')])
  t.match(outcomes, [{ value: 1 }, { reason: { message: 'not b' } }, { value: 2 }, {
    reason: { code: 'SQLITE_CONSTRAINT_UNIQUE' },
  }, { value: 3 }])
  t.strictSame(
    (await db.reads.selectFrom('courses').select('source_id').orderBy('id').execute()).map((row) =>
      row.source_id
    ),
    ['a', 'c', 'd']
  )
  t.equal(await add('e'), 4, 'and goes on')
})

t.test('writes at once share the fate of their transaction', async (t) => {
  const db = await openDatabase(sqliteFile(join(t.testdir(), 'perfbook.sqlite')))
  t.teardown(() => db.close())
  const add = (sourceId: string) =>
    db.write((trx) => trx.insertInto('courses').values(course(sourceId)).execute())
  const ending = db.write(async (trx) => {
    await sql`ROLLBACK`.execute(trx)
  })
  const outcomes = await Promise.allSettled([add('a'), ending, add('b')])
  t.strictSame(outcomes.map(({ status }) => status), ['rejected', 'rejected', 'rejected'])
  t.strictSame(await db.reads.selectFrom('courses').selectAll().execute(), [])
  await add('c')
  t.equal((await db.reads.selectFrom('courses').selectAll().execute()).length, 1)
})

t.test('while another process writes, reads go on and a write waits without blocking', async (t) => {
  const file = join(t.testdir(), 'perfbook.sqlite')
  const db = await openDatabase(sqliteFile(file))
  t.teardown(() => db.close())
  const other = connect(file)
  other.exec('BEGIN IMMEDIATE')
  other.prepare(
    `INSERT INTO courses (source_id, name, imported_time_zone, imported_missing_counts, created_at,
      updated_at) VALUES (?, ?, ?, ?, 1, 1)`
  ).run('other', 'Other', 'UTC', 'ignored')
  let isWritten = false
  const write = db.write((trx) => trx.insertInto('courses').values(course('mine')).execute()).then(() => {
    isWritten = true
  })
  // Only a thread that is not blocked gets through these reads while the lock is held.
  for (let i = 0; i < 20; i++) t.strictSame(await db.reads.selectFrom('courses').select('id').execute(), [])
  t.equal(isWritten, false)
  other.exec('COMMIT')
  other.close()
  await write
  t.strictSame(
    (await db.reads.selectFrom('courses').select('source_id').orderBy('id').execute()).map((row) =>
      row.source_id
    ),
    ['other', 'mine']
  )
})

t.test('a write gives up after its time, and says why', async (t) => {
  const file = join(t.testdir(), 'perfbook.sqlite')
  const db = await openDatabase(sqliteFile(file), { lockTimeoutMs: 1 })
  const other = connect(file)
  t.teardown(async () => {
    other.close()
    await db.close()
  })
  other.exec('BEGIN IMMEDIATE')
  await t.rejects(db.write((trx) => trx.insertInto('courses').values(course('mine')).execute()), {
    code: 'SQLITE_BUSY',
  })
})

t.test('one process locks a data folder; the next learns which, and gets it after its death', async (t) => {
  const folder = t.testdir()
  const holder = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `
    import { lockFolder } from ${JSON.stringify(join(import.meta.dirname, '../../db/sqlite/folder-lock.ts'))}
    globalThis.lock = lockFolder(${
      JSON.stringify(folder)
    }, { pid: process.pid, address: 'starting' })
    lock.describe('http://127.0.0.1:4711')
    process.stdout.write('held')
    setInterval(() => {}, 1000)
  `,
  ], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  t.throws(() => lockFolder(folder, { pid: 1, address: 'x' }), {
    code: 'FOLDER_IN_USE',
    message: new RegExp(`process ${holder.pid}, http://127.0.0.1:4711`),
  })
  const gone = once(holder, 'exit')
  holder.kill('SIGKILL')
  await gone
  const lock = lockFolder(folder, { pid: 2, address: 'next' })
  lock.release()
  lock.release()
  lockFolder(folder, { pid: 3, address: 'after' }).release()
})
