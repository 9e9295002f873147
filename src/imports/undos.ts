// Which imports can be undone, and the request to undo one.
import { createHash } from 'node:crypto'
import type { Database } from '../../db/index.ts'
import { importsByReference, type UndoableImport } from '../../db/queries/undo.ts'
import { referenceOfJob } from '../../db/queries/job-references.ts'
import { DomainError } from '../errors.ts'
import type { JobQueue, JobRow, JobTicket } from '../jobs/job-queue.ts'
import { checkUndo, coursesWithoutConflict } from './undo-import.ts'
import { UNDO_KIND, type UndoPayload } from './undo.job.ts'
import { refusal } from '../refusals.ts'

/** Whether an import can be undone, as far as the import itself decides it. */
export interface UndoState {
  state: 'possible' | 'partly_undone' | 'undone' | 'not_possible'
  /** Until when it can be undone, ms; null: it cannot. */
  until: number | null
}

interface UndoOfJob {
  /** The job of the import. */
  job: JobRow
  courses?: readonly number[] | undefined
  /** Skips courses that later imports changed, unless they changed all of them. Default: false. */
  skipsConflicts?: boolean | undefined
  userId: number
  via: 'session' | 'token'
  requestedBy: string
}

export interface Undos {
  /**
   * Queues the undo of the import that a job made, or joins the one that waits. Throws UNDO_CONFLICT,
   * UNDO_NOT_POSSIBLE and QUEUE_FULL.
   */
  request: (undo: UndoOfJob) => Promise<JobTicket>
  /** Whether the imports of these jobs can be undone, by job id. Those that changed nothing are left out. */
  states: (jobs: readonly JobRow[]) => Promise<Map<number, UndoState>>
}

interface UndosOptions {
  db: Database
  queue: Pick<JobQueue, 'request'>
  /** How long an import can be undone, ms. */
  keepMs: number
}

/** Undos for the API. They run as jobs. */
export function createUndos ({ db, queue, keepMs }: UndosOptions): Undos {
  return {
    async request ({ job, courses: given, skipsConflicts = false, userId, via, requestedBy }) {
      const [found] = await importsByReference(db.reads, [referenceOfJob(job.id)])
      if (found === undefined) {
        throw new DomainError('UNDO_NOT_POSSIBLE', { detail: refusal('nothing_to_undo') })
      }
      const left = skipsConflicts ? await coursesWithoutConflict(db.reads, found.id) : []
      const others = left.filter((id) => given?.includes(id) !== false)
      const courses = others.length === 0 ? given : others
      const chosen = courses === undefined ? undefined : [...new Set(courses)].sort((a, b) => a - b)
      await checkUndo(db.reads, { importId: found.id, courses: chosen })
      return await db.write((trx) => queue.request(trx, {
        kind: UNDO_KIND,
        key: `${UNDO_KIND}:${found.id}${chosen === undefined ? '' : `:${hashOf(chosen)}`}`,
        payload: {
          importId: found.id, courses: chosen, requestedBy, actor: { userId, via },
        } satisfies UndoPayload,
        owner: job.owner_type === null || job.owner_id === null
          ? null
          : { type: job.owner_type, id: job.owner_id },
        userId,
        inputVersion: found.id,
      }))
    },
    async states (jobs) {
      const byReference = new Map(jobs.map((job) => [referenceOfJob(job.id), job.id]))
      const states = new Map<number, UndoState>()
      for (const one of await importsByReference(db.reads, [...byReference.keys()])) {
        const id = byReference.get(one.reference ?? '')
        if (id !== undefined) states.set(id, stateOf(one, keepMs))
      }
      return states
    },
  }
}

/** The ids of thousands of courses do not fit into an index of PostgreSQL. */
function hashOf (courses: readonly number[]): string {
  return createHash('sha256').update(courses.join(',')).digest('hex')
}

function stateOf (one: UndoableImport, keepMs: number): UndoState {
  if (one.undone_at !== null) return { state: 'undone', until: null }
  if (one.is_kept === 0) return { state: 'not_possible', until: null }
  return { state: one.undone === 0 ? 'possible' : 'partly_undone', until: one.applied_at + keepMs }
}
