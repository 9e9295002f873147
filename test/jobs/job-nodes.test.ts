// Several nodes that run jobs, as processes, and one PostgreSQL: what happens when a node dies, is paused
// or stops, and when the database is away. Times are printed, not judged.
import { spawn, type ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { openDatabase, type Database, type DatabaseLocation } from '../../db/index.ts'
import { jobAttempts } from '../../db/queries/job-attempts.ts'
import { startedWithTickets } from '../../db/queries/job-tickets.ts'
import { cancelJob, findJob, type JobRow } from '../../db/queries/jobs.ts'
import { systemClock } from '../../src/jobs/clock.ts'
import { createPgBossDelivery } from '../../src/jobs/delivery/pg-boss.ts'
import { createJobQueue } from '../../src/jobs/job-queue.ts'
import type { NodeLine } from '../support/job-node.ts'
import { noPostgres, startCluster, testPostgres } from '../support/postgres.ts'
import { testFolder } from '../support/test-folder.ts'
import { until } from '../support/until.ts'

interface Node {
  process: ChildProcess
  lines: NodeLine[]
  /** Resolves with the first line, from the `from`th on, of which that is true. */
  line: (fact: (line: NodeLine) => boolean, from?: number) => Promise<NodeLine>
  runs: () => Promise<NodeLine>
}

const step = (name: string, job?: number) => (line: NodeLine) =>
  'step' in line && line.step === name && (job === undefined || ('job' in line && line.job === job))

/** Whether a line says that this run's output became visible. */
const publishedBy = (run: NodeLine) => (line: NodeLine) =>
  step('published')(line) && 'token' in line && 'token' in run && line.token === run.token

async function startNode (t: Test, location: DatabaseLocation, folder: string, threads = 1): Promise<Node> {
  const child = spawn(process.execPath, [
    join(import.meta.dirname, '../support/job-node.ts'), JSON.stringify({ location, folder, threads }),
  ], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => {
    child.kill('SIGCONT')
    child.kill('SIGKILL')
  })
  const lines: NodeLine[] = []
  const waiting = new Set<() => void>()
  createInterface({ input: child.stdout }).on('line', (text) => {
    lines.push(JSON.parse(text) as NodeLine)
    for (const look of waiting) look()
  })
  const line: Node['line'] = (fact, from = 0) => new Promise((resolve) => {
    const look = () => {
      const found = lines.slice(from).find(fact)
      if (found === undefined) return
      waiting.delete(look)
      resolve(found)
    }
    waiting.add(look)
    look()
  })
  await line(step('ready'))
  return { process: child, lines, line, runs: () => line(step('runs')) }
}

interface Site {
  db: Database
  folder: string
  request: (key: string) => Promise<JobRow>
  /** Lets the jobs of this key end. */
  release: (key: string) => void
  /** Resolves with the row once that is true of it. */
  until: (job: JobRow, fact: (row: JobRow) => boolean) => Promise<JobRow>
  /** Outputs of a job that became visible. */
  published: (job: JobRow) => Promise<number>
}

async function openSite (t: Test, location: DatabaseLocation): Promise<Site> {
  const folder = testFolder(t, {})
  const db = await openDatabase(location)
  const clock = systemClock()
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const kind = {
    name: 'held',
    timeLimitMs: 300_000,
    maxAttempts: 3,
    backoffMs: () => 0,
    work: () => Promise.reject(new Error('this process runs no jobs')),
  }
  const delivery = await createPgBossDelivery({ db, kinds: [kind], clock, log, mayUpgrade: true })
  const queue = createJobQueue({ db, queueMax: 1000, delivery, canceled: () => {} })
  t.teardown(async () => {
    await delivery.close()
    await db.close()
  })
  return {
    db,
    folder,
    async request (key) {
      const { job } = await db.write((trx) => queue.request(trx, {
        kind: 'held', key, payload: {}, owner: null, userId: null, inputVersion: null,
      }))
      return job
    },
    release (key) { writeFileSync(join(folder, key), '') },
    until: (job, fact) => until(`what job ${job.id} is to be`, async () => {
      const row = await findJob(db.reads, job.id).catch(() => undefined)
      return row !== undefined && fact(row) && row
    }),
    async published (job) {
      return (await db.reads.selectFrom('file_intents').select('hex')
        .where('hex', 'like', `${job.id} %`).execute()).length
    },
  }
}

const ended = (row: JobRow) => row.state !== 'queued' && row.state !== 'started'

t.test('several nodes', { skip: noPostgres }, async (t) => {
  t.test('a node is killed: another one runs its job, which counts no attempt and ends once', async (t) => {
    const location = await testPostgres(t, { mayHaveTables: true })
    const site = await openSite(t, location)
    const nodes = [await startNode(t, location, site.folder), await startNode(t, location, site.folder)]
    const job = await site.request('killed')
    const first = await Promise.race(nodes.map(async (node) => { await node.runs(); return node }))
    const second = nodes.find((node) => node !== first)!
    const since = performance.now()
    first.process.kill('SIGKILL')
    await second.runs()
    t.comment(`taken over after ${Math.round(performance.now() - since)} ms`)
    site.release('killed')
    t.match(await site.until(job, ended), { state: 'succeeded', attempts: 1, process_deaths: 1 })
    t.equal(await site.published(job), 1)
    t.match((await jobAttempts(site.db.reads, job.id)).map(({ outcome }) => outcome), ['died', 'succeeded'])
  })

  t.test('a node is paused and continues: it ends its run and publishes nothing', async (t) => {
    const location = await testPostgres(t, { mayHaveTables: true })
    const site = await openSite(t, location)
    const nodes = [await startNode(t, location, site.folder), await startNode(t, location, site.folder)]
    const job = await site.request('stopped')
    const first = await Promise.race(nodes.map(async (node) => { await node.runs(); return node }))
    const second = nodes.find((node) => node !== first)!
    first.process.kill('SIGSTOP')
    await second.runs()
    const since = performance.now()
    first.process.kill('SIGCONT')
    await first.line(step('aborted', job.id))
    t.comment(`aborted ${Math.round(performance.now() - since)} ms after it came back`)
    site.release('stopped')
    t.match(await site.until(job, ended), { state: 'succeeded', attempts: 1, process_deaths: 1 })
    t.equal(await site.published(job), 1)
    t.notOk(first.lines.some(publishedBy(await first.runs())), 'nothing of the stale run')
    const next = await site.request('after')
    site.release('after')
    t.match(await site.until(next, ended), { state: 'succeeded' })
  })

  t.test('a node is paused with its work done: it continues late and publishes nothing', async (t) => {
    const location = await testPostgres(t, { mayHaveTables: true })
    const site = await openSite(t, location)
    const nodes = [await startNode(t, location, site.folder), await startNode(t, location, site.folder)]
    const job = await site.request('late')
    const first = await Promise.race(nodes.map(async (node) => { await node.runs(); return node }))
    const second = nodes.find((node) => node !== first)!
    first.process.kill('SIGSTOP')
    await second.runs()
    // Both may end now: the one that wakes up and the one that owns the job.
    second.process.kill('SIGSTOP')
    site.release('late')
    first.process.kill('SIGCONT')
    await first.line((line) => step('aborted', job.id)(line) || step('discarded', job.id)(line))
    second.process.kill('SIGCONT')
    t.match(await site.until(job, ended), { state: 'succeeded' })
    t.equal(await site.published(job), 1)
    // On a busy machine, it may have taken the job back from the second one, by a new run.
    t.notOk(first.lines.some(publishedBy(await first.runs())))
  })

  t.test('a node stops: its job is handed over at once, and no death is counted', async (t) => {
    const location = await testPostgres(t, { mayHaveTables: true })
    const site = await openSite(t, location)
    const nodes = [await startNode(t, location, site.folder), await startNode(t, location, site.folder)]
    const job = await site.request('handed over')
    const first = await Promise.race(nodes.map(async (node) => { await node.runs(); return node }))
    const second = nodes.find((node) => node !== first)!
    const since = performance.now()
    first.process.kill('SIGTERM')
    await second.runs()
    t.comment(`handed over after ${Math.round(performance.now() - since)} ms`)
    await first.line(step('ended'))
    site.release('handed over')
    t.match(await site.until(job, ended), { state: 'succeeded', attempts: 1, process_deaths: 0 })
    t.equal(await site.published(job), 1)
  })

  t.test('a cancel on one node ends the run on another', async (t) => {
    const location = await testPostgres(t, { mayHaveTables: true })
    const site = await openSite(t, location)
    const node = await startNode(t, location, site.folder)
    const job = await site.request('canceled')
    await node.runs()
    const since = performance.now()
    await site.db.write((trx) => cancelJob(trx, job.id, 1))
    await node.line(step('aborted', job.id))
    t.comment(`aborted after ${Math.round(performance.now() - since)} ms`)
    t.equal(await site.published(job), 0)
  })

  t.test('PostgreSQL is away for longer than a heartbeat: runs go on, and no death is counted', async (t) => {
    // Ends with this process.
    const cluster = await startCluster()
    const location = await testPostgres(t, { cluster })
    const site = await openSite(t, location)
    const nodes = [await startNode(t, location, site.folder), await startNode(t, location, site.folder)]
    const job = await site.request('long')
    await Promise.race(nodes.map((node) => node.runs()))
    await cluster.stop()
    // Longer than a heartbeat may be late.
    await delay(12_000)
    await cluster.start()
    // Connections from before are gone, and each may be noticed by a failure of its own.
    const next = await until('a request is taken', () => site.request('next').catch(() => undefined))
    await site.until(next, (row) => row.state === 'started')
    await until('the tickets are held', async () => {
      const started = await startedWithTickets(site.db.reads).catch(() => undefined)
      return started?.every(({ ticket }) => ticket === 'held')
    })
    t.match(await site.until(job, () => true), { state: 'started', process_deaths: 0, attempts: 1 })
    site.release('long')
    site.release('next')
    t.match(await site.until(job, ended), { state: 'succeeded', process_deaths: 0 })
    t.match(await site.until(next, ended), { state: 'succeeded', process_deaths: 0 })
    t.equal(await site.published(job), 1)
    for (const node of nodes) {
      t.equal(node.process.exitCode, null, 'the node lives')
      const logged = node.lines.filter((line) => 'level' in line && line.level !== 'info')
      t.ok(logged.length > 0 && logged.length < 20, `${logged.length} lines are logged, not one per try`)
    }
  })
})
