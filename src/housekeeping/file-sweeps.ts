import type { Database } from '../../db/index.ts'
import { hasCode } from '../errors.ts'
import { isSweepDue, type SweepOptions, type Swept } from '../files/file-sweep.ts'
import type { FileStorage } from '../files/storage/file-storage.ts'
import type { JobQueue, JobTicket } from '../jobs/job-queue.ts'
import { SWEEP_KIND } from './file-sweep.job.ts'
import { applyRetention, sweep, type SweepRules } from './sweep.ts'

export interface FileSweeps {
  /** Sweeps here and now, without a job. */
  run: (options?: Pick<SweepOptions, 'dryRun' | 'onFile'>) => Promise<Swept>
  /** Queues a sweep if there is anything to remove; false: there is not, or too many jobs wait. */
  request: () => Promise<boolean>
  /** Queues a sweep whatever there is, or joins the one that waits. Throws QUEUE_FULL. */
  requestNow: (userId: number) => Promise<JobTicket>
  /** Applies the rules to what is there and looks for something to remove, now and from time to time. */
  start: () => Promise<void>
  stop: () => void
}

export interface FileSweepsOptions {
  db: Database
  storage: FileStorage
  queue: JobQueue
  now: () => number
  rules: SweepRules
  /** Time between two looks, ms; 0: none at all. */
  everyMs: number
  log: { warn: (facts: object, text: string) => void }
}

export function createFileSweeps (
  { db, storage, queue, now, rules, everyMs, log }: FileSweepsOptions
): FileSweeps {
  let timer: NodeJS.Timeout | undefined

  async function put (userId: number | null): Promise<JobTicket> {
    // Nobody waits for it: everything else goes first.
    return await db.write((trx) =>
      queue.request(trx, {
        kind: SWEEP_KIND,
        key: SWEEP_KIND,
        payload: {},
        owner: null,
        userId,
        inputVersion: null,
        requestedAt: now(),
        priority: -1,
      })
    )
  }

  async function request (): Promise<boolean> {
    if (!await isSweepDue({ db, now, tombstoneMs: rules.tombstoneMs })) return false
    try {
      await put(null)
      return true
    } catch (error) {
      if (hasCode(error, 'QUEUE_FULL')) return false
      throw error
    }
  }

  async function look (): Promise<void> {
    try {
      await applyRetention(db, rules.exports, now())
      await request()
    } catch (error) {
      log.warn({ err: error }, 'looking for expired files failed; the next look tries again')
    }
  }

  return {
    run: (options = {}) => sweep({ db, storage, now, rules, log, ...options }),
    request,
    requestNow: put,
    async start () {
      if (everyMs === 0 || timer !== undefined) return
      timer = setInterval(() => {
        void look()
      }, everyMs).unref()
      await look()
    },
    stop () {
      clearInterval(timer)
      timer = undefined
    },
  }
}
