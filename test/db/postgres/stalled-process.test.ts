// A process that is stalled for a while, as on a paused or busy host, does not take that for an outage.
import t from 'tap'
import { openDatabase, type Outage } from '../../../db/index.ts'
import { liveNodes } from '../../../db/queries/nodes.ts'
import { noPostgres, testPostgres } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'

/** Longer than a server may be silent. */
const STALLED_MS = 4000

const stall = () => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STALLED_MS) }

t.test('a process that is stalled while a query is under way', { skip: noPostgres }, async (t) => {
  const outages: Array<Outage | undefined> = []
  let [isDue, wasStalled] = [false, false]
  const db = await openDatabase(await testPostgres(t, { mayHaveTables: true }), {
    isImpatient: true,
    onOutage: (outage) => { outages.push(outage) },
    node: {
      id: 'a1', name: 'one', role: 'all', version: '1', threads: 1, sharesFiles: true,
      // Asked for a sign of life, which is sent at once.
      runningJobs () {
        if (isDue) setImmediate(() => { stall(); wasStalled = true })
        isDue = false
        return 0
      },
    },
  })
  t.teardown(() => db.close())
  const seenAt = async () => (await liveNodes(db.reads))[0]?.seen_at ?? 0
  isDue = true
  await until('it was stalled', () => wasStalled)
  const before = await seenAt()
  await until('it reports again', async () => await seenAt() > before)
  t.strictSame(outages, [])
  t.equal(db.connections()?.reconnects, 0)
})
