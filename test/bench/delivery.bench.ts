// How jobs reach a process: `npx node test/bench/delivery.bench.ts [--jobs 300] [--threads 4] [--nodes 3]`.
// Empty jobs, so that only the delivery is measured: from the request to the start of the run, and how many a
// second, on SQLite with the local delivery (the peer) and on PostgreSQL with pg-boss, in one run. Both flush
// every commit to the disk. Then what a node that has nothing to do costs PostgreSQL. Nothing is asserted.
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import { openDatabase, sqliteFile, type DatabaseLocation } from '../../db/index.ts'
import { systemClock } from '../../src/jobs/clock.ts'
import { createLocalDelivery } from '../../src/jobs/delivery/local.ts'
import { createPgBossDelivery } from '../../src/jobs/delivery/pg-boss.ts'
import type { RunnableKind } from '../../src/jobs/job-kind.ts'
import { createJobQueue } from '../../src/jobs/job-queue.ts'
import { createJobRunner } from '../../src/jobs/job-runner.ts'
import { median } from '../../src/jobs/time-left.ts'
import { startCluster, testPostgres } from '../support/postgres.ts'

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '300' },
    threads: { type: 'string', default: '4' },
    nodes: { type: 'string', default: '3' },
  },
})
const [JOBS, THREADS, NODES] = [Number(values.jobs), Number(values.threads), Number(values.nodes)]
const IDLE_S = 5
const print = (line: string) => { process.stdout.write(`${line}\n`) }
const log = {
  info: () => {},
  warn: (facts: object, text: string) => { print(`warn: ${text} ${JSON.stringify(facts)}`) },
  error: (facts: object, text: string) => { print(`error: ${text} ${JSON.stringify(facts)}`) },
}

async function startNode (location: DatabaseLocation, folder: string, begun: (jobId: number) => void) {
  const db = await openDatabase(location)
  const clock = systemClock()
  const kind: RunnableKind = {
    name: 'empty',
    timeLimitMs: 60_000,
    maxAttempts: 1,
    backoffMs: () => 0,
    work: async () => ({
      ok: true, complete: async () => ({ result: null, commit: async () => {}, discard: async () => {} }),
    }),
  }
  const kinds = [kind]
  const delivery = db.engine === 'sqlite'
    ? createLocalDelivery({ db, clock, log })
    : await createPgBossDelivery({ db, kinds, clock, log, mayUpgrade: true })
  const stagingFolder = mkdtempSync(join(folder, 'staging-'))
  const runner = createJobRunner({
    db,
    delivery,
    kinds,
    stagingFolder,
    clock,
    log,
    pool: {
      threads: THREADS,
      extraThreads: 0,
      load: () => ({ running: 0, waiting: 0 }),
      warm: async () => {},
      destroy: async () => {},
    },
    onStep: (step, job) => { if (step === 'run: claimed') begun(job.id) },
  })
  const queue = createJobQueue({ db, queueMax: 1_000_000, delivery, canceled: () => {} })
  return {
    db,
    runner,
    request: (key: string) => db.write((trx) => queue.request(trx, {
      kind: 'empty',
      key,
      payload: {},
      owner: { type: 'course', id: Number(/\d+/.exec(key)?.[0]) % 20 },
      userId: null,
      inputVersion: null,
    })),
    async stop () {
      await runner.stop(0)
      await db.close()
    },
  }
}

async function measure (name: string, location: DatabaseLocation, folder: string, count: number) {
  let begun = (_: number) => {}
  const nodes = await Promise.all(Array.from({ length: count }, () =>
    startNode(location, folder, (jobId) => { begun(jobId) })
  ))
  const [first] = nodes
  if (first === undefined) throw new Error('there is no node')
  for (const node of nodes) await node.runner.start()
  const clicks: number[] = []
  const starts: number[] = []
  for (let i = 0; i < JOBS / 3; i++) {
    const since = performance.now()
    const started = new Promise<number>((resolve) => { begun = () => { resolve(performance.now()) } })
    await first.request(`one ${i}`)
    clicks.push(performance.now() - since)
    starts.push(Math.max(0, await started - since))
    await delay(10)
  }
  let ended = 0
  const allBegun = new Promise<void>((resolve) => {
    begun = () => { if (++ended === JOBS) resolve() }
  })
  const since = performance.now()
  await Promise.all(Array.from({ length: JOBS }, (_, i) => first.request(`many ${i}`)))
  await allBegun
  for (const node of nodes) await node.runner.drain()
  const seconds = (performance.now() - since) / 1000
  const ms = (values: number[]) => `${(median(values) ?? 0).toFixed(1)} ms`
  const p95 = starts.toSorted((a, b) => a - b)[Math.floor(starts.length * 0.95)] ?? 0
  print(
    `${name.padEnd(22)} request ${ms(clicks)}, to the start ${ms(starts)} (95 %: ${p95.toFixed(0)} ms), ` +
    `${(JOBS / seconds).toFixed(0)} jobs/s`
  )
  return { first, stop: async () => { for (const node of nodes) await node.stop() } }
}

const folder = mkdtempSync(join(tmpdir(), 'perfbook-bench-'))
const undo: Array<() => unknown> = []
const teardown = { teardown: (work: () => unknown) => { undo.push(work) } }
try {
  print(`${cpus()[0]?.model ?? 'unknown'} x ${availableParallelism()}, Node ${process.version}`)
  mkdirSync(folder, { recursive: true })
  const peer = await measure('SQLite, local', sqliteFile(join(folder, 'perfbook.sqlite')), folder, 1)
  await peer.stop()
  const cluster = await startCluster({ fsync: 'on' })
  undo.push(cluster.stop)
  for (const count of [1, NODES]) {
    const location = await testPostgres(teardown, { cluster })
    const { first, stop } = await measure(`PostgreSQL, ${count} node(s)`, location, folder, count)
    const commits = async () => {
      const { rows: [row] } = await sql<{ n: number }>`SELECT xact_commit AS n FROM pg_stat_database
        WHERE datname = current_database()`.execute(first.db.reads)
      return row?.n ?? 0
    }
    await delay(1500)
    const before = await commits()
    await delay(IDLE_S * 1000)
    print(`  idle: ${((await commits() - before) / IDLE_S / count).toFixed(0)} transactions/s for each node`)
    await stop()
  }
} finally {
  for (const work of undo.reverse()) await work()
  rmSync(folder, { recursive: true, force: true })
}
