// Everything that the service and the command line are made of, put together once. Nothing runs until the
// runner and the server are started.
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { openDatabase, type Database, type DatabaseLocation } from '../db/index.ts'
import { liveNodes } from '../db/queries/nodes.ts'
import type { Config } from './config.ts'
import { createAccountServices, type AccountServices } from './accounts/account-services.ts'
import type { HashCost } from './accounts/passwords.ts'
import { createAudit, type Audit } from './audit/audit.ts'
import { assertNotRestoring } from './backup/data-folder.ts'
import { createExports, type Exports } from './exports/exports.ts'
import { createFillIns, type FillIns } from './fill-in/fill-ins.ts'
import { createHousekeeping, type Housekeeping } from './housekeeping/housekeeping.ts'
import { keepRules } from './housekeeping/keep-rules.ts'
import { createImports, type Imports } from './imports/imports.ts'
import { createUndos, type Undos } from './imports/undos.ts'
import { jobKinds } from './job-kinds.ts'
import { createMetrics, type Metrics } from './metrics/metrics.ts'
import type { BookTasks } from './courses/book-tasks.ts'
import { bookThreads } from './courses/book-threads.ts'
import { createCourses, type Courses } from './courses/courses.ts'
import { makeDurableFolder } from './durable-folder.ts'
import { freeSpace } from './files/disk-space.ts'
import { createFileLibrary, type FileLibrary } from './files/file-library.ts'
import { storageParts } from './files/installation.ts'
import type { FileStorage } from './files/storage/file-storage.ts'
import type { Clock } from './jobs/clock.ts'
import { openStorage } from './files/storage/location.ts'
import { createLocalDelivery } from './jobs/delivery/local.ts'
import { createJobOutlook, type JobOutlook } from './jobs/job-outlook.ts'
import { createJobQueue, type JobQueue } from './jobs/job-queue.ts'
import { withTasks } from './jobs/job-kind.ts'
import { createJobRunner, type JobRunner } from './jobs/job-runner.ts'
import { createWorkerPool, type WorkerPool } from './jobs/worker-pool.ts'
import type { Log } from './log.ts'
import { databaseClock } from './nodes/database-clock.ts'
import { createDatabaseState } from './nodes/database-state.ts'
import { createMemoryState } from './nodes/memory-state.ts'
import { createNodes, type Nodes } from './nodes/nodes.ts'
import type { SharedState } from './nodes/shared-state.ts'
import { TASKS_FILE } from './program-files.ts'
import { VERSION } from './version.ts'
import type { JobTasks } from '../workers/task-map.ts'

export interface Services extends AccountServices {
  config: Config
  clock: Clock
  db: Database
  audit: Audit
  courses: Courses
  exports: Exports
  fillIns: FillIns
  imports: Imports
  undos: Undos
  files: FileLibrary
  housekeeping: Housekeeping
  queue: JobQueue
  runner: JobRunner
  metrics: Metrics
  nodes: Nodes
  /** Counters and one-time values that hold over all nodes. */
  shared: SharedState
  /** Bytes that are free on the disk of the data folder. */
  freeBytes: () => Promise<number>
  outlook: JobOutlook
  /** Starts the threads before they are needed; resolves when they have their code. */
  warm: () => Promise<void>
  /** Stops jobs (see JobRunner.stop), then closes everything, in reverse order. */
  close: (graceMs: number) => Promise<void>
}

export interface ServicesOptions {
  config: Config
  log: Log
  /** Instead of the database that the settings name. */
  database?: DatabaseLocation
  /** Instead of the machine's own time and timers. */
  clock?: Clock
  /** Instead of asking the disk of the data folder. */
  freeBytes?: () => Promise<number>
  /** Instead of the threads that run jobs. */
  jobPool?: WorkerPool<JobTasks>
  /** Makes the other pools of threads. Default: `createWorkerPool`. */
  createPool?: typeof createWorkerPool
  /** Of a new password's hash. Default: HASH_COST. */
  hashCost?: HashCost
  /** Instead of the storage that the settings name. */
  storage?: FileStorage
  /** Whether an older database is upgraded: only where the caller holds the lock on the data folder. */
  mayUpgrade?: boolean
  /** For the process that is the service: it is one of the nodes, and it has clients who wait. */
  node?: { signal: AbortSignal | undefined }
  /** False: this process queues jobs for others, and runs none. Default: as NODE_ROLE says. */
  runsJobs?: boolean
  /** Called between steps, where the kill test ends the process. */
  onStep?: (step: string) => void
}

/** Throws SCHEMA_TOO_NEW, SCHEMA_TOO_OLD, UPGRADE_FAILED, and errors of the file system. */
export async function createServices ({
  config,
  log,
  database = config.database,
  clock: givenClock,
  freeBytes = async () => (await freeSpace(config.DATA_DIR)).bytes,
  jobPool,
  createPool = createWorkerPool,
  hashCost,
  storage: otherStorage,
  mayUpgrade = false,
  runsJobs = config.NODE_ROLE !== 'web',
  node,
  onStep,
}: ServicesOptions): Promise<Services> {
  assertNotRestoring(config.DATA_DIR)
  makeDurableFolder(config.filesFolder)
  mkdirSync(config.stagingFolder, { recursive: true, mode: 0o700 })
  const startedAt = Date.now()
  const live = { jobs: () => 0 }
  const runningJobs = () => live.jobs()
  const db = await openDatabase(database, {
    mayUpgrade,
    ...(node === undefined
      ? {}
      : {
          isImpatient: true,
          waitMs: config.START_WAIT_SECONDS * 1000,
          signal: node.signal,
          node: {
            id: randomBytes(8).toString('hex'),
            name: config.nodeName,
            role: config.NODE_ROLE,
            version: VERSION,
            threads: runsJobs ? config.WORKER_THREADS : 0,
            sharesFiles: config.files.kind === 's3',
            runningJobs,
          },
        }),
    onOutage (outage) {
      if (outage === undefined) log.info({}, 'the database is back')
      else log.error(outage, 'the database is unavailable; requests are refused until it is back')
    },
    ...(givenClock === undefined ? {} : { now: givenClock.now }),
    onCallbackError: (error) => { log.error({ err: error }, 'what follows from a database write failed') },
  })
  const followed = await databaseClock({ db })
  const clock = givenClock ?? followed
  const { now } = clock
  const storage = otherStorage ?? await openStorage(config.files, storageParts(db))
  // A thread of its own: people who open a page do not wait for exports.
  const readers = createPool<BookTasks>({
    tasksFile: TASKS_FILE,
    threads: 1,
    memoryMb: config.WORKER_MEMORY_MB,
    preload: ['readPage'],
  })
  const rules = keepRules(config)
  const files = createFileLibrary({
    db,
    storage,
    stagingFolder: config.stagingFolder,
    now,
    ownerQuotaBytes: config.OWNER_QUOTA_BYTES,
    totalQuotaBytes: config.TOTAL_QUOTA_BYTES,
    deletedBytesMs: rules.deletedBytesMs,
    log,
  })
  const definitions = jobKinds({
    exports: {
      db,
      files,
      now,
      timeLimitMs: config.EXPORT_TIMEOUT_MS,
      paper: config.PAPER,
      reportFont: config.REPORT_FONT,
      retention: rules.exports,
      replacesOldest: config.DELETE_OLDEST_EXPORTS,
    },
    imports: {
      db,
      files,
      defaultTimeZone: config.DEFAULT_TIME_ZONE,
      maxBytes: config.IMPORT_MAX_BYTES,
      minFreeBytes: Math.floor(config.MIN_FREE_BYTES / 2),
      now,
      timeLimitMs: config.IMPORT_TIMEOUT_MS,
    },
    undos: { db, now },
    fillIns: {
      db, files, now, timeLimitMs: config.EXPORT_TIMEOUT_MS, maxBytes: config.FILL_IN_MAX_BYTES,
    },
    housekeeping: {
      database: db.location,
      files: config.files,
      now,
      rules,
    },
  })
  const pool = jobPool ??
    createPool<JobTasks>({
      tasksFile: TASKS_FILE,
      threads: config.WORKER_THREADS,
      extraThreads: Object.values(definitions).filter((kind) => kind.hasOwnThread === true).length,
      memoryMb: config.WORKER_MEMORY_MB,
      preload: ['performanceExport'],
    })
  const kinds = withTasks(pool, definitions)
  const metrics = createMetrics({
    db,
    now,
    node: { name: config.nodeName, role: config.NODE_ROLE, version: VERSION },
    freeBytes,
    kinds: kinds.map((kind) => kind.name),
    pools: { jobs: pool, readers },
  })
  const delivery = db.engine === 'sqlite'
    ? createLocalDelivery({ db, clock, log, onStep })
    : await (await import('./jobs/delivery/pg-boss.ts')).createPgBossDelivery({
      db, kinds, clock, log, mayUpgrade, onStep,
    }).catch(async (error: unknown) => {
      // Open connections would keep the process alive, and keep its place among the nodes.
      followed.stop()
      await db.close()
      throw error
    })
  const runner = createJobRunner({
    db,
    delivery,
    pool,
    kinds,
    stagingFolder: config.stagingFolder,
    clock,
    log,
    runsJobs,
    onStep,
    onEnd: metrics.runEnded,
  })
  live.jobs = runner.running
  const queue = createJobQueue({
    db,
    queueMax: config.QUEUE_MAX,
    delivery,
    async onCancel (trx, job) { await kinds.find(({ name }) => name === job.kind)?.canceled?.(trx, job) },
    canceled: (jobId) => { runner.abort(jobId) },
    onStep,
  })
  const housekeeping = createHousekeeping({
    db,
    storage,
    queue,
    clock,
    rules,
    filesEveryMs: config.FILE_SWEEP_MINUTES * 60_000,
    log,
  })
  const audit = createAudit({ db, clock, log })
  const shared = db.engine === 'postgres'
    ? createDatabaseState({ db, at: givenClock?.now })
    : createMemoryState({ now })
  return {
    config,
    clock,
    db,
    ...await createAccountServices({
      config,
      db,
      log,
      now,
      shared,
      hashCost,
      onPasswordReset ({ userId, address, isSent }) {
        audit.record({
          action: 'user.reset',
          outcome: isSent ? 'done' : 'refused',
          actorId: null,
          via: 'nobody',
          address,
          subject: userId === undefined ? null : `user ${userId}`,
        })
      },
    }),
    audit,
    courses: createCourses({ db, files, queue, readers: bookThreads(readers, db), now }),
    exports: createExports({
      db, files, queue, readers: bookThreads(readers, db), now, retention: rules.exports,
    }),
    fillIns: createFillIns({ db, files, queue, now }),
    imports: createImports({ db, files, queue, now, waitingMax: config.IMPORT_WAITING_MAX }),
    undos: createUndos({ db, queue, keepMs: rules.rowsMs.undo_imports }),
    files,
    housekeeping,
    queue,
    runner,
    metrics,
    nodes: createNodes({
      db,
      now,
      self: { name: config.nodeName, role: config.NODE_ROLE, version: VERSION, startedAt, runningJobs },
    }),
    shared,
    freeBytes,
    outlook: createJobOutlook({
      db,
      now,
      async capacity () {
        if (db.engine === 'sqlite') return { threads: pool.threads, nodes: 1 }
        const running = (await liveNodes(db.reads)).filter((node) => node.threads > 0)
        return { threads: running.reduce((sum, node) => sum + node.threads, 0), nodes: running.length }
      },
      ownThreads: kinds.filter((kind) => kind.hasOwnThread === true).map((kind) => kind.name),
    }),
    async warm () {
      await Promise.all([pool.warm(), readers.warm()])
    },
    async close (graceMs) {
      housekeeping.stop()
      await db.leave()
      await runner.stop(graceMs)
      await readers.destroy()
      await audit.close()
      followed.stop()
      await db.close()
    },
  }
}
