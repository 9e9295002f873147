import type { Reads, Trx } from '../index.ts'
import type { NewRow, Row } from '../tables.ts'

export type AuditRow = Row<'audit_log'>

export async function insertAuditEntry (trx: Trx, entry: NewRow<'audit_log'>): Promise<void> {
  await trx.insertInto('audit_log').values(entry).execute()
}

export interface AuditFilter {
  action?: string | undefined
  actorId?: number | undefined
  /** The earliest and the latest time of an entry, ms since 1970. */
  from?: number | undefined
  to?: number | undefined
}

/** Newest first, with the actor's current email address and role. */
export async function listAuditEntries (
  db: Reads,
  { limit, before, action, actorId, from, to }: AuditFilter & { limit: number, before?: number | undefined }
): Promise<Array<AuditRow & { email: string | null, role: Row<'users'>['role'] | null }>> {
  let query = db.selectFrom('audit_log').leftJoin('users', 'users.id', 'audit_log.actor_id').selectAll(
    'audit_log'
  ).select(['users.email', 'users.role'])
  if (before !== undefined) query = query.where('audit_log.id', '<', before)
  if (action !== undefined) query = query.where('audit_log.action', '=', action)
  if (actorId !== undefined) query = query.where('audit_log.actor_id', '=', actorId)
  if (from !== undefined) query = query.where('audit_log.at', '>=', from)
  if (to !== undefined) query = query.where('audit_log.at', '<=', to)
  return await query.orderBy('audit_log.id', 'desc').limit(limit).execute()
}
