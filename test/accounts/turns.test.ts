import t from 'tap'
import { createTurns } from '../../src/accounts/turns.ts'
import { hasCode } from '../../src/errors.ts'

t.test('the first lane goes before the other, and a full lane leaves room in the other', async (t) => {
  const turns = createTurns({ atOnce: 1, waiting: 2 })
  const order: string[] = []
  const gate = Promise.withResolvers<void>()
  const running = turns.take(() => gate.promise)
  const work = (name: string, lane: 'first' | 'other') =>
    turns.take(async () => {
      order.push(name)
    }, lane)
  const waiting = [work('guess 1', 'other'), work('guess 2', 'other')]
  const refusal = (one: Promise<void>) => one.catch((error: unknown) => error)
  t.ok(hasCode(await refusal(work('guess 3', 'other')), 'OVERLOADED'))
  waiting.push(work('teacher 1', 'first'), work('teacher 2', 'first'))
  t.ok(hasCode(await refusal(work('teacher 3', 'first')), 'OVERLOADED'))
  gate.resolve()
  await Promise.all([running, ...waiting])
  t.strictSame(order, ['teacher 1', 'teacher 2', 'guess 1', 'guess 2'])
})

t.test('limits on running and waiting; the rest is refused; a failure passes its turn on', async (t) => {
  const turns = createTurns({ atOnce: 2, waiting: 2 })
  const started: number[] = []
  const gates = Array.from({ length: 4 }, () => Promise.withResolvers<number>())
  const work = gates.map(({ promise }, i) =>
    turns.take(() => {
      started.push(i)
      return promise
    })
  )
  t.strictSame(started, [0, 1])
  await t.rejects(turns.take(async () => 1), { code: 'OVERLOADED' })
  gates[0]!.reject(new Error('no'))
  await t.rejects(work[0]!, /no/)
  t.strictSame(started, [0, 1, 2])
  for (const gate of gates.slice(1)) gate.resolve(7)
  t.strictSame(await Promise.all(work.slice(1)), [7, 7, 7])
  t.strictSame(started, [0, 1, 2, 3])
  t.equal(await turns.take(async () => 5), 5)
})
