import type { RetentionRule } from '../../db/queries/exports.ts'
import type { AgingTable } from '../../db/queries/old-rows.ts'
import type { Config } from '../config.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** How long data is kept. */
export interface KeepRules {
  exports: RetentionRule
  /** The row of an expired file, after its bytes, ms. */
  tombstoneMs: number
  /** The bytes of a deleted file in an object store, ms. */
  deletedBytesMs: number
  /** Rows of each table, by their age as `db/queries/old-rows.ts` counts it, ms; Infinity: forever. */
  rowsMs: Readonly<Record<AgingTable, number>>
}

type Settings = Pick<
  Config,
  | 'AUDIT_RETENTION_DAYS'
  | 'DELETE_DELAY_HOURS'
  | 'EXPORT_RETENTION_DAYS'
  | 'IMPORT_UNDO_DAYS'
  | 'JOB_RETENTION_DAYS'
  | 'KEEP_LATEST_EXPORT'
  | 'KNOWN_ADDRESS_DAYS'
  | 'SESSION_MAX_HOURS'
  | 'TOMBSTONE_DAYS'
>

/** The rules that the settings make. */
export function keepRules (config: Settings): KeepRules {
  return {
    exports: { retentionMs: days(config.EXPORT_RETENTION_DAYS), keepLatest: config.KEEP_LATEST_EXPORT },
    tombstoneMs: days(config.TOMBSTONE_DAYS),
    deletedBytesMs: Math.round(config.DELETE_DELAY_HOURS * HOUR_MS),
    rowsMs: {
      jobs: days(config.JOB_RETENTION_DAYS) || Infinity,
      audit_log: days(config.AUDIT_RETENTION_DAYS) || Infinity,
      sessions: config.SESSION_MAX_HOURS * HOUR_MS,
      undo_imports: days(config.IMPORT_UNDO_DAYS),
      // Their age counts from the moment at which they expire.
      password_links: 0,
      sign_in_networks: days(config.KNOWN_ADDRESS_DAYS),
      // From when on they no longer count. A job each hour, only for them, is too often.
      shared_counters: DAY_MS,
      shared_claims: DAY_MS,
    },
  }
}

function days (count: number): number { return Math.round(count * DAY_MS) }
