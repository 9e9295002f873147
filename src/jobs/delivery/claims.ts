// What every delivery does to the rows: it claims the next job for a process, and it requeues the jobs of
// processes that died.
import type { Database, Trx } from '../../../db/index.ts'
import { claimJob, nextJob, recoverStarted } from '../../../db/queries/job-claims.ts'
import type { JobRow } from '../../../db/queries/jobs.ts'
import type { Log } from '../../log.ts'
import { MAX_PROCESS_DEATHS, type JobDelivery, type JobWorker } from './delivery.ts'

interface ClaimsOptions {
  db: Database
  log: Log
  announce: JobDelivery['announce']
  /** Called in the transaction of each claim. */
  onStep?: ((step: 'run: claiming', job: JobRow) => void) | undefined
}

interface ClaimConditions {
  /** Kinds of which one more job can start now. */
  kinds: readonly string[]
  /** Last check before the claim of this job. */
  mayClaim: (next: JobRow) => boolean
  /** In the transaction of the claim. */
  claimed?: (trx: Trx, job: JobRow) => Promise<void>
}

interface Claims {
  /** Claims the next job. Undefined: no job can start. */
  next: (worker: JobWorker, conditions: ClaimConditions) => Promise<JobRow | undefined>
  /** Requeues the started jobs with these tokens: their runs are lost. Fails jobs that died too often. */
  recover: (worker: JobWorker, lost: readonly number[]) => Promise<void>
}

export function createClaims ({ db, log, announce, onStep = () => {} }: ClaimsOptions): Claims {
  function claim (
    worker: JobWorker,
    { kinds, mayClaim, claimed }: ClaimConditions,
    versions: Versions
  ): Promise<JobRow | undefined> {
    return db.write(async (trx) => {
      const next = await nextJob(trx, { now: trx.time(), kinds, lock: true })
      if (next === undefined || !mayClaim(next)) return undefined
      const version = await versions.read(async () => await worker.kind(next.kind)?.inputVersion?.(trx, next))
      const job = await claimJob(trx, next.id, trx.time(), version ?? null)
      onStep('run: claiming', next)
      if (job !== undefined) await claimed?.(trx, job)
      return job
    }, { isOnlyJobs: true })
  }

  return {
    async next (worker, conditions) {
      const versions = createVersions()
      const job = await claim(worker, conditions, versions).catch((error: unknown) => {
        if (versions.error === undefined) throw error
        // A job with an unreadable input must not block all others: its own run fails.
        return claim(worker, conditions, versions)
      })
      if (job !== undefined && versions.error !== undefined) {
        const facts = { err: versions.error, job: job.id, kind: job.kind }
        log.error(facts, 'the input version of a job is unknown')
      }
      return job
    },
    async recover (worker, lost) {
      if (lost.length === 0) return
      const recovered = await db.write(async (trx) => {
        const found = await recoverStarted(trx, {
          now: await trx.now(),
          maxDeaths: MAX_PROCESS_DEATHS,
          message: `The server stopped ${MAX_PROCESS_DEATHS} times while this job ran.`,
          lost,
        })
        for (const job of found.requeued) await announce(trx, job)
        for (const job of found.failed) await worker.kind(job.kind)?.failed?.(trx, job)
        const ids = (jobs: JobRow[]) => jobs.map(({ id }) => id)
        return { requeued: ids(found.requeued), failed: ids(found.failed) }
      })
      const ids = [...recovered.requeued, ...recovered.failed]
      if (ids.length > 0) log.warn(recovered, 'orphaned jobs were requeued')
      for (const id of ids) worker.changed(id)
    },
  }
}

/** Reads input versions until one cannot be read; its error is kept. */
interface Versions {
  error: unknown
  read: (version: () => Promise<number | null | undefined>) => Promise<number | null | undefined>
}

function createVersions (): Versions {
  const versions: Versions = {
    error: undefined,
    async read (version) {
      if (versions.error !== undefined) return undefined
      try {
        return await version()
      } catch (error) {
        versions.error = error
        throw error
      }
    },
  }
  return versions
}
