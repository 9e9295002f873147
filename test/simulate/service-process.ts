// The service as `services.ts` and `run-service.ts` put it together, without HTTP: real parts over a made
// pool and a made storage. A process can be killed at any step.
import type { Database } from '../../db/index.ts'
import { createCourses, type Courses } from '../../src/courses/courses.ts'
import type { BookThreads } from '../../src/courses/book-threads.ts'
import { createExports, type Exports } from '../../src/exports/exports.ts'
import { exportKind } from '../../src/exports/export.job.ts'
import { createFillIns, type FillIns } from '../../src/fill-in/fill-ins.ts'
import { fillInKind } from '../../src/fill-in/fill-in.job.ts'
import { createFileLibrary, type FileLibrary } from '../../src/files/file-library.ts'
import { createHousekeeping, type Housekeeping } from '../../src/housekeeping/housekeeping.ts'
import { housekeepingKind } from '../../src/housekeeping/housekeeping.job.ts'
import type { KeepRules } from '../../src/housekeeping/keep-rules.ts'
import { importKind } from '../../src/imports/import.job.ts'
import { createImports, type Imports } from '../../src/imports/imports.ts'
import { undoKind } from '../../src/imports/undo.job.ts'
import { createUndos, type Undos } from '../../src/imports/undos.ts'
import { withTask } from '../../src/jobs/job-kind.ts'
import { createJobQueue, type JobQueue } from '../../src/jobs/job-queue.ts'
import { createJobRunner, type JobRunner } from '../../src/jobs/job-runner.ts'
import type { Log } from '../../src/log.ts'
import type { Life } from './life.ts'
import { createMadeThreads, type ThreadEnding } from './made-threads.ts'
import type { MadeStorage } from './made-storage.ts'
import type { MovingClock } from './moving-clock.ts'
import type { SimulatedDatabase } from './simulated-database.ts'

export const DAY_MS = 86_400_000
export const HOUR_MS = 3_600_000
const TIME_LIMIT_MS = 900_000
const UNDO_MS = 10 * DAY_MS

export const RULES: KeepRules = {
  exports: { retentionMs: DAY_MS, keepLatest: true },
  tombstoneMs: 2 * DAY_MS,
  deletedBytesMs: 2 * HOUR_MS,
  rowsMs: {
    jobs: DAY_MS,
    audit_log: Infinity,
    sessions: Infinity,
    undo_imports: UNDO_MS,
    password_links: Infinity,
    sign_in_networks: Infinity,
    shared_counters: Infinity,
    shared_claims: Infinity,
  },
}

/** The conditions of a story. */
export interface WorldKind {
  /** Files are in an object store. */
  isRemote: boolean
  /** Results of reads take time. */
  isFar: boolean
  /** Whether each owner has a quota for a few files, and which files make room for new ones. */
  quota: 'none' | 'refuses' | 'replaces'
  /** Processes that run jobs. */
  nodes: number
}

/** The quota of each owner, if there is one, in bytes: room for two or three files. */
export const QUOTA_BYTES = 50

export interface ProcessParts {
  simulated: SimulatedDatabase
  stagingFolder: string
  storage: MadeStorage
  clock: MovingClock
  endings: ThreadEnding[]
  kind: WorldKind
  log: Log
}

export interface ServiceProcess {
  life: Life
  db: Database
  queue: JobQueue
  runner: JobRunner
  files: FileLibrary
  exports: Exports
  fillIns: FillIns
  imports: Imports
  undos: Undos
  courses: Courses
  housekeeping: Housekeeping
  /** What `serve` does at its start. Returns how many rows or bytes it had to repair. */
  start: () => Promise<{ lost: number, quarantined: number }>
  stop: (graceMs: number) => Promise<void>
}

const NO_READERS = {
  run: async () => { throw new Error('the simulation reads no books') },
} as unknown as BookThreads

export function createServiceProcess (
  { simulated, stagingFolder, storage: made, clock: moving, endings, kind, log }: ProcessParts, life: Life
): ServiceProcess {
  const { isFar, quota } = kind
  const clock = moving.of(life)
  const { now } = clock
  const db = simulated.bind(life, { isFar })
  const storage = made.of(life)
  const pool = createMadeThreads({
    life,
    clock: moving,
    endings,
    simulated,
    // Staging is on the disk of the files, and not in a store.
    isBroken: () => !made.isRemote && made.isBroken(),
    parts: (thread) => ({ db: simulated.bind(thread, { isFar }), storage: made.of(thread) }),
  })
  const files = createFileLibrary({
    db, storage, stagingFolder, now, deletedBytesMs: RULES.deletedBytesMs, log,
    ownerQuotaBytes: quota === 'none' ? 0 : QUOTA_BYTES,
  })
  const kinds = [
    withTask(pool, 'performanceExport', exportKind({
      db,
      files,
      now,
      timeLimitMs: TIME_LIMIT_MS,
      paper: 'auto',
      reportFont: '',
      retention: RULES.exports,
      replacesOldest: quota === 'replaces',
    })),
    withTask(pool, 'fillIn', fillInKind({ db, files, now, timeLimitMs: TIME_LIMIT_MS, maxBytes: 1_000_000 })),
    // The simulated import knows the staging tables of SQLite only.
    ...simulated.sqlite === undefined
      ? []
      : [
          withTask(pool, 'importUpload', importKind({
            db,
            files,
            defaultTimeZone: 'UTC',
            maxBytes: 1_000_000,
            minFreeBytes: 0,
            now,
            timeLimitMs: TIME_LIMIT_MS,
          })),
          withTask(pool, 'undoImport', undoKind({ db, now })),
        ],
    withTask(pool, 'housekeeping', housekeepingKind({
      database: db.location,
      files: { kind: 'disk', folder: '', quarantineFolder: '' },
      now,
      rules: RULES,
    })),
  ]
  const delivery = simulated.deliver({ life, db, kinds, clock, steady: moving.steadyOf(life), log })
  const runner = createJobRunner({ db, delivery, pool, kinds, stagingFolder, clock, log })
  const queue = createJobQueue({
    db,
    queueMax: 1000,
    delivery,
    async onCancel (trx, job) { await kinds.find(({ name }) => name === job.kind)?.canceled?.(trx, job) },
    canceled: (jobId) => { runner.abort(jobId) },
  })
  const housekeeping = createHousekeeping({
    db, storage, queue, clock, rules: RULES, filesEveryMs: HOUR_MS, log,
  })
  return {
    life,
    db,
    queue,
    runner,
    files,
    exports: createExports({ db, files, queue, readers: NO_READERS, now, retention: RULES.exports }),
    fillIns: createFillIns({ db, files, queue, now }),
    imports: createImports({ db, files, queue, now, waitingMax: 1000 }),
    undos: createUndos({ db, queue, keepMs: UNDO_MS }),
    courses: createCourses({ db, files, queue, readers: NO_READERS, now }),
    housekeeping,
    async start () {
      const reconciled = await files.reconcile()
      await runner.start()
      void housekeeping.start()
      return reconciled
    },
    async stop (graceMs) {
      housekeeping.stop()
      await runner.stop(graceMs)
    },
  }
}
