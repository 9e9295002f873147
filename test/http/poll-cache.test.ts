import t from 'tap'
import type { ChangesOf } from '../../db/index.ts'
import { createEstimateCache, createPollCache } from '../../src/http/poll-cache.ts'

function createTestCache () {
  const world = { change: 1, changeOfPeople: 1, now: 1_000_000 }
  const change = (of?: ChangesOf) => of === 'people' ? world.changeOfPeople : world.change
  const cache = createPollCache({ db: { change }, now: () => world.now })
  let reads = 0
  return { world, cache, next: () => cache.get('number', async () => ++reads) }
}

t.test('a value is kept until the next commit, for at most a second', async (t) => {
  const { world, next } = createTestCache()
  t.strictSame([await next(), await next()], [1, 1])
  world.now += 999
  t.equal(await next(), 1)
  world.now += 1
  t.equal(await next(), 2, 'after a second')
  world.change++
  t.equal(await next(), 3, 'after a commit')
  world.now -= 60_000
  t.equal(await next(), 4, 'after the clock was set back')
  t.equal(await next(), 4)
})

t.test('a value stays cached after a commit that changes something else', async (t) => {
  const { world, cache, next } = createTestCache()
  let reads = 0
  const people = () => cache.get('people', async () => ++reads, 'people')
  t.strictSame([await people(), await next()], [1, 1])
  world.change++
  t.strictSame([await people(), await next()], [1, 2])
  world.changeOfPeople++
  t.strictSame([await people(), await next()], [2, 2])
  world.now += 1000
  t.strictSame([await people(), await next()], [3, 3], 'but for at most a second')
})

t.test('what estimates are based on is kept for five seconds', async (t) => {
  const world = { now: 1_000_000 }
  const cache = createEstimateCache({ now: () => world.now })
  let reads = 0
  const next = () => cache.get('number', async () => ++reads)
  t.equal(await next(), 1)
  world.now += 4999
  t.equal(await next(), 1)
  world.now += 1
  t.equal(await next(), 2)
})

t.test('requests at the same time share one read', async (t) => {
  const { next } = createTestCache()
  t.strictSame(await Promise.all([next(), next(), next()]), [1, 1, 1])
})

t.test('a read that a commit overtakes is not kept', async (t) => {
  const { world, cache, next } = createTestCache()
  const before = Promise.withResolvers<number>()
  const pending = cache.get('slow', () => before.promise)
  world.change++
  t.equal(await next(), 1)
  before.resolve(7)
  t.equal(await pending, 7)
  t.equal(await cache.get('slow', async () => 8), 8)
})

t.test('errors and missing values are not kept', async (t) => {
  const { cache } = createTestCache()
  const fail = async (): Promise<never> => { throw new Error('unavailable') }
  await t.rejects(cache.get('key', fail), { message: 'unavailable' })
  t.equal(await cache.get<number | undefined>('key', async () => undefined), undefined)
  t.equal(await cache.get('key', async () => 1), 1)
  t.equal(await cache.get('key', async () => 2), 1)
})

t.test('the number of entries is limited', async (t) => {
  const { cache, next } = createTestCache()
  await next()
  for (let i = 0; i < 10_000; i++) await cache.get(`key ${i}`, async () => i)
  t.equal(await next(), 2)
})
