import {
  insertAuditEntry,
  listAuditEntries,
  type AuditRow,
} from '../../db/queries/audit.ts'
import { isBusy, isDiskFull, isUnavailable } from '../../db/failures.ts'
import type { Database } from '../../db/index.ts'
import { isoTime } from '../iso-time.ts'
import type { Clock } from '../jobs/clock.ts'
import type { Log } from '../log.ts'
import type { AuditEntry } from './audit-entry.ts'
import { namesOfEntries, type AuditName } from './audit-names.ts'
import { createAuditRepeats, type CountedEntry } from './audit-repeats.ts'

/** The most entries in one transaction. */
const WRITTEN_AT_ONCE = 500
/** The most entries that wait in memory while they cannot be written: a few megabytes. */
const WAITING_MAX = 10_000
/** Delay before entries that could not be written are retried, ms. */
const RETRY_MS = 5000

/** An entry of the command line. */
export const BY_COMMAND = { outcome: 'done', actorId: null, via: 'command', address: null } as const

export interface Audit {
  /** Writes the entry soon, or counts it as a repeat. Throws nothing: what was done is done. */
  record: (entry: AuditEntry) => void
  /**
   * Newest first, after everything that was recorded is written. `email` is null for students and where there
   * is no account.
   */
  list: (
    filter: Parameters<typeof listAuditEntries>[1],
  ) => Promise<Array<AuditRow & { email: string | null }>>
  /** For each entry, the current names of what it is about. */
  names: (entries: ReadonlyArray<Pick<AuditRow, 'subject' | 'changes'>>) => Promise<AuditName[][]>
  /** Resolves when all recorded entries, counted repeats included, are written or cannot be written now. */
  settled: () => Promise<void>
  /** Writes the remaining entries, without later retries. */
  close: () => Promise<void>
}

interface AuditOptions {
  db: Database
  clock: Clock
  log: Log
}

export function createAudit ({ db, clock, log }: AuditOptions): Audit {
  const { now, after } = clock
  const repeats = createAuditRepeats()
  let last: Promise<void> = Promise.resolve()
  let pending: CountedEntry[] = []
  /** Entries that could not be written; only the retry timer writes them. */
  let isStuck = false
  /** Whether a write of entries is already queued: a burst of entries is one write, not one for each. */
  let isQueued = false
  let lost = 0
  let cancelTimer: (() => void) | undefined
  let isClosed = false

  /** Writes entries until none are left. */
  async function writePending (): Promise<void> {
    const entries = pending.slice(0, WRITTEN_AT_ONCE)
    if (entries.length === 0) return
    try {
      await db.write(async (trx) => {
        for (const { actorId, changes, ...entry } of entries) {
          await insertAuditEntry(trx, {
            ...entry, actor_id: actorId, changes: changes === undefined ? null : JSON.stringify(changes),
          })
        }
      }, { isOneStatement: entries.length === 1, isOnlyJobs: true })
    } catch (error) {
      failed(error, entries.length)
      return
    }
    pending = pending.slice(entries.length)
    if (isStuck) log.info({ entries: entries.length }, 'audit log entries that had to wait are now written')
    isStuck = false
    if (lost > 0) log.error({ lost }, 'audit log entries are lost: too many were waiting')
    lost = 0
    await writePending()
  }

  function writeSoon (): void {
    if (isQueued || isStuck || pending.length === 0) return
    isQueued = true
    last = last.then(async () => {
      isQueued = false
      if (!isStuck) await writePending()
    })
  }

  function failed (error: unknown, count: number): void {
    if (!isTemporary(error)) {
      // A bug, or a damaged database: it must not block the entries after these.
      log.error(
        { err: error, actions: pending.splice(0, count).map(({ action }) => action) },
        'audit log entries could not be written'
      )
      return
    }
    if (!isStuck) {
      log.warn(
        { err: error, waiting: pending.length },
        'audit log entries cannot be written now; they wait and will be retried'
      )
    }
    isStuck = true
    // The retry comes before the end of a minute of repeats.
    cancelTimer?.()
    cancelTimer = undefined
    schedule()
  }

  /** One timer for what comes first: the retry, or the end of a minute of repeats. */
  function schedule (): void {
    if (cancelTimer !== undefined || isClosed) return
    const nextAt = repeats.nextAt()
    if (!isStuck && nextAt === undefined) return
    const ms = isStuck ? RETRY_MS : Math.max(0, (nextAt ?? 0) - now())
    cancelTimer = after(ms, () => {
      cancelTimer = undefined
      keep(repeats.take(now()))
      last = last.then(writePending).then(schedule)
    })
  }

  function keep (entries: CountedEntry[]): void {
    for (const entry of entries) {
      if (pending.length < WAITING_MAX) pending.push(entry)
      else lost += entry.count
    }
  }

  function settled (): Promise<void> {
    keep(repeats.take(now(), { all: true }))
    last = last.then(writePending)
    return last
  }

  return {
    record (entry) {
      keep(repeats.add(entry, now()))
      writeSoon()
      schedule()
    },
    async list (filter) {
      await settled()
      return (await listAuditEntries(db.reads, filter)).map(({ role, email, ...entry }) => ({
        ...entry,
        email: role === 'student' ? null : email,
      }))
    },
    names: (entries) => namesOfEntries(db.reads, entries),
    settled,
    async close () {
      isClosed = true
      cancelTimer?.()
      await settled()
      if (pending.length > 0) {
        log.error(
          { lost: pending.length },
          'audit log entries are lost: they could not be written before shutdown'
        )
      }
    },
  }
}

/** Whether a retry may succeed: the disk is full, locked or not responding. */
function isTemporary (error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return isDiskFull(error) || isBusy(error) || isUnavailable(error) ||
    /^SQLITE_(IOERR|READONLY|CANTOPEN|NOMEM)/.test(code)
}

/** An entry as the API and the command line show it. */
export function auditJson ({
  id,
  at,
  action,
  outcome,
  actor_id: userId,
  email,
  via,
  address,
  subject,
  changes,
  count,
}: AuditRow & { email: string | null }) {
  return {
    id,
    at: isoTime(at),
    action,
    outcome,
    user_id: userId,
    email,
    via,
    address,
    subject,
    changes: changes === null ? null : JSON.parse(changes) as Record<string, unknown>,
    count,
  }
}
