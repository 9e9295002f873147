// PostgreSQL as the database: what differs from SQLite is not to be noticed.
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { openBookReader, openDatabase, type Database, type Reads } from '../../../db/index.ts'
import { createStatementNames } from '../../../db/postgres/statement-names.ts'
import { noPostgres, testPostgres } from '../../support/postgres.ts'

async function open (t: Test, create?: string): Promise<Database> {
  const db = await openDatabase(await testPostgres(t, { create, mayHaveTables: true }))
  t.teardown(() => db.close())
  return db
}

const user = (email: string) => ({
  email, email_key: email, role: 'teacher' as const, first_name: null, last_name: null, password_hash: null,
  origin: 'account' as const, disabled_at: null, created_at: 1,
})

t.test('numbers are numbers; one that a double cannot hold is an error', { skip: noPostgres }, async (t) => {
  const db = await open(t)
  const { rows: [row] } = await sql<Record<string, unknown>>`SELECT count(*) AS count, sum(2::bigint) AS sum,
    1448668800123::bigint AS ms, 0.5::numeric AS half, 1.5::double precision AS real`.execute(db.reads)
  t.strictSame({ ...row }, { count: 1, sum: 2, ms: 1448668800123, half: 0.5, real: 1.5 })
  await t.rejects(sql`SELECT 9007199254740993::bigint`.execute(db.reads), /2\^53/)
})

t.test('texts sort by their bytes, whatever the locale of the server', { skip: noPostgres }, async (t) => {
  const db = await open(t, "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'")
  const emails = ['b', 'A', 'a', 'B', 'é', '-']
  await db.write((trx) => trx.insertInto('users').values(emails.map(user)).execute())
  const rows = await db.reads.selectFrom('users').select('email_key').orderBy('email_key').execute()
  t.strictSame(rows.map((row) => row.email_key), ['-', 'A', 'B', 'a', 'b', 'é'])
})

t.test('a write of one statement notifies, and tells what follows', { skip: noPostgres }, async (t) => {
  const db = await open(t)
  const told: number[] = []
  const heard = Promise.withResolvers<void>()
  const connected = Promise.withResolvers<void>()
  t.teardown(db.listen({
    notified (_topic, id) {
      told.push(id)
      if (id === 12) heard.resolve()
    },
    reconnected: connected.resolve,
  }))
  await connected.promise
  const seen: string[] = []
  const add = (email: string, id: number) => db.write(async (trx) => {
    trx.afterCommit(async () => {
      seen.push(...(await db.reads.selectFrom('users').select('email').execute()).map((row) => row.email))
    })
    return await trx.insertInto('users').values({ ...user(email), id })
      .returning(trx.notifying('job', id).as('notified')).execute()
  }, { isOneStatement: true })
  await add('a', 11)
  t.strictSame(seen, ['a'])
  await t.rejects(add('a', 13), { code: '23505' })
  t.strictSame(seen, ['a'], 'nothing follows from a statement that failed')
  await add('b', 12)
  await heard.promise
  t.strictSame(told, [11, 12])
})

t.test('a write of one statement refuses a second one', { skip: noPostgres }, async (t) => {
  const db = await open(t)
  const add = (emails: string[]) => db.write(async (trx) => {
    for (const email of emails) {
      await trx.insertInto('users').values(user(email)).returning(trx.time().as('at')).execute()
    }
  }, { isOneStatement: true })
  await add(['a'])
  await t.rejects(add(['b', 'c']), /has a second one/)
  const rows = await db.reads.selectFrom('users').select('email').orderBy('id').execute()
  t.strictSame(rows.map(({ email }) => email), ['a', 'b'], 'the second one was not written')
})

t.test('a write is all or nothing, and tells what follows from it', { skip: noPostgres }, async (t) => {
  const db = await open(t)
  const before = db.change()
  const seen: string[] = []
  await t.rejects(db.write(async (trx) => {
    trx.afterCommit(() => { seen.push('never') })
    await trx.insertInto('users').values(user('a')).execute()
    throw new Error('no')
  }), /no/)
  await db.write(async (trx) => {
    await trx.insertInto('users').values(user('b')).execute()
    trx.afterCommit(async () => {
      seen.push(String((await db.reads.selectFrom('users').select('email').execute()).length))
    })
  })
  t.strictSame(seen, ['1'])
  t.not(db.change(), before)
})

t.test('a named lock makes writes take turns', { skip: noPostgres }, async (t) => {
  const db = await open(t)
  await db.write((trx) => trx.insertInto('erasure_keys').values({ id: 1, secret: '0' }).execute())
  await Promise.all(Array.from({ length: 20 }, () => db.write(async (trx) => {
    await trx.lock('counter')
    const { secret } = await trx.selectFrom('erasure_keys').select('secret').executeTakeFirstOrThrow()
    await trx.updateTable('erasure_keys').set({ secret: String(Number(secret) + 1) }).execute()
  })))
  const { secret } = await db.reads.selectFrom('erasure_keys').select('secret').executeTakeFirstOrThrow()
  t.equal(secret, '20')
})

t.test('writes that wait for each other are tried again', { skip: noPostgres }, async (t) => {
  const db = await open(t)
  await db.write((trx) => trx.insertInto('users').values([user('a'), user('b')]).execute())
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const both = async (keys: readonly string[], mine: PromiseWithResolvers<void>, other: Promise<void>) => {
    await db.write(async (trx) => {
      for (const key of keys) {
        await trx.updateTable('users').set({ last_name: keys.join('') })
          .where('email_key', '=', key).execute()
        mine.resolve()
        await other
      }
    })
  }
  await Promise.all([
    both(['a', 'b'], first, second.promise),
    both(['b', 'a'], second, first.promise),
  ])
  const names = await db.reads.selectFrom('users').select('last_name').execute()
  t.equal(new Set(names.map((row) => row.last_name)).size, 1)
})

t.test('a book reader sees one state of the database', { skip: noPostgres }, async (t) => {
  const db = await open(t)
  const reader = openBookReader(db.location)
  t.teardown(() => reader.close())
  const count = async (reads: Database['reads']) =>
    (await reads.selectFrom('users').select('id').execute()).length
  await reader.read(async (snapshot) => {
    t.equal(await count(snapshot), 0)
    await db.write((trx) => trx.insertInto('users').values(user('a')).execute())
    t.equal(await count(snapshot), 0)
    await t.rejects(sql`DELETE FROM users`.execute(snapshot), { cause: { code: '25006' } })
  }).catch(() => {})
  t.equal(await reader.read(count), 1)
})

t.test('the audit log cannot be changed', { skip: noPostgres }, async (t) => {
  const db = await open(t)
  await sql`INSERT INTO audit_log (at, action, outcome, via)
    VALUES (1, 'a', 'done', 'command')`.execute(db.reads)
  await t.rejects(sql`UPDATE audit_log SET action = 'b'`.execute(db.reads), /append-only/)
})

t.test('statements keep working when a newer node adds a column', { skip: noPostgres }, async (t) => {
  const db = await open(t)
  const reader = openBookReader(db.location)
  t.teardown(() => reader.close())
  const users = (reads: Reads) => reads.selectFrom('users').selectAll().execute()
  const add = (email: string) => db.write(async (trx) => {
    await users(trx)
    return await trx.insertInto('users').values(user(email)).returningAll().executeTakeFirst()
  })
  /** Several connections at once, each with its own plans. */
  const atOnce = async () => {
    const all = [1, 2, 3].flatMap(() => [users(db.reads), reader.read(users)])
    return (await Promise.all(all)).map((rows) => Object.keys(rows[0] ?? {}))
  }
  await add('a')
  await atOnce()
  await sql`ALTER TABLE users ADD COLUMN new_one integer DEFAULT 5`.execute(db.reads)
  t.match(await add('b'), { email: 'b', new_one: 5 })
  await sql`ALTER TABLE users ADD COLUMN new_two integer`.execute(db.reads)
  for (const columns of await atOnce()) t.ok(columns.includes('new_two'), 'of a table as it is now')
})

t.test('plans are kept for a limited number of statements', async (t) => {
  const names = createStatementNames()
  const first = names.of('select 1', [])
  t.ok(first)
  t.equal(names.of('select 1', []), first)
  t.notOk(names.of('BEGIN; DROP TABLE users; COMMIT;', []), 'several statements')
  t.notOk(names.of('begin', []), 'nothing to plan')
  t.notOk(names.of('select $1', Array.from({ length: 31 })), 'a long list of values')
  names.renew()
  t.not(names.of('select 1', []), first, 'planned again')
  for (let i = 0; i < 1000; i++) names.of(`select ${i}`, [])
  t.notOk(names.of('select 1000', []), 'no more')
  t.ok(names.of('select 1', []))
})
