import t from 'tap'
import { createTurns, TooManyWaitError } from '../../../src/features/accounts/turns.ts'

t.test('so many at once, so many wait, the rest is refused; a failure gives its turn on', async (t) => {
  const turns = createTurns({ atOnce: 2, waiting: 2 })
  const started: number[] = []
  const gates = Array.from({ length: 4 }, () => Promise.withResolvers<number>())
  const work = gates.map(({ promise }, i) => turns.take(() => { started.push(i); return promise }))
  t.strictSame(started, [0, 1])
  t.ok(await turns.take(async () => 1).catch((error: unknown) => error) instanceof TooManyWaitError)
  gates[0]!.reject(new Error('no'))
  await t.rejects(work[0]!, /no/)
  t.strictSame(started, [0, 1, 2])
  for (const gate of gates.slice(1)) gate.resolve(7)
  t.strictSame(await Promise.all(work.slice(1)), [7, 7, 7])
  t.strictSame(started, [0, 1, 2, 3])
  t.equal(await turns.take(async () => 5), 5)
})
