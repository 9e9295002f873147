import fc from 'fast-check'
import t from 'tap'
import { openDatabase } from '../../db/index.ts'
import { claimJob, endRun, nextJob } from '../../db/queries/job-claims.ts'
import { waitingJobs } from '../../db/queries/job-estimates.ts'
import { insertJob } from '../../db/queries/jobs.ts'
import { claimOrder } from '../../src/jobs/claim-order.ts'
import { testFolder } from '../support/test-folder.ts'

const NOW = 1000
const job = fc.record({
  owner: fc.constantFrom(null, 1, 2, 3),
  priority: fc.constantFrom(0, 0, 0, 10, -10),
  wasServed: fc.boolean(),
})

t.test('the order that is told is the order of the claims', async (t) => {
  const db = await openDatabase({ file: `${testFolder(t)}/perfbook.sqlite` })
  t.teardown(() => db.close())
  await fc.assert(
    fc.asyncProperty(fc.array(job, { maxLength: 14 }), async (wanted) => {
      await db.write((trx) => trx.deleteFrom('jobs').execute())
      const ids = await db.write(async (trx) => {
        const made: number[] = []
        for (const [i, { owner, priority, wasServed }] of wanted.entries()) {
          const row = await insertJob(trx, {
            kind: 'test',
            key: `key ${i}`,
            unique_key: `key ${i}`,
            state: 'queued',
            payload: '{}',
            owner_type: owner === null ? null : 'course',
            owner_id: owner,
            priority,
            run_after: 0,
            created_at: 0,
          })
          if (wasServed) {
            const run = await claimJob(trx, row.id, 1, null)
            await endRun(trx, run!, { state: 'succeeded', finished_at: 2 }, {
              finishedAt: 2,
              outcome: 'succeeded',
            })
          } else made.push(row.id)
        }
        return made
      })
      const told = claimOrder(await waitingJobs(db.reads), NOW)
      const claimed = await db.write(async (trx) => {
        const order: number[] = []
        for (
          let next = await nextJob(trx, { now: NOW, kinds: ['test'] });
          next !== undefined;
          next = await nextJob(trx, { now: NOW, kinds: ['test'] })
        ) {
          order.push(next.id)
          await claimJob(trx, next.id, NOW, null)
        }
        return order
      })
      t.strictSame([...told.keys()].sort((a, b) => told.get(a)! - told.get(b)!), claimed)
      t.strictSame(claimed.toSorted((a, b) => a - b), ids)
    }),
    { numRuns: 40 }
  )
})

t.test('what is not due yet comes last, by its time', async (t) => {
  const waiting = (
    id: number,
    runAfter: number,
    priority = 0
  ) => ({ id, kind: 'test', owner_type: 'course', owner_id: id, priority, run_after: runAfter, served: 0 })
  t.strictSame(
    claimOrder([waiting(1, 5000, 99), waiting(2, 0), waiting(3, 3000), waiting(4, NOW)], NOW),
    new Map([[2, 0], [4, 1], [3, 2], [1, 3]])
  )
  t.strictSame(claimOrder([], NOW), new Map())
})
