import { join } from 'node:path'
import t from 'tap'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { createLocalDelivery } from '../../src/jobs/delivery/local.ts'
import { deliveryContract } from '../contracts/delivery.contract.ts'
import { createTestClock } from '../support/clock.ts'
import { testFolder } from '../support/test-folder.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }

await deliveryContract(t, async (t) => {
  const clock = createTestClock()
  const db = await openDatabase(sqliteFile(join(testFolder(t, {}), 'perfbook.sqlite')), { now: clock.now })
  t.teardown(() => db.close())
  return {
    db,
    clock,
    async open () {
      const delivery = createLocalDelivery({ db, clock, log })
      t.teardown(async () => {
        await delivery.stop()
        await delivery.close()
      })
      return delivery
    },
  }
})
