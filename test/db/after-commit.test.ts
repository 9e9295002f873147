// `trx.afterCommit`: what follows from a write happens when it is durable, and only then.
import { join } from 'node:path'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import type { OpenOptions } from '../../db/database.ts'
import { openDatabase, sqliteFile, type Database, type Trx } from '../../db/index.ts'

async function open (t: Test, options: OpenOptions = {}): Promise<Database> {
  const db = await openDatabase(sqliteFile(join(t.testdir(), 'perfbook.sqlite')), options)
  t.teardown(() => db.close())
  return db
}

const insert = (trx: Trx, hex: string) =>
  trx.insertInto('file_intents').values({ hex, created_at: 1 }).execute()

/** Committed rows. */
const rows = async (db: Database) =>
  (await db.reads.selectFrom('file_intents').select('hex').orderBy('hex').execute()).map((row) => row.hex)

t.test('callbacks run after the commit, in order, before the write resolves', async (t) => {
  const db = await open(t)
  const seen: unknown[] = []
  const result = await db.write(async (trx) => {
    trx.afterCommit(async () => { seen.push('first', await rows(db)) })
    await insert(trx, 'a')
    trx.afterCommit(() => { seen.push('second') })
    seen.push('work', await rows(db))
    return 'result'
  })
  t.equal(result, 'result')
  t.strictSame(seen, ['work', [], 'first', ['a'], 'second'])
})

t.test('a write that is rolled back calls nothing; the others of its transaction call theirs', async (t) => {
  const db = await open(t)
  const seen: string[] = []
  const add = (hex: string, isBad = false) => db.write(async (trx) => {
    trx.afterCommit(() => { seen.push(hex) })
    await insert(trx, hex)
    if (isBad) throw new Error(`not ${hex}`)
  })
  const outcomes = await Promise.allSettled([add('a'), add('b', true), add('c')])
  t.strictSame(outcomes.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled'])
  t.strictSame(seen, ['a', 'c'])
})

t.test('a transaction that fails as a whole calls nothing', async (t) => {
  const db = await open(t)
  const seen: string[] = []
  const add = (hex: string) => db.write(async (trx) => {
    trx.afterCommit(() => { seen.push(hex) })
    await insert(trx, hex)
  })
  const ending = db.write(async (trx) => { await sql`ROLLBACK`.execute(trx) })
  const outcomes = await Promise.allSettled([add('a'), ending, add('b')])
  t.strictSame(outcomes.map(({ status }) => status), ['rejected', 'rejected', 'rejected'])
  t.strictSame([seen, await rows(db)], [[], []])
})

t.test('a callback may write, and does not hold up the writes of others', async (t) => {
  const db = await open(t)
  let open1 = () => {}
  const gate = new Promise<void>((resolve) => { open1 = resolve })
  const first = db.write(async (trx) => {
    trx.afterCommit(async () => {
      await gate
      await db.write((trx) => insert(trx, 'by the callback'))
    })
    await insert(trx, 'a')
  })
  await db.write((trx) => insert(trx, 'b'))
  t.strictSame(await rows(db), ['a', 'b'])
  open1()
  await first
  t.strictSame(await rows(db), ['a', 'b', 'by the callback'])
})

t.test('an error in a callback is reported; the write succeeded and the other callbacks run', async (t) => {
  const errors: unknown[] = []
  const db = await open(t, { onCallbackError: (error) => { errors.push(error) } })
  const seen: string[] = []
  const result = await db.write(async (trx) => {
    await insert(trx, 'a')
    trx.afterCommit(() => { throw new Error('at once') })
    trx.afterCommit(async () => { throw new Error('later') })
    trx.afterCommit(() => { seen.push('third') })
    return 7
  })
  t.equal(result, 7)
  t.match(errors, [{ message: 'at once' }, { message: 'later' }])
  t.strictSame([seen, await rows(db)], [['third'], ['a']])
})

t.test('too late: a callback is refused once the work is done', async (t) => {
  const db = await open(t)
  const handle = await db.write(async (trx) => ({ trx }))
  t.throws(() => { handle.trx.afterCommit(() => {}) }, /afterCommit/)
})
