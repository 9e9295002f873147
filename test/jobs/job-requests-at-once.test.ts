// Requests to several nodes at the same instant, on one PostgreSQL. Each node has connections of its own.
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { openDatabase, type Database } from '../../db/index.ts'
import { jobRequests } from '../../db/queries/jobs.ts'
import { systemClock } from '../../src/jobs/clock.ts'
import { createPgBossDelivery } from '../../src/jobs/delivery/pg-boss.ts'
import { createJobQueue, type JobQueue, type JobRequest } from '../../src/jobs/job-queue.ts'
import { contractKind } from '../contracts/delivery.contract.ts'
import { noPostgres, testPostgres } from '../support/postgres.ts'
import { until } from '../support/until.ts'

interface Node {
  db: Database
  queue: JobQueue
  request: (key: string, requestedAt?: JobRequest['requestedAt']) => ReturnType<JobQueue['request']>
}

async function startNodes (t: Test, count: number, queueMax = 1000): Promise<Node[]> {
  const location = await testPostgres(t, { poolSize: 3, mayHaveTables: true })
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const clock = systemClock()
  const nodes: Node[] = []
  for (let i = 0; i < count; i++) {
    const db = await openDatabase(location)
    const delivery = await createPgBossDelivery({
      db, kinds: [contractKind('a')], clock, log, mayUpgrade: i === 0,
    })
    t.teardown(async () => {
      await delivery.close()
      await db.close()
    })
    const queue = createJobQueue({ db, queueMax, delivery, canceled: () => {} })
    const request: Node['request'] = (key, requestedAt) => db.write((trx) => queue.request(trx, {
      kind: 'a', key, payload: {}, owner: null, userId: null, inputVersion: null,
      requestedAt: requestedAt ?? trx.now,
    }))
    nodes.push({ db, queue, request })
  }
  return nodes
}

t.test('requests at the same instant', { skip: noPostgres }, async (t) => {
  t.test('eight clicks on eight nodes give one job, each with its request', async (t) => {
    const nodes = await startNodes(t, 8)
    for (const key of ['first', 'second', 'third']) {
      const tickets = await Promise.all(nodes.map((node) => node.request(key)))
      t.equal(new Set(tickets.map(({ job }) => job.id)).size, 1)
      t.equal(tickets.filter(({ joined }) => !joined).length, 1)
      t.equal((await jobRequests(nodes[0]!.db.reads, tickets[0]!.job.id)).length, 8)
    }
  })

  // An export's request locks its course to find its time. If two did so before they saw each other's job,
  // a third one that locks the job first would make a deadlock.
  t.test('a request finds its time after an earlier one of its key has queued the job', async (t) => {
    const [one, other] = await startNodes(t, 2) as [Node, Node]
    const gate = Promise.withResolvers<void>()
    const found: string[] = []
    const entered = Promise.withResolvers<void>()
    const first = one.request('key', async () => {
      entered.resolve()
      await gate.promise
      found.push('first')
      return await one.db.now()
    })
    await entered.promise
    const second = other.request('key', async () => {
      found.push('second')
      return await other.db.now()
    })
    await until('the second request waits', async () => {
      const { rows: [row] } = await sql<{ waiting: number }>`SELECT count(*) AS waiting FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(one.db.reads)
      return row?.waiting === 1 || found.length > 0
    })
    gate.resolve()
    t.match([await first, await second], [{ joined: false }, { joined: true }])
    t.strictSame(found, ['first', 'second'])
  })

  t.test('a queue with room for five takes five of forty', async (t) => {
    const nodes = await startNodes(t, 4, 5)
    const results = await Promise.allSettled(Array.from({ length: 40 }, (_, i) =>
      nodes[i % 4]!.request(`key ${i}`)
    ))
    t.equal(results.filter(({ status }) => status === 'fulfilled').length, 5)
    for (const result of results) {
      if (result.status === 'rejected') t.match(result.reason, { code: 'QUEUE_FULL' })
    }
    t.equal(await nodes[0]!.queue.countWaiting(), 5)
  })

  t.test('no request joins a job that is being canceled', async (t) => {
    const [one, other] = await startNodes(t, 2) as [Node, Node]
    for (let round = 0; round < 10; round++) {
      const { job } = await one.request('key')
      const [, ticket] = await Promise.all([
        one.queue.cancel(job.id, { userId: null, force: true }), other.request('key'),
      ])
      const row = await one.queue.find(ticket.job.id)
      // It came before the cancel, and was canceled with the job; or after it, and has a job of its own.
      t.equal(row?.state, ticket.job.id === job.id ? 'canceled' : 'queued')
      if (row?.state === 'queued') await one.queue.cancel(row.id, { userId: null, force: true })
    }
  })
})
