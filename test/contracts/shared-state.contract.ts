// What shared state must do, wherever it is kept: run it with `sharedStateContract(t, make)`. `make` gives
// the new, empty state of two nodes. For a single node, both are the same.
import type { Test } from 'tap'
import type { Bucket, SharedState } from '../../src/nodes/shared-state.ts'

export interface TwoNodes {
  nodes: readonly [SharedState, SharedState]
  /** The test moves it. */
  clock: { now: number }
}

export async function sharedStateContract (t: Test, make: (t: Test) => Promise<TwoNodes>): Promise<void> {
  await t.test('a window counts over all nodes, and ends', async (t) => {
    const { nodes: [a, b], clock } = await make(t)
    const one = { kind: 'clicks', key: 'user 1' }
    const limit = { windowMs: 60_000, most: 100 }
    t.strictSame(await a.count(one, limit), { count: 1, leftMs: 60_000 })
    clock.now += 20_000
    t.strictSame(await b.count(one, limit), { count: 2, leftMs: 40_000 })
    t.strictSame(await b.count({ ...one, key: 'user 2' }, limit), { count: 1, leftMs: 60_000 })
    t.strictSame(await b.count({ ...one, kind: 'uploads' }, limit), { count: 1, leftMs: 60_000 })
    clock.now += 39_999
    t.strictSame(await a.count(one, limit), { count: 3, leftMs: 1 })
    clock.now += 1
    t.strictSame(await b.count(one, limit), { count: 1, leftMs: 60_000 }, 'a new window')
  })

  await t.test('at the same instant, each one counts', async (t) => {
    const { nodes: [a, b] } = await make(t)
    const limit = { windowMs: 60_000, most: 100 }
    const counts = await Promise.all(Array.from({ length: 40 }, async (_, i) => {
      const { count } = await (i % 2 === 0 ? a : b).count({ kind: 'clicks', key: '1' }, limit)
      return count
    }))
    t.strictSame(counts.sort((x, y) => x - y), Array.from({ length: 40 }, (_, i) => i + 1))
  })

  await t.test('beyond the limit, the window still ends, and others count', async (t) => {
    const { nodes: [a, b], clock } = await make(t)
    const limit = { windowMs: 60_000, most: 2 }
    const one = { kind: 'clicks', key: '1' }
    for (let i = 0; i < 5; i++) await a.count(one, limit)
    for (const node of [a, b, a]) t.ok((await node.count(one, limit)).count > 2)
    clock.now += 30_000
    t.equal((await a.count(one, limit)).leftMs, 30_000)
    t.equal((await a.count({ kind: 'clicks', key: '2' }, limit)).count, 1)
    clock.now += 30_000
    for (const [i, node] of [a, b].entries()) t.equal((await node.count(one, limit)).count, i + 1)
  })

  await t.test('buckets fill over all nodes, and drain', async (t) => {
    const { nodes: [a, b], clock } = await make(t)
    const bucket: Bucket = { kind: 'guesses', key: '1', room: 4, drainMs: 1000 }
    for (const node of [a, b, a, b]) t.equal(await node.fill([bucket]), 0)
    for (const node of [a, b]) t.equal(await node.fill([bucket]), 1000, 'asking too early costs nothing')
    clock.now += 400
    t.equal(await a.fill([bucket]), 600)
    clock.now += 600
    t.equal(await b.fill([bucket]), 0)
    t.equal(await a.fill([bucket]), 1000)
    await a.empty([bucket])
    t.equal(await b.fill([bucket]), 0, 'what was taken back by one node is free for the other')
    clock.now += 3_600_000
    for (const node of [a, b, a, b]) t.equal(await node.fill([bucket]), 0)
    t.equal(await a.fill([bucket]), 1000, 'an empty bucket has no more room than that')
  })

  await t.test('several buckets: all of them or none', async (t) => {
    const { nodes: [a, b] } = await make(t)
    const small: Bucket = { kind: 'account', key: '1', room: 1, drainMs: 5000 }
    const large: Bucket = { kind: 'address', key: '1', room: 2, drainMs: 9000 }
    t.equal(await a.fill([large, small]), 0)
    for (let i = 0; i < 5; i++) t.equal(await b.fill([large, small]), 5000)
    t.equal(await a.fill([small, large]), 5000, 'in any order')
    t.equal(await b.fill([large]), 0, 'the refused ones took no room of the other bucket')
    t.equal(await b.fill([large, { ...small, key: '2' }]), 9000)
    await a.empty([large, small])
    t.equal(await a.fill([large, small]), 0)
  })

  await t.test('at the same instant, a bucket takes what it has room for', async (t) => {
    const { nodes: [a, b] } = await make(t)
    const account: Bucket = { kind: 'account', key: '1', room: 10, drainMs: 30_000 }
    const waits = await Promise.all(Array.from({ length: 40 }, (_, i) =>
      (i % 2 === 0 ? a : b).fill([{ kind: 'address', key: `${i}`, room: 50, drainMs: 6000 }, account])))
    t.equal(waits.filter((ms) => ms === 0).length, 10)
    t.strictSame([...new Set(waits)].sort(), [0, 30_000])
  })

  await t.test('a bucket that is emptied more than it was filled is empty', async (t) => {
    const { nodes: [a] } = await make(t)
    const bucket: Bucket = { kind: 'guesses', key: '1', room: 1, drainMs: 1000 }
    await a.empty([bucket])
    await a.empty([bucket])
    t.equal(await a.fill([bucket]), 0)
    t.equal(await a.fill([bucket]), 1000)
  })

  await t.test('a value has one holder at a time', async (t) => {
    const { nodes: [a, b], clock } = await make(t)
    const ticket = { kind: 'ticket', key: 'x' }
    const all = await Promise.all(Array.from({ length: 20 }, (_, i) =>
      (i % 2 === 0 ? a : b).claim(ticket, 5000)))
    const held = all.filter((claim) => claim !== undefined)
    t.equal(held.length, 1)
    t.ok(await a.claim({ ...ticket, key: 'y' }, 5000))
    t.ok(await a.claim({ ...ticket, kind: 'link' }, 5000))
    await held[0]?.release()
    const next = await b.claim(ticket, 5000)
    t.ok(next, 'released')
    await held[0]?.release()
    t.equal(await a.claim(ticket, 5000), undefined, 'only its holder releases it')
    clock.now += 4999
    t.equal(await a.claim(ticket, 5000), undefined)
    clock.now += 1
    t.ok(await a.claim(ticket, 5000), 'its time is over')
    await next?.release()
    t.equal(await b.claim(ticket, 5000), undefined, 'a late release frees nothing')
  })
}
