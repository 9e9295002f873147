import type { Database } from '../../db/index.ts'
import { hasCode } from '../errors.ts'
import type { SweepOptions } from '../files/file-sweep.ts'
import type { FileStorage } from '../files/storage/file-storage.ts'
import type { Clock } from '../jobs/clock.ts'
import type { JobQueue, JobTicket } from '../jobs/job-queue.ts'
import type { Log } from '../log.ts'
import { HOUSEKEEPING_KIND, type HousekeepingPayload } from './housekeeping.job.ts'
import type { KeepRules } from './keep-rules.ts'
import { applyRetention, isAnythingOld, sweepByRules, type FilesSwept } from './old-data.ts'

/** Old rows are looked for this often, ms. */
export const ROWS_EVERY_MS = 3_600_000

export interface Housekeeping {
  /** Removes expired files here and now, without a job. */
  sweepFiles: (options?: Pick<SweepOptions, 'dryRun' | 'onFile'>) => Promise<FilesSwept>
  /** Queues a job if anything is old. False: nothing is, or too many jobs wait. */
  request: (options?: HousekeepingPayload) => Promise<boolean>
  /** Queues a job whether anything is old or not, or joins the one that waits. Throws QUEUE_FULL. */
  requestNow: (userId: number) => Promise<JobTicket>
  /** Looks for old data now and from time to time. Also makes existing exports follow the rules. */
  start: () => Promise<void>
  stop: () => void
}

interface HousekeepingOptions {
  db: Database
  storage: FileStorage
  queue: Pick<JobQueue, 'request'>
  clock: Clock
  rules: KeepRules
  /** Time between two looks for expired files, ms; 0: they are not looked for. */
  filesEveryMs: number
  log: Pick<Log, 'warn'>
}

export function createHousekeeping (
  { db, storage, queue, clock, rules, filesEveryMs, log }: HousekeepingOptions
): Housekeeping {
  const { now } = clock
  let isStarted = false
  let cancelTimer = () => {}
  /** Until files are due for a look, ms. */
  let filesInMs = filesEveryMs === 0 ? Infinity : 0

  async function put (userId: number | null, payload: HousekeepingPayload): Promise<JobTicket> {
    return await db.write((trx) =>
      queue.request(trx, {
        kind: HOUSEKEEPING_KIND,
        // A request for everything must not join a job that leaves files alone.
        key: payload.rowsOnly === true ? `${HOUSEKEEPING_KIND}:rows` : HOUSEKEEPING_KIND,
        payload,
        owner: null,
        userId,
        inputVersion: null,
        // No one waits for it: everything else goes first.
        priority: -1,
      })
    )
  }

  async function request (payload: HousekeepingPayload = {}): Promise<boolean> {
    if (!await isAnythingOld({ db, storage, now, rules, rowsOnly: payload.rowsOnly === true })) return false
    try {
      await put(null, payload)
      return true
    } catch (error) {
      if (hasCode(error, 'QUEUE_FULL')) return false
      throw error
    }
  }

  async function look (): Promise<void> {
    const rowsOnly = filesInMs > 0
    if (!rowsOnly) filesInMs = filesEveryMs
    const nextMs = Math.min(filesInMs, ROWS_EVERY_MS)
    cancelTimer = clock.after(nextMs, () => {
      filesInMs -= nextMs
      void look()
    })
    try {
      if (!rowsOnly) await applyRetention(db, rules.exports, now())
      await request({ rowsOnly })
    } catch (error) {
      log.warn({ err: error }, 'looking for old data failed; the next look tries again')
    }
  }

  return {
    sweepFiles: (options = {}) => sweepByRules({ db, storage, now, rules, log, ...options }),
    request,
    requestNow: (userId) => put(userId, {}),
    async start () {
      if (isStarted) return
      isStarted = true
      await look()
    },
    stop () { cancelTimer() },
  }
}
