import { deleteAuditEntries, insertAuditEntry, listAuditEntries, type AuditRow } from '../../../db/audit.queries.ts'
import type { Database } from '../../../db/database.ts'

/** Entries that are too old are looked for this often at most, ms. */
const SWEEP_EVERY_MS = 3_600_000
/** So many go at once. */
const SWEEP_AT_ONCE = 1000

/** What is noted: numbers of people and things, never their names. */
export interface AuditEntry {
  action: string
  outcome: AuditRow['outcome']
  /** A row of `users`; null: nobody who is known, or the command line. */
  actorId: number | null
  via: AuditRow['via']
  /** The network address; null on the command line. */
  address: string | null
  /** `course 3`; null where the action says it all. */
  subject: string | null
}

/** Whoever sits at the machine itself. */
export const BY_COMMAND = { outcome: 'done', actorId: null, via: 'command', address: null } as const

export interface Audit {
  /** Notes it soon. A failure goes to the log: what was done is done. */
  record: (entry: AuditEntry) => void
  /** Newest first. `email` is null for students and for whoever has no account. */
  list: (filter: Parameters<typeof listAuditEntries>[1]) => Promise<Array<AuditRow & { email: string | null }>>
  /** Resolves when everything that was recorded is written. */
  settled: () => Promise<void>
}

export interface AuditOptions {
  db: Database
  now: () => number
  log: { error: (facts: object, text: string) => void }
  /** How long entries are kept, ms; 0: for ever. */
  keepMs: number
}

export function createAudit ({ db, now, log, keepMs }: AuditOptions): Audit {
  let last: Promise<void> = Promise.resolve()
  let pending: Array<{ entry: AuditEntry, at: number }> = []
  let sweptAt = -Infinity

  /** All that came while the ones before were written. */
  async function writePending (): Promise<void> {
    const entries = pending
    pending = []
    const at = entries.at(-1)?.at
    if (at === undefined) return
    try {
      await db.write(async (trx) => {
        for (const { entry: { actorId, ...entry }, at } of entries) await insertAuditEntry(trx, { ...entry, actor_id: actorId, at })
        if (keepMs === 0 || Math.abs(at - sweptAt) < SWEEP_EVERY_MS) return
        // Where there is more, the next entry goes on.
        if (await deleteAuditEntries(trx, at - keepMs, SWEEP_AT_ONCE) < SWEEP_AT_ONCE) sweptAt = at
      })
    } catch (error) {
      log.error({ err: error, actions: entries.map(({ entry }) => entry.action) }, 'entries of the audit log could not be written')
    }
  }

  return {
    record (entry) {
      pending.push({ entry, at: now() })
      last = last.then(writePending)
    },
    async list (filter) {
      return (await listAuditEntries(db.reads, filter)).map(({ role, email, ...entry }) => ({ ...entry, email: role === 'student' ? null : email }))
    },
    settled: () => last,
  }
}

/** An entry as the API and the command line show it. */
export function auditJson ({ id, at, action, outcome, actor_id: userId, email, via, address, subject }: AuditRow & { email: string | null }) {
  return { id, at: new Date(at).toISOString(), action, outcome, user_id: userId, email, via, address, subject }
}
