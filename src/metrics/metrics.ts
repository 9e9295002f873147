// The service's metrics for Prometheus (https://prometheus.io/docs/practices/naming/). Labels are few and
// fixed, such as a route's pattern or a kind of job. An address, an id or the name of a person or a course is
// never a label; the name of the node is one.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Database } from '../../db/index.ts'
import { bytesInUse } from '../../db/queries/files.ts'
import { countJobs, oldestWaiting } from '../../db/queries/monitoring.ts'
import type { JobRow } from '../../db/queries/jobs.ts'
import type { RunOutcome } from '../jobs/job-run.ts'
import type { Threads } from '../jobs/worker-pool.ts'
import { EXPORT_KIND } from '../exports/export.job.ts'
import { addGauge, watchNode, type NamedNode } from './node-metrics.ts'

/** Seconds: from a poll to a large upload. */
const REQUEST_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
/** Seconds: from an export of one class to an import for a whole university. */
const JOB_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800]
const STATES = ['queued', 'started', 'succeeded', 'failed', 'canceled'] as const

export interface Metrics {
  /** The text for Prometheus. `contentType` is its media type. */
  text: () => Promise<string>
  readonly contentType: string
  /** One request was answered. */
  requestAnswered: (request: AnsweredRequest) => void
  /** One run of a job has ended. */
  runEnded: (job: JobRow, outcome: RunOutcome) => void
  /** Adds metrics of the process: event-loop delay, memory, CPU, descriptors. Call it once per process. */
  watchProcess: () => void
}

interface AnsweredRequest {
  method: string
  /** The route's pattern. Undefined: no route has this address. */
  route: string | undefined
  status: number
  /**
   * Until the last byte was sent. Undefined for responses whose duration means nothing, such as event
   * streams.
   */
  seconds: number | undefined
}

interface MetricsOptions {
  db: Database
  now: () => number
  /** This process. */
  node: NamedNode
  /** Bytes that are free on the disk of the data folder. */
  freeBytes: () => Promise<number>
  /** Names of the kinds of jobs. Each has metrics from the start, with the value zero. */
  kinds: readonly string[]
  pools: Readonly<Record<'jobs' | 'readers', Threads>>
}

export function createMetrics ({ db, now, node, freeBytes, kinds, pools }: MetricsOptions): Metrics {
  const registry = new Registry()
  const registers = [registry]

  const requests = new Counter({
    registers,
    name: 'perfbook_http_requests_total',
    help: 'Answered requests.',
    labelNames: ['method', 'route', 'status'],
  })
  const durations = new Histogram({
    registers,
    name: 'perfbook_http_request_duration_seconds',
    help: "From a request's headers to the end of its response. Event streams do not count.",
    labelNames: ['method', 'route'],
    buckets: REQUEST_BUCKETS,
  })
  const waits = new Histogram({
    registers,
    name: 'perfbook_job_wait_seconds',
    help: 'Time from when a job could start until it starts.',
    labelNames: ['kind'],
    buckets: JOB_BUCKETS,
  })
  const runs = new Histogram({
    registers,
    name: 'perfbook_job_run_seconds',
    help: 'Runs of jobs by outcome. The outcome retried means that the job is tried again.',
    labelNames: ['kind', 'outcome'],
    buckets: JOB_BUCKETS,
  })
  const exportsMade = new Counter({
    registers,
    name: 'perfbook_exports_made_total',
    help: 'Exports that became a file.',
  })

  new Gauge({
    registers,
    name: 'perfbook_info',
    help: 'The version that is running. Always 1.',
    labelNames: ['version'],
  }).set({ version: node.version }, 1)
  watchNode(registry, { db, node })
  gauge(
    'perfbook_jobs',
    'Jobs in the database. Ended jobs are kept for JOB_RETENTION_DAYS.',
    ['kind', 'state'],
    async (set) => {
      for (const kind of kinds) for (const state of STATES) set(0, { kind, state })
      for (const { kind, state, count } of await countJobs(db.reads)) set(count, { kind, state })
    }
  )
  gauge('perfbook_job_queue_length', 'Waiting jobs.', [], async (set) => {
    const waiting = (await countJobs(db.reads)).filter(({ state }) => state === 'queued')
    set(waiting.reduce((sum, { count }) => sum + count, 0))
  })
  gauge(
    'perfbook_job_queue_oldest_seconds',
    'How long the oldest job that could start has been waiting. 0 if there is none.',
    [],
    async (set) => {
      const since = await oldestWaiting(db.reads, now())
      set(since === undefined ? 0 : Math.max(0, now() - since) / 1000)
    }
  )
  forPools(
    'perfbook_worker_threads',
    'The maximum number of threads of a pool.',
    (pool) => pool.threads + pool.extraThreads
  )
  forPools('perfbook_worker_threads_busy', 'Busy threads of a pool.', (pool) => pool.load().running)
  forPools(
    'perfbook_worker_tasks_waiting',
    'Tasks that wait for a thread of a pool.',
    (pool) => pool.load().waiting
  )
  gauge(
    'perfbook_storage_used_bytes',
    'Stored files: exports and uploads that have not expired.',
    [],
    async (set) => {
      set(await bytesInUse(db.reads, null, now()))
    }
  )
  gauge('perfbook_storage_free_bytes', 'Free bytes on the disk of the data folder.', [], async (set) => {
    set(await freeBytes())
  })
  gauge('perfbook_database_bytes', 'The database; of SQLite, with its write-ahead log.', [], async (set) => {
    set(await db.bytes())
  })

  function gauge (
    name: string,
    help: string,
    labelNames: string[],
    read: Parameters<typeof addGauge>[4]
  ): void {
    addGauge(registry, name, help, labelNames, read)
  }
  function forPools (name: string, help: string, read: (pool: Threads) => number): void {
    gauge(name, help, ['pool'], (set) => {
      for (const [name, pool] of Object.entries(pools)) set(read(pool), { pool: name })
    })
  }

  for (const kind of kinds) waits.zero({ kind })
  return {
    text: () => registry.metrics(),
    contentType: registry.contentType,
    requestAnswered ({ method, route = 'none', status, seconds }) {
      requests.inc({ method, route, status: String(status) })
      if (seconds !== undefined) durations.observe({ method, route }, seconds)
    },
    runEnded (job, outcome) {
      const { kind } = job
      const startedAt = job.started_at ?? now()
      runs.observe({ kind, outcome }, Math.max(0, now() - startedAt) / 1000)
      // Before a later attempt, the job waited on purpose.
      if (job.attempts === 1) {
        waits.observe({ kind }, Math.max(0, startedAt - Math.max(job.created_at, job.run_after)) / 1000)
      }
      if (kind === EXPORT_KIND && outcome === 'succeeded') exportsMade.inc()
    },
    watchProcess () {
      collectDefaultMetrics({ register: registry, prefix: 'perfbook_' })
    },
  }
}
