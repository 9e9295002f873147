import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { openDatabase } from '../../db/index.ts'
import { databaseClock } from '../../src/nodes/database-clock.ts'
import { noPostgres, testPostgres } from '../support/postgres.ts'
import { createTestClock } from '../support/clock.ts'

t.test('the clock follows the clock of the server', async (t) => {
  const timers = createTestClock()
  const server = { time: 5_000_000, isDown: false, tookMs: 20 }
  let machine = 100
  const clock = await databaseClock({
    db: {
      engine: 'postgres',
      async now () {
        if (server.isDown) throw new Error('unavailable')
        machine += server.tookMs / 2
        const { time } = server
        machine += server.tookMs / 2
        return time
      },
    },
    monotonic: () => machine,
    after: timers.after,
  })
  const compared = async () => {
    timers.advance(5000)
    await turn()
  }
  t.equal(clock.now(), 5_000_010, 'half of the time that the question took')
  machine += 1000
  t.equal(clock.now(), 5_001_010)
  server.time = 4_000_000
  await compared()
  t.equal(clock.now(), 4_000_010, 'a server whose clock is behind, after a failover')
  server.tookMs = 4000
  server.time = 9_000_000
  await compared()
  t.equal(clock.now(), 4_004_010, 'a slow answer says nothing')
  server.isDown = true
  await compared()
  machine += 1
  t.equal(clock.now(), 4_004_011)
  Object.assign(server, { isDown: false, tookMs: 0, time: 6_000_000 })
  await compared()
  t.equal(clock.now(), 6_000_000, 'it asks again')
  clock.stop()
  server.time = 7_000_000
  await compared()
  t.equal(clock.now(), 6_000_000)
})

t.test('with a real server', { skip: noPostgres }, async (t) => {
  const db = await openDatabase(await testPostgres(t, { mayHaveTables: true }))
  t.teardown(() => db.close())
  const clock = await databaseClock({ db })
  t.teardown(() => { clock.stop() })
  const before = await db.now()
  const between = clock.now()
  const after = await db.now()
  // Half of a question's time may be in either direction, and a machine can be busy.
  t.ok(between >= before - 5000 && between <= after + 5000)
})
