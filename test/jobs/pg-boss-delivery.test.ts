import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { openDatabase } from '../../db/index.ts'
import { startedWithTickets } from '../../db/queries/job-tickets.ts'
import type { RunnableKind } from '../../src/jobs/job-kind.ts'
import { createPgBossDelivery } from '../../src/jobs/delivery/pg-boss.ts'
import {
  contractKind, contractWorker, deliveryContract, queueJobs, type Site,
} from '../contracts/delivery.contract.ts'
import { createTestClock } from '../support/clock.ts'
import { noPostgres, testPostgres } from '../support/postgres.ts'
import { until } from '../support/until.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }

async function makeSite (t: Test, kinds: readonly RunnableKind[]): Promise<Site> {
  const location = await testPostgres(t, { mayHaveTables: true })
  const clock = createTestClock()
  const db = await openDatabase(location, { now: clock.now })
  t.teardown(() => db.close())
  return {
    db,
    clock,
    // Each node has connections of its own.
    async open () {
      const own = await openDatabase(location, { now: clock.now })
      const delivery = await createPgBossDelivery({ db: own, kinds, clock, log, mayUpgrade: true })
      t.teardown(async () => {
        await delivery.stop()
        await delivery.close()
        await own.close()
      })
      return delivery
    },
  }
}

t.test('pg-boss', { skip: noPostgres }, async (t) => {
  await deliveryContract(t, makeSite)

  const a = contractKind('a')
  const fetched = async ({ db }: Site) => (await sql<{ state: string, n: number }>`SELECT state, count(*) AS n
    FROM pgboss.job WHERE name = 'a' GROUP BY state ORDER BY state`.execute(db.reads)).rows

  t.test('the queues have the settings that takeover within seconds needs', async (t) => {
    const day = contractKind('day', { timeLimitMs: 48 * 3600_000 })
    const site = await makeSite(t, [a, day])
    await site.open()
    // Another version of the program with another limit.
    const changed = await openDatabase(site.db.location)
    const kinds = [contractKind('a', { timeLimitMs: 90_500 })]
    const options = { db: changed, kinds, clock: site.clock, log, mayUpgrade: true }
    await (await createPgBossDelivery(options)).close()
    await changed.close()
    const { rows } = await sql`SELECT name, policy, notify, heartbeat_seconds, retry_limit, expire_seconds
      FROM pgboss.queue WHERE name IN ('a', 'day') ORDER BY name`.execute(site.db.reads)
    const common = { policy: 'standard', notify: true, heartbeat_seconds: 10, retry_limit: 10 }
    t.strictSame(rows, [
      { name: 'a', ...common, expire_seconds: 151 },
      { name: 'day', ...common, expire_seconds: 86_400 },
    ])
  })

  t.test('many jobs on three nodes: each begins once, and every node has some', async (t) => {
    const site = await makeSite(t, [a])
    const nodes = await Promise.all([1, 2, 3].map(async () => ({
      delivery: await site.open(), worker: contractWorker(t, site, [a], 2),
    })))
    for (const { delivery, worker } of nodes) await delivery.start(worker)
    const keys = Array.from({ length: 60 }, (_, i) => ({ key: `key ${i % 20}`, owner: i % 7 }))
    const jobs = await queueJobs(site, nodes[0]!.delivery, keys)
    const running = new Map<string, number>()
    let most = 0
    // The first run of each node is held until all nodes have one: two of them could do all jobs otherwise.
    const allHaveOne = Promise.all(nodes.map(({ worker }) => worker.run()))
    const isDone = allDone()
    await Promise.all(nodes.map(async ({ delivery, worker }) => {
      for (let count = 1; ; count++) {
        const run = await Promise.race([worker.run(count), isDone])
        if (run === undefined) return
        await allHaveOne
        running.set(run.key, (running.get(run.key) ?? 0) + 1)
        most = Math.max(most, ...running.values())
        await new Promise((resolve) => { setImmediate(resolve) })
        running.set(run.key, (running.get(run.key) ?? 0) - 1)
        if (!await worker.end(run)) t.fail(`the end of ${run.key} was not written`)
        void delivery.look()
      }
    }))
    async function allDone (): Promise<undefined> {
      await until('all jobs are done', async () => {
        const { rows } = await sql`SELECT 1 FROM jobs WHERE state <> 'succeeded'`.execute(site.db.reads)
        return rows.length === 0
      })
    }
    t.equal(most, 1, 'never two of a key at once')
    const begun = nodes.flatMap(({ worker }) => worker.begun.map(({ id }) => id))
    t.strictSame(begun.toSorted((one, other) => one - other), jobs.map(({ id }) => id))
    t.ok(nodes.every(({ worker }) => worker.begun.length > 0))
  })

  t.test('tickets that are lost, or too many, change nothing', async (t) => {
    const site = await makeSite(t, [a])
    const delivery = await site.open()
    const worker = contractWorker(t, site, [a])
    const [job] = await queueJobs(site, delivery, [{ key: 'x' }])
    await sql`DELETE FROM pgboss.job`.execute(site.db.reads)
    await delivery.start(worker)
    t.equal((await worker.run()).id, job!.id, 'a ticket that is missing is sent')
    for (let i = 0; i < 3; i++) await site.db.write((trx) => delivery.announce(trx, job!))
    await worker.end(worker.begun[0]!)
    await delivery.look()
    await until('all tickets are completed', async () =>
      (await fetched(site)).every(({ state }) => state === 'completed'))
    t.equal(worker.begun.length, 1, 'tickets without a job are given back')
  })

  t.test('a ticket whose holder is silent is taken back, and its job runs again', async (t) => {
    const site = await makeSite(t, [a])
    const delivery = await site.open()
    const worker = contractWorker(t, site, [a])
    await delivery.start(worker)
    const [job] = await queueJobs(site, delivery, [{ key: 'x' }])
    const run = await worker.run()
    t.match(await startedWithTickets(site.db.reads), [{ id: job!.id, token: run.token, ticket: 'held' }])
    // No look is under way that would notice before the test does.
    await delivery.look()
    await sql`UPDATE pgboss.job SET state = 'retry' WHERE state = 'active'`.execute(site.db.reads)
    t.match(await startedWithTickets(site.db.reads), [{ ticket: 'lost' }])
    await delivery.look()
    t.match(await worker.run(2), { id: job!.id, process_deaths: 1, attempts: 1 })
    await worker.givenUp(run)
    t.equal(await worker.end(run), false)
  })

  t.test('a freed run holds its ticket, and its node takes no more tickets than it has slots', async (t) => {
    const site = await makeSite(t, [a])
    const [full, free] = [await site.open(), await site.open()]
    const worker = contractWorker(t, site, [a])
    await full.start(worker)
    const jobs = await queueJobs(site, full, [{ key: 'stored' }, { key: 'working' }])
    const stored = await worker.run()
    worker.free(stored)
    await worker.run(2)
    const held = jobs.map(({ id }) => ({ id, ticket: 'held' }))
    t.match(await startedWithTickets(site.db.reads), held)
    const ticket = async () => (await sql<{ state: string, beat: Date }>`
      SELECT state, heartbeat_on AS beat FROM pgboss.job JOIN job_tickets ON ticket = pgboss.job.id
      WHERE token = ${stored.token}`.execute(site.db.reads)).rows[0]!
    const { beat } = await ticket()
    await until('a heartbeat is sent', async () => (await ticket()).beat > beat)
    t.match(await startedWithTickets(site.db.reads), held)
    t.equal(await worker.end(stored), true)
    await until('the ticket is given back', async () => (await ticket()).state === 'completed')
    const other = contractWorker(t, site, [a])
    await free.start(other)
    for (let count = 1; count <= 10; count++) {
      await queueJobs(site, full, [{ key: `next ${count}` }])
      await other.end(await other.run(count))
    }
    await free.look()
    t.equal(worker.begun.length, 2)
    const { rows: [sent] } = await sql<{ n: number }>`SELECT count(*) AS n
      FROM pgboss.job WHERE name = 'a'`.execute(site.db.reads)
    t.equal(sent?.n, 12, 'no ticket was turned away and sent again')
  })

  t.test('a run that is freed after the stop takes no other ticket', async (t) => {
    const site = await makeSite(t, [a])
    const delivery = await site.open()
    const worker = contractWorker(t, site, [a])
    await delivery.start(worker)
    await queueJobs(site, delivery, [{ key: 'x' }])
    const run = await worker.run()
    await delivery.stop()
    await queueJobs(site, delivery, [{ key: 'y' }])
    worker.free(run)
    t.equal(await worker.end(run), true)
    await delivery.close()
    t.strictSame(await fetched(site), [{ state: 'created', n: 1 }, { state: 'completed', n: 1 }])
  })

  t.test('a process that only queues jobs needs no start', async (t) => {
    const site = await makeSite(t, [a])
    const [queues, runs] = [await site.open(), await site.open()]
    const [job] = await queueJobs(site, queues, [{ key: 'x' }])
    const worker = contractWorker(t, site, [a])
    await runs.start(worker)
    t.equal((await worker.run()).id, job!.id)
    await queueJobs(site, queues, [{ key: 'y', runAfter: site.clock.now() + 60_000 }])
    const { rows } = await sql`SELECT 1 FROM pgboss.job WHERE start_after > now()`.execute(site.db.reads)
    t.equal(rows.length, 1, 'a ticket for the delayed job')
  })
})
