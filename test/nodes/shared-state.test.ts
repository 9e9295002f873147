import t, { type Test } from 'tap'
import { openDatabase, type DatabaseLocation } from '../../db/index.ts'
import { createDatabaseState } from '../../src/nodes/database-state.ts'
import { createMemoryState } from '../../src/nodes/memory-state.ts'
import { sharedStateContract } from '../contracts/shared-state.contract.ts'
import { noPostgres, testPostgres } from '../support/postgres.ts'

function inMemory () {
  const clock = { now: 1_000_000 }
  return { state: createMemoryState({ now: () => clock.now }), clock }
}

t.test('in memory', (t) => sharedStateContract(t, async () => {
  const { state, clock } = inMemory()
  return { nodes: [state, state], clock }
}))

t.test('in memory: a clock that is set back starts a new window', async (t) => {
  const { state, clock } = inMemory()
  const limit = { windowMs: 60_000, most: 10 }
  for (let i = 0; i < 5; i++) await state.count({ kind: 'clicks', key: '1' }, limit)
  clock.now -= 3_600_000
  t.strictSame(await state.count({ kind: 'clicks', key: '1' }, limit), { count: 1, leftMs: 60_000 })
})

t.test('in memory: what is kept is bounded, and one kind does not remove another', async (t) => {
  const { state } = inMemory()
  const ticket = { kind: 'ticket', key: '1' }
  t.ok(await state.claim(ticket, 600_000))
  const click = async (i: number) => {
    const { count } = await state.count({ kind: 'clicks', key: `${i}` }, { windowMs: 60_000, most: 10 })
    return count
  }
  for (let i = 0; i < 50_000; i++) await click(i)
  t.equal(await click(0), 1, 'forgotten')
  t.equal(await click(49_999), 2)
  t.equal(await state.claim(ticket, 600_000), undefined)
})

async function openNode (t: Test, location: DatabaseLocation, clock?: { now: number }) {
  const db = await openDatabase(location)
  t.teardown(() => db.close())
  const at = clock === undefined ? undefined : () => clock.now
  return { db, state: createDatabaseState({ db, at }) }
}

t.test('in PostgreSQL', { skip: noPostgres }, (t) => sharedStateContract(t, async (t) => {
  const location = await testPostgres(t, { mayHaveTables: true })
  const clock = { now: 1_000_000 }
  const [one, other] = [await openNode(t, location, clock), await openNode(t, location, clock)]
  return { nodes: [one.state, other.state], clock }
}))

t.test('in PostgreSQL, by its own clock', { skip: noPostgres }, async (t) => {
  const location = await testPostgres(t, { mayHaveTables: true })
  const [{ state: a, db }, { state: b }] = [await openNode(t, location), await openNode(t, location)]
  const before = await db.now()
  const { count, leftMs } = await a.count({ kind: 'clicks', key: '1' }, { windowMs: 3_600_000, most: 10 })
  t.equal(count, 1)
  t.ok(leftMs > 3_500_000 && leftMs <= 3_600_000)
  t.equal((await b.count({ kind: 'clicks', key: '1' }, { windowMs: 3_600_000, most: 10 })).count, 2)
  const bucket = { kind: 'guesses', key: '1', room: 1, drainMs: 3_600_000 }
  t.equal(await a.fill([bucket]), 0)
  const waitMs = await b.fill([bucket])
  t.ok(waitMs > 3_500_000 && waitMs <= 3_600_000)
  t.ok(await a.claim({ kind: 'ticket', key: '1' }, 3_600_000))
  t.equal(await b.claim({ kind: 'ticket', key: '1' }, 3_600_000), undefined)
  const { at } = await db.reads.selectFrom('shared_counters').select('at').orderBy('at').limit(1)
    .executeTakeFirstOrThrow()
  t.ok(at >= before && at <= await db.now())
})

t.test('in PostgreSQL: only hashes are stored, and polls stay cached', { skip: noPostgres }, async (t) => {
  const { db, state } = await openNode(t, await testPostgres(t, { mayHaveTables: true }), { now: 1_000_000 })
  const key = 'teacher@example.edu'
  // Without a reason, there is a new number every half second: that part is taken off.
  const changes = (): number => {
    const halves = Math.floor(performance.now() / 500)
    const change = db.change()
    return halves === Math.floor(performance.now() / 500) ? change - halves : changes()
  }
  const before = changes()
  await state.count({ kind: 'clicks', key }, { windowMs: 60_000, most: 10 })
  await state.fill([{ kind: 'guesses', key, room: 5, drainMs: 60_000 }])
  await state.claim({ kind: 'ticket', key }, 60_000)
  t.equal(changes(), before)
  const rows = [
    ...await db.reads.selectFrom('shared_counters').selectAll().execute(),
    ...await db.reads.selectFrom('shared_claims').selectAll().execute(),
  ]
  t.equal(rows.length, 3)
  t.notMatch(JSON.stringify(rows), /teacher|example/)
})

t.test('in PostgreSQL: a full window costs no more writes', { skip: noPostgres }, async (t) => {
  const clock = { now: 1_000_000 }
  const { db, state } = await openNode(t, await testPostgres(t, { mayHaveTables: true }), clock)
  for (let i = 0; i < 20; i++) await state.count({ kind: 'clicks', key: '1' }, { windowMs: 60_000, most: 3 })
  const { level } = await db.reads.selectFrom('shared_counters').select('level').executeTakeFirstOrThrow()
  t.equal(level, 4)
})
