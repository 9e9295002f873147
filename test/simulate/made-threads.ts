// Simulated threads: each task runs in steps, and can crash, fail, hang, be slow, or send reports that are
// late or wrong.
import { createHash } from 'node:crypto'
import type { Database } from '../../db/index.ts'
import { DomainError, hasCode } from '../../src/errors.ts'
import type { ExportTask } from '../../src/exports/export.job.ts'
import type { FillInTask } from '../../src/fill-in/fill-in.job.ts'
import { emptyReport } from '../../src/fill-in/fill-in-report.ts'
import type { FileStorage } from '../../src/files/storage/file-storage.ts'
import type { HousekeepingTask } from '../../src/housekeeping/housekeeping.job.ts'
import { removeOldData } from '../../src/housekeeping/old-data.ts'
import type { ImportTask } from '../../src/imports/import.job.ts'
import { undoImport } from '../../src/imports/undo-import.ts'
import type { UndoTask } from '../../src/imports/undo.job.ts'
import { pause } from '../../src/jobs/clock.ts'
import type { TaskOutcome } from '../../src/jobs/task.ts'
import type { TaskOptions, WorkerPool } from '../../src/jobs/worker-pool.ts'
import type { JobTasks } from '../../workers/task-map.ts'
import { NEVER, type Life } from './life.ts'
import { writeStaged } from './made-staging.ts'
import { importScores } from './made-imports.ts'
import type { MovingClock } from './moving-clock.ts'
import type { SimulatedDatabase } from './simulated-database.ts'

export const THREAD_ENDINGS = [
  'crashes', 'runs out of memory', 'fails', 'finds the disk full', 'hangs', 'is slow',
  'lingers when it is killed', 'reports nonsense', 'loses the database',
] as const
export type ThreadEnding = typeof THREAD_ENDINGS[number]

interface MadeThreadsOptions {
  life: Life
  clock: MovingClock
  /** How the next tasks end. */
  endings: ThreadEnding[]
  simulated: Pick<SimulatedDatabase, 'versionOf' | 'sqlite'>
  /** The disk with the staging folder fails. */
  isBroken: () => boolean
  /** The database and the storage as a thread has them. */
  parts: (life: Life) => { db: Database, storage: FileStorage }
}

const SLOW_MS = 90_000
const REPORT = emptyReport({
  sheets: [], sheet: null, header_row: null, headings: [], rows: [], match: [], fill: [],
})
/** A snapshot with a single part of one byte. */
const SNAPSHOT = Buffer.from([0, 0, 0, 0, 1, 0, 0, 0, 7])

export function createMadeThreads (
  { life, clock, endings, simulated, isBroken, parts }: MadeThreadsOptions
): WorkerPool<JobTasks> {
  const { versionOf } = simulated
  let running = 0

  async function perform (
    thread: Life,
    task: string,
    input: object,
    onProgress: (fraction: number) => void
  ): Promise<unknown> {
    const ending = endings.shift()
    await thread.step(`thread begins ${task}`)
    if (ending === 'is slow') await pause(clock.of(thread), SLOW_MS, new AbortController().signal)
    if (ending === 'hangs') await NEVER
    if (ending === 'crashes') throw new DomainError('WORKER_CRASHED', { detail: 'a made crash' })
    if (ending === 'runs out of memory') throw new DomainError('OUT_OF_MEMORY')
    if (ending === 'loses the database') {
      throw new DomainError('DATABASE_UNAVAILABLE', { retryAfterSeconds: 5 })
    }
    if (task === 'housekeeping') {
      const { now, rules, rowsOnly } = input as HousekeepingTask['input']
      return { ok: true, facts: await removeOldData({ ...parts(thread), now: () => now, rules, rowsOnly }) }
    }
    if (task === 'undoImport') {
      return await undo(parts(thread).db, input as UndoTask['input'], clock.now)
    }
    if (ending === 'finds the disk full') return { ok: false, code: 'DISK_FULL', message: 'It is full.' }
    if (task === 'importUpload' && simulated.sqlite !== undefined) {
      return await importScores(thread, simulated.sqlite, input as ImportTask['input'], {
        now: clock.now, fails: ending === 'fails',
      })
    }
    return task === 'fillIn'
      ? await fillIn(thread, input as FillInTask['input'], ending, onProgress)
      : await writeExport(thread, input as ExportTask['input'], ending, onProgress)
  }

  async function writeExport (
    thread: Life,
    { courseId, stagingPath, snapshotPath }: ExportTask['input'],
    ending: ThreadEnding | undefined,
    onProgress: (fraction: number) => void
  ): Promise<TaskOutcome<ExportTask>> {
    const version = await versionOf(courseId)
    if (version === undefined) {
      return { ok: false, code: 'COURSE_NOT_FOUND', message: 'The course was deleted in the meantime.' }
    }
    if (ending === 'fails') return { ok: false, code: 'WORKBOOK_TOO_LARGE', message: 'It is too large.' }
    const file = await write(thread, `course ${courseId}, version ${version}\n`, stagingPath, {
      ending,
      onProgress,
      also () { if (snapshotPath !== undefined) writeStaged(snapshotPath, SNAPSHOT) },
    })
    return {
      ok: true,
      facts: {
        filename: `Course_${courseId}.xlsx`,
        ...file,
        students: 1,
        scores: 1,
        dataVersion: version,
        currentUntil: null,
        receipts: [],
      },
    }
  }

  async function fillIn (
    thread: Life,
    { courseId, stagingPath }: FillInTask['input'],
    ending: ThreadEnding | undefined,
    onProgress: (fraction: number) => void
  ): Promise<TaskOutcome<FillInTask>> {
    if (await versionOf(courseId) === undefined) {
      return { ok: false, code: 'COURSE_NOT_FOUND', message: 'The course was deleted in the meantime.' }
    }
    if (ending === 'fails') return { ok: false, code: 'FILL_IN_FAILED', message: 'It is no table.' }
    const file = await write(thread, 'a filled-in table', stagingPath, { ending, onProgress })
    return { ok: true, facts: { report: REPORT, file } }
  }

  async function write (
    thread: Life,
    text: string,
    path: string,
    { ending, onProgress, also = () => {} }: {
      ending: ThreadEnding | undefined, onProgress: (fraction: number) => void, also?: () => void,
    }
  ): Promise<{ size: number, sha256: string }> {
    onProgress(0.4)
    await thread.step('thread writes')
    const bytes = Buffer.from(text)
    if (isBroken()) throw Object.assign(new Error('EIO: the disk fails'), { code: 'EIO' })
    writeStaged(path, bytes)
    also()
    onProgress(0.8)
    if (ending === 'reports nonsense') {
      for (const fraction of [0.8, 0.2, Number.NaN, 7, -1]) onProgress(fraction)
    }
    await thread.step('thread is done')
    return { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
  }

  /** A thread that was killed may have been about to write. */
  function linger (input: object, onProgress: (fraction: number) => void): void {
    void life.step('a killed thread writes').then(() => {
      onProgress(1)
      if (!('stagingPath' in input)) return
      try {
        writeStaged(String(input.stagingPath), Buffer.from('too late'))
      } catch { /* the folder is gone, as it should be */ }
    })
  }

  async function run (
    task: string,
    input: object,
    { signal, onProgress = () => {} }: TaskOptions = {}
  ): Promise<unknown> {
    const lingers = endings[0] === 'lingers when it is killed'
    const thread = life.within()
    running++
    try {
      return await new Promise((resolve, reject) => {
        const kill = () => {
          thread.end()
          reject(new DOMException('The task has been aborted', 'AbortError'))
        }
        if (signal?.aborted === true) return kill()
        signal?.addEventListener('abort', kill)
        void perform(thread, task, input, onProgress).then(resolve, reject)
          .finally(() => { signal?.removeEventListener('abort', kill) })
      })
    } finally {
      running--
      if (lingers && thread.isOver) linger(input, onProgress)
    }
  }

  return {
    threads: 2,
    extraThreads: 0,
    load: () => ({ running, waiting: 0 }),
    warm: async () => {},
    destroy: async () => {},
    run: run as WorkerPool<JobTasks>['run'],
  }
}

/** Does what `workers/undo-import.ts` does. */
async function undo (
  db: Database, { database: _, ...options }: UndoTask['input'], now: () => number
): Promise<TaskOutcome<UndoTask>> {
  try {
    return { ok: true, facts: { undone: await undoImport(db, { ...options, now }) } }
  } catch (error) {
    for (const code of ['UNDO_CONFLICT', 'UNDO_NOT_POSSIBLE'] as const) {
      if (hasCode(error, code)) return { ok: false, code, message: error.message }
    }
    throw error
  }
}
