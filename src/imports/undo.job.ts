import { insertAuditEntry } from '../../db/queries/audit.ts'
import type { Database, DatabaseLocation, Trx } from '../../db/index.ts'
import type { JobRow } from '../../db/queries/jobs.ts'
import { referenceOfJob } from '../../db/queries/job-references.ts'
import { counted } from '../counted.ts'
import { exponentialBackoff, type JobKind } from '../jobs/job-kind.ts'
import type { ImportEntry } from './import-audit.ts'
import type { UndoRequest, UndoSummary } from './undo-import.ts'

export const UNDO_KIND = 'import-undo'
export const IMPORT_UNDONE = 'import.undone'

export interface UndoPayload extends UndoRequest {
  /** For the list of jobs. */
  requestedBy: string
  /** For the audit log. */
  actor: NonNullable<ImportEntry['actor']>
}

/** Undoes an import. */
export interface UndoTask {
  input: UndoRequest & {
    database: DatabaseLocation
    /** Identifies the job, so that an undo that a dead run made is not made again. */
    reference: string
    fence: { jobId: number, token: number }
  }
  facts: { undone: UndoSummary }
  failure: 'UNDO_CONFLICT' | 'UNDO_NOT_POSSIBLE'
}

export interface UndoKindOptions {
  db: Database
  now: () => number
}

/** Undos as a kind of job. What a request checked is checked again in the transaction. */
export function undoKind ({ db, now }: UndoKindOptions): JobKind<UndoTask> {
  async function note (trx: Trx, job: JobRow, undone: UndoSummary | undefined): Promise<void> {
    const { importId, actor } = payloadOf(job)
    await insertAuditEntry(trx, {
      at: now(),
      action: IMPORT_UNDONE,
      outcome: undone === undefined ? 'refused' : 'done',
      actor_id: actor.userId,
      via: actor.via,
      address: null,
      subject: `import ${importId}, job ${job.id}, ${undoneText(undone)}`,
    })
  }
  return {
    name: UNDO_KIND,
    timeLimitMs: 600_000,
    maxAttempts: 3,
    backoffMs: exponentialBackoff(1000, 60_000),
    concurrency: 1,
    // Always the same for one import, so that a second click joins the job that has started.
    inputVersion: async (trx, job) => payloadOf(job).importId,
    async input ({ job }) {
      const { importId, courses } = payloadOf(job)
      return {
        importId,
        courses,
        database: db.location,
        reference: referenceOfJob(job.id),
        fence: { jobId: job.id, token: job.token },
      }
    },
    complete: async ({ job }, facts) => ({
      result: facts,
      commit: async (trx) => { await note(trx, job, facts.undone) },
      async discard () {},
    }),
    failed: async (trx, job) => { await note(trx, job, undefined) },
  }
}

/** `changed: 2 courses restored, 1 deleted, 0 emptied`, or `changed: nothing`. */
export function undoneText (undone: UndoSummary | undefined): string {
  return undone === undefined
    ? 'changed: nothing'
    : `changed: ${counted(undone.restored, 'course')} restored, ${undone.deleted} deleted, ` +
      `${undone.emptied} emptied`
}

function payloadOf (job: JobRow): UndoPayload { return JSON.parse(job.payload) as UndoPayload }
