import t from 'tap'
import { networkOf } from '../../src/accounts/network.ts'
import { createSignInLimit } from '../../src/accounts/sign-in-limit.ts'
import { createMemoryState } from '../../src/nodes/memory-state.ts'

function start () {
  const clock = { now: 1_000_000 }
  const limit = createSignInLimit({ shared: createMemoryState({ now: () => clock.now }) })
  const attempt = (
    account: string,
    address: string,
    isKnownThere = false
  ) => ({ account, network: networkOf(address), isKnownThere })
  return { clock, limit, attempt }
}

t.test('an account: ten failures, then one each half minute; never locked', async (t) => {
  const { clock, limit, attempt } = start()
  for (let i = 0; i < 10; i++) t.equal(await limit.begin(attempt('a', `10.0.0.${i}`)), 0)
  t.equal(await limit.begin(attempt('a', '10.0.0.99')), 30_000)
  t.equal(await limit.begin(attempt('a', '10.0.0.99')), 30_000, 'asking too early costs nothing')
  t.equal(await limit.begin(attempt('b', '10.0.0.99')), 0, 'another account is not slowed down')
  t.equal(await limit.begin(attempt('a', '10.0.0.99', true)), 0, 'nor where they have signed in')
  clock.now += 29_999
  t.equal(await limit.begin(attempt('a', '10.0.0.98')), 1)
  clock.now += 1
  t.equal(await limit.begin(attempt('a', '10.0.0.98')), 0)
  t.equal(await limit.begin(attempt('a', '10.0.0.98')), 30_000)
})

t.test('an address: fifty failures over all accounts; one network of IPv6 is one address', async (t) => {
  const { clock, limit, attempt } = start()
  for (let i = 0; i < 50; i++) {
    t.equal(await limit.begin(attempt(`a${i}`, `2001:db8:0:7:${i.toString(16)}::1`)), 0)
  }
  t.equal(await limit.begin(attempt('x', '2001:db8:0:7:ffff:ffff::')), 6_000)
  t.equal(await limit.begin(attempt('x', '2001:db8::7:0:0:0:9')), 6_000, 'in another spelling')
  t.equal(await limit.begin(attempt('x', '2001:db8:0:8::1')), 0)
  t.equal(await limit.begin(attempt('x', '::ffff:10.0.0.1')), 0)
  clock.now += 6_000
  t.equal(await limit.begin(attempt('x', '2001:db8:0:7::1')), 0)
})

t.test('a user at a known address: ten failures, then one each 90 s, regardless of others', async (t) => {
  const { clock, limit, attempt } = start()
  for (let i = 0; i < 60; i++) await limit.begin(attempt(`made-up-${i}`, '10.0.0.1'))
  for (let i = 0; i < 20; i++) await limit.begin(attempt('a', `10.0.1.${i}`))
  t.equal(
    await limit.begin(attempt('b', '10.0.0.1')),
    6_000,
    'the address is full for accounts that are not known there'
  )
  const tried = await Promise.all(
    Array.from({ length: 25 }, () => limit.begin(attempt('a', '10.0.0.1', true)))
  )
  t.strictSame(tried, [...Array<number>(10).fill(0), ...Array<number>(15).fill(90_000)])
  t.equal(await limit.begin(attempt('b', '10.0.0.1', true)), 0, 'a colleague is not slowed down by that')
  t.equal(
    await limit.begin(attempt('a', '10.0.0.2', true)),
    0,
    'nor the same user at another address that they know'
  )
  clock.now += 90_000
  t.equal(await limit.begin(attempt('a', '10.0.0.1', true)), 0)
  t.equal(await limit.begin(attempt('a', '10.0.0.1', true)), 90_000)
  clock.now += 15 * 60_000
  for (let i = 0; i < 10; i++) t.equal(await limit.begin(attempt('a', '10.0.0.1', true)), 0)
  t.equal(await limit.begin(attempt('a', '10.0.0.1', true)), 90_000)
})

t.test('successful sign-ins are not counted', async (t) => {
  const { limit, attempt } = start()
  for (let i = 0; i < 500; i++) {
    t.equal(await limit.begin(attempt('a', '10.0.0.1')), 0)
    await limit.succeeded(attempt('a', '10.0.0.1'))
  }
})

t.test('a clock that is set back neither frees nor locks out anyone', async (t) => {
  const { clock, limit, attempt } = start()
  for (let i = 0; i < 10; i++) await limit.begin(attempt('a', '10.0.0.1'))
  clock.now -= 900_000
  t.equal(await limit.begin(attempt('a', '10.0.0.1')), 30_000)
})

t.test('memory is bounded', async (t) => {
  const { limit, attempt } = start()
  const crowd = async (name: string, net: number) => {
    for (let i = 0; i < 30_000; i++) {
      await limit.begin(attempt(`${name}${i}`, `${net}.${i >> 16}.${(i >> 8) & 255}.${i & 255}`))
    }
  }
  await crowd('a', 10)
  t.equal(await limit.begin(attempt('a29999', '10.0.117.47')), 0)
  for (let i = 0; i < 10; i++) await limit.begin(attempt('teacher', '192.0.2.1', true))
  await crowd('b', 11)
  t.equal(
    await limit.begin(attempt('teacher', '192.0.2.1', true)),
    90_000,
    'filling the others does not empty this one'
  )
})
