import t from 'tap'
import { createMemoryState } from '../../src/nodes/memory-state.ts'
import { sharedStateContract } from '../contracts/shared-state.contract.ts'

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
