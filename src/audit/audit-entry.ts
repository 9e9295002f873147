import type { AuditRow } from '../../db/queries/audit.ts'

/** What is recorded: ids of people and things, never their names. */
export interface AuditEntry {
  action: string
  outcome: AuditRow['outcome']
  /** The id of a user; null: an unknown person, or the command line. */
  actorId: number | null
  via: AuditRow['via']
  /** The network address; null on the command line. */
  address: string | null
  /** Such as `course 3`; null if the action says it all. */
  subject: string | null
  /** What changed: by the name of each field, its value before and after. People are ids here too. */
  changes?: Record<string, unknown> | undefined
}
