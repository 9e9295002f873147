import type { Database, Trx } from '../../db/index.ts'
import * as jobs from '../../db/queries/jobs.ts'
import { jobAttempts, type AttemptRow } from '../../db/queries/job-attempts.ts'
import type { JobListFilter, JobRow } from '../../db/queries/jobs.ts'
import { storedPayload } from '../../db/queries/stored-json.ts'
import type { JobDelivery } from './delivery/delivery.ts'
import { DomainError } from '../errors.ts'

export type { AttemptRow } from '../../db/queries/job-attempts.ts'
export type { JobRow } from '../../db/queries/jobs.ts'

export interface JobRequest {
  kind: string
  /** One waiting job serves all requests with this key, and jobs with this key run one at a time. */
  key: string
  payload: unknown
  owner: { type: string, id: number } | null
  /** Null: the command line. */
  userId: number | null
  /** The version of the input now. A job that started from the same version serves this request too. */
  inputVersion: number | null
  /**
   * Returns the time of the request, ms, which may be later than the clock. Called once, after the jobs of
   * the key are locked. Default: the clock of the database.
   */
  requestedAt?: () => Promise<number>
  priority?: number
  /** The earliest start, ms, at most `LONGEST_WAIT_MS` after the request. Default: at once. */
  runAfter?: number
}

export interface JobTicket {
  job: JobRow
  joined: boolean
  requestedAt: number
}

/** A client that was refused because of a full queue may try again after this many seconds. */
export const QUEUE_FULL_RETRY_S = 10

/** More requests than all nodes together can write at the same moment: they have fewer connections. */
const MOST_AT_ONCE = 500

export interface JobQueue {
  /**
   * In the caller's transaction: adds a job, or joins the one that already serves the request: one that
   * waits, or that started from the same version of the input. Throws QUEUE_FULL.
   */
  request: (trx: Trx, request: JobRequest) => Promise<JobTicket>
  /**
   * Withdraws a user from a job (null: no user). Cancels the job when no requester is left, or at once with
   * `force`.
   */
  cancel: (
    jobId: number,
    by: { userId: number | null, force: boolean },
  ) => Promise<'canceled' | 'withdrawn' | 'finished'>
  /** In the caller's transaction: cancels all jobs of an owner that is being deleted; returns their ids. */
  cancelAll: (trx: Trx, owner: { type: string, id: number }) => Promise<number[]>
  /** Requeues a job that failed or was canceled. False: it is in another state. */
  retry: (jobId: number) => Promise<boolean>
  find: (jobId: number) => Promise<JobRow | undefined>
  /** Newest first, each with its result, which has up to `RESULT_MAX` characters. */
  list: (filter: JobListFilter) => Promise<JobRow[]>
  /** All runs of a job, oldest first. */
  attempts: (jobId: number) => Promise<AttemptRow[]>
  /** How many jobs wait, of all kinds. */
  countWaiting: () => Promise<number>
}

interface JobQueueOptions {
  db: Database
  /** Most jobs of one kind that may wait. */
  queueMax: number
  delivery: Pick<JobDelivery, 'announce'>
  /** Called in the transaction that cancels a job. Default: nothing. */
  onCancel?: (trx: Trx, job: JobRow) => Promise<void>
  /** Called after the commit that canceled a job. */
  canceled: (jobId: number) => void
  /** Called between the steps of a request. */
  onStep?: ((step: RequestStep) => void) | undefined
}

/** The steps of a request for a new job, in order: in its transaction, and after it. */
export const REQUEST_STEPS = ['request: written', 'request: committed'] as const
type RequestStep = typeof REQUEST_STEPS[number]

/** The queue over a database. `canceled` is called after the commit, for each job that was canceled. */
export function createJobQueue (
  { db, queueMax, delivery, onCancel = async () => {}, canceled, onStep = () => {} }: JobQueueOptions
): JobQueue {
  return {
    async request (trx, request) {
      const { job, joined, requestedAt } = await joinOrInsert(trx, request)
      await jobs.insertRequest(trx, {
        job_id: job.id,
        user_id: request.userId,
        requested_at: requestedAt,
        withdrawn_at: null,
      })
      onStep('request: written')
      if (!joined) {
        trx.afterCommit(() => { onStep('request: committed') })
        await delivery.announce(trx, job)
      }
      return { job, joined, requestedAt }
    },
    async cancel (jobId, { userId, force }) {
      return await db.write(async (trx) => {
        const job = await jobs.lockJob(trx, jobId)
        if (job === undefined || (job.state !== 'queued' && job.state !== 'started')) return 'finished'
        if (userId !== null) await jobs.withdrawRequests(trx, jobId, userId, await trx.now())
        const isWanted = (await jobs.jobRequests(trx, jobId)).some((request) => request.withdrawn_at === null)
        if (isWanted && !force) return 'withdrawn'
        await jobs.cancelJob(trx, jobId, await trx.now())
        await onCancel(trx, job)
        trx.afterCommit(() => { canceled(jobId) })
        return 'canceled'
      })
    },
    async cancelAll (trx, owner) {
      const jobIds = await jobs.cancelJobsOfOwner(trx, owner.type, owner.id, await trx.now())
      for (const jobId of jobIds) {
        const job = await jobs.findJob(trx, jobId)
        if (job !== undefined) await onCancel(trx, job)
      }
      trx.afterCommit(() => { for (const jobId of jobIds) canceled(jobId) })
      return jobIds
    },
    retry: (jobId) => db.write(async (trx) => {
      const job = await jobs.requeueEnded(trx, jobId)
      if (job !== undefined) await delivery.announce(trx, job)
      return job !== undefined
    }),
    find: (jobId) => jobs.findJob(db.reads, jobId),
    list: (filter) => jobs.listJobs(db.reads, filter),
    attempts: (jobId) => jobAttempts(db.reads, jobId),
    countWaiting: () => jobs.countWaiting(db.reads),
  }

  async function joinOrInsert (trx: Trx, request: JobRequest): Promise<JobTicket> {
    const timeOfRequest = request.requestedAt ?? trx.now
    // Requests of one key take turns. Otherwise the one that inserts the job holds what `timeOfRequest`
    // locks, and may wait for the row of a job that a later request holds while it waits for that lock.
    await trx.lock(`jobs: ${request.key}`)
    let at: number | undefined
    for (;;) {
      const live = await jobs.lockLiveJobs(trx, request.key)
      const found = live.find((job) => job.state === 'queued') ??
        live.find((job) => request.inputVersion !== null && job.input_version === request.inputVersion)
      if (found !== undefined) return { job: found, joined: true, requestedAt: at ?? await timeOfRequest() }
      await checkRoom(trx, request.kind)
      at ??= await timeOfRequest()
      const inserted = await insert(trx, request, at)
      if (inserted !== undefined) return { job: inserted, joined: false, requestedAt: at }
      // The same job was queued meanwhile, by a retry.
    }
  }

  /** Counted by kind: a queue full of imports still accepts exports. */
  async function checkRoom (trx: Trx, kind: string): Promise<void> {
    // Nodes that insert at the same time do not see each other's jobs. They take turns where it matters.
    if (await jobs.countWaiting(trx, kind) + MOST_AT_ONCE < queueMax) return
    await trx.lock(`jobs: room for ${kind}`)
    if (await jobs.countWaiting(trx, kind) < queueMax) return
    throw new DomainError('QUEUE_FULL', { retryAfterSeconds: QUEUE_FULL_RETRY_S })
  }

  async function insert (
    trx: Trx,
    { kind, key, payload, owner, priority = 0, runAfter = 0 }: JobRequest,
    requestedAt: number
  ): Promise<JobRow | undefined> {
    return await jobs.insertJob(trx, {
      kind,
      key,
      unique_key: key,
      state: 'queued',
      payload: storedPayload(payload),
      owner_type: owner?.type ?? null,
      owner_id: owner?.id ?? null,
      input_version: null,
      priority,
      run_after: runAfter,
      created_at: requestedAt,
      started_at: null,
      finished_at: null,
      error_code: null,
      error_message: null,
      result: null,
    })
  }
}
