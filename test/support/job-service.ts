// The job subsystem by itself: a real database, real threads, kinds of the test's own.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { openDatabase, type Database } from '../../db/index.ts'
import type { JobRow } from '../../db/queries/jobs.ts'
import { withTask, type JobKind, type RunnableKind } from '../../src/jobs/job-kind.ts'
import type { JobDelivery } from '../../src/jobs/delivery/delivery.ts'
import { createLocalDelivery } from '../../src/jobs/delivery/local.ts'
import { createPgBossDelivery } from '../../src/jobs/delivery/pg-boss.ts'
import { createJobQueue, type JobQueue, type JobRequest, type JobTicket } from '../../src/jobs/job-queue.ts'
import { createJobRunner, type JobRunner, type RunnerOptions } from '../../src/jobs/job-runner.ts'
import { createWorkerPool, type Threads, type WorkerPool } from '../../src/jobs/worker-pool.ts'
import { createTestClock, type TestClock } from './clock.ts'
import type { TestTask, TestTaskName, TestTasks } from './jobs.tasks.ts'
import { testDatabase } from './test-database.ts'
import { testFolder } from './test-folder.ts'

export interface LogLine {
  level: 'info' | 'warn' | 'error'
  text: string
  facts: Record<string, unknown>
}

export interface JobService {
  db: Database
  clock: TestClock
  delivery: JobDelivery
  queue: JobQueue
  runner: JobRunner
  stagingFolder: string
  log: LogLine[]
  /** Resolves with the line of the log that says this, or with the `count`th one. */
  logged: (text: string, count?: number) => Promise<LogLine>
  /** Queues a job as a request would: in one transaction, then a wake. */
  request: (request?: Partial<JobRequest>) => Promise<JobTicket>
  row: (jobId: number) => Promise<JobRow>
  /** Resolves with the job's row once it has ended; also if it has already. */
  settled: (jobId: number) => Promise<JobRow>
  /** Resolves with the job's row once that is true of it. */
  until: (jobId: number, fact: (job: JobRow) => boolean) => Promise<JobRow>
}

export interface JobServiceOptions {
  /** Default: one kind `test` that runs the task `work`. */
  kinds?: Array<TestKind | RunnableKind>
  threads?: number
  extraThreads?: number
  memoryMb?: number
  queueMax?: number
  /** Default: a new one in the test's folder. */
  folder?: string
  onStep?: RunnerOptions['onStep']
  clock?: TestClock
  /** The threads of `RunnableKind`s. Default: threads with the tasks of `jobs.tasks.ts`. */
  pool?: Threads
}

export interface TestKind extends JobKind<TestTask> {
  /** A test may change it between two runs. */
  task: TestTaskName
}

/** A kind of job whose result is the text that its task returns. */
export function testKind (
  { extra = {}, ...given }: Partial<TestKind> & { extra?: Partial<TestTask['input']> } = {}
): TestKind {
  return {
    name: 'test',
    task: 'work',
    timeLimitMs: 60_000,
    maxAttempts: 3,
    backoffMs: (attempt) => attempt * 1000,
    input: async ({ job, stagingPath }) => ({
      stagingPath,
      text: (JSON.parse(job.payload) as { text: string }).text,
      ...extra,
    }),
    complete: async (run, result) => ({ result, commit: async () => {}, discard: async () => {} }),
    ...given,
  }
}

function runnable (pool: WorkerPool<TestTasks>, kind: TestKind): RunnableKind {
  return {
    ...withTask(pool, kind.task, kind),
    work: (run, options) => withTask(pool, kind.task, kind).work(run, options),
  }
}

/** Closed with the test. The runner is not started. */
export async function createJobService (
  t: Test,
  {
    kinds = [testKind()],
    threads = 2,
    extraThreads = 0,
    memoryMb = 64,
    queueMax = 1000,
    folder = testFolder(t),
    onStep,
    clock = createTestClock(),
    pool,
  }: JobServiceOptions = {}
): Promise<JobService> {
  const stagingFolder = join(folder, 'staging')
  mkdirSync(stagingFolder, { recursive: true })
  const db = await openDatabase(await testDatabase(t, folder), { now: clock.now })
  const log: LogLine[] = []
  const readers = new Set<() => void>()
  const at = (level: LogLine['level']) => (facts: object, text: string) => {
    log.push({ level, text, facts: facts as Record<string, unknown> })
    for (const reader of readers) reader()
  }
  const testPool = createWorkerPool<TestTasks>({
    tasksFile: new URL('./jobs.tasks.ts', import.meta.url),
    threads,
    extraThreads,
    memoryMb,
  })
  const logger = { info: at('info'), warn: at('warn'), error: at('error') }
  const runnableKinds = kinds.map((kind) => 'work' in kind ? kind : runnable(testPool, kind))
  const delivery = db.engine === 'sqlite'
    ? createLocalDelivery({ db, clock, log: logger, onStep })
    : await createPgBossDelivery({ db, kinds: runnableKinds, clock, log: logger, mayUpgrade: true, onStep })
  const runner = createJobRunner({
    db,
    delivery,
    pool: pool ?? testPool,
    kinds: runnableKinds,
    stagingFolder,
    clock,
    log: logger,
    onStep,
  })
  const queue = createJobQueue({
    db,
    queueMax,
    delivery,
    canceled: (jobId) => { runner.abort(jobId) },
  })
  t.teardown(async () => {
    await runner.stop(0)
    await db.close()
  })

  async function row (jobId: number): Promise<JobRow> {
    const job = await queue.find(jobId)
    if (job === undefined) throw new Error(`there is no job ${jobId}`)
    return job
  }
  async function until (jobId: number, fact: (job: JobRow) => boolean): Promise<JobRow> {
    for (;;) {
      let stop = () => {}
      // Watched before it is read, so that no change falls in between.
      const changed = new Promise<void>((resolve) => {
        stop = runner.watch(jobId, resolve)
      })
      const job = await row(jobId)
      if (fact(job)) {
        stop()
        return job
      }
      await changed
      stop()
    }
  }
  return {
    db,
    clock,
    delivery,
    queue,
    runner,
    stagingFolder,
    log,
    logged: (text, count = 1) =>
      new Promise((resolve) => {
        const read = () => {
          const line = log.filter((line) => line.text === text)[count - 1]
          if (line === undefined) return
          readers.delete(read)
          resolve(line)
        }
        readers.add(read)
        read()
      }),
    row,
    until,
    settled: (jobId) => until(jobId, (job) => job.state !== 'queued' && job.state !== 'started'),
    async request (request = {}) {
      return await db.write((trx) =>
        queue.request(trx, {
          kind: 'test',
          key: 'test:1',
          payload: { text: 'hello' },
          owner: { type: 'course', id: 1 },
          userId: null,
          inputVersion: null,
          ...request,
        })
      )
    },
  }
}
