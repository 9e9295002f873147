// The audit log's entry for an import: how much it changed, and nothing about people.
import { insertAuditEntry } from '../../db/queries/audit.ts'
import type { Trx } from '../../db/index.ts'
import type { Row } from '../../db/tables.ts'
import type { Counts, ImportSummary } from './outcome.ts'
import { counted } from '../counted.ts'

export const IMPORT_RUN = 'import.run'

/** `changed: 1 course, 3 students, 12 scores`, or `changed: nothing` for an import that failed. */
export function changesText (summary: ImportSummary | undefined): string {
  if (summary === undefined) return 'changed: nothing'
  const changed = ({ added, updated, removed }: Counts) => added + updated + removed
  const { courses, students, scores } = summary
  return `changed: ${counted(changed(courses), 'course')}, ${counted(changed(students), 'student')}, ` +
    counted(changed(scores), 'score')
}

export interface ImportEntry {
  /** Ms since 1970. */
  at: number
  jobId: number
  /** The course of a teacher's import. */
  courseId: number | undefined
  /** Id of the user, and how they were authenticated; null for a job of an older version. */
  actor: { userId: number | null, via: Row<'audit_log'>['via'] } | null
  /** Undefined if the import failed. */
  summary: ImportSummary | undefined
}

/** Notes an import over the API in the transaction that ends its job. */
export async function noteImport (trx: Trx, entry: ImportEntry): Promise<void> {
  const { at, jobId, courseId, actor, summary } = entry
  await insertAuditEntry(trx, {
    at,
    action: IMPORT_RUN,
    outcome: summary === undefined ? 'refused' : 'done',
    actor_id: actor?.userId ?? null,
    via: actor?.via ?? 'nobody',
    address: null,
    subject: `${courseId === undefined ? '' : `course ${courseId}, `}job ${jobId}, ${changesText(summary)}`,
  })
}
