import type { Database } from '../../db/index.ts'
import { setExportExpiry, type RetentionRule } from '../../db/queries/exports.ts'
import { sweepFiles, type SweepOptions, type Swept } from '../files/file-sweep.ts'

export interface SweepRules {
  exports: RetentionRule
  /** How long the row of an expired file stays after its bytes, ms. */
  tombstoneMs: number
}

/**
 * Sets when exports expire by the rules as they are now, and removes what has expired. A dry run changes
 * nothing.
 */
export async function sweep (
  { rules, ...options }: Omit<SweepOptions, 'tombstoneMs'> & { rules: SweepRules }
): Promise<Swept> {
  if (options.dryRun !== true) await applyRetention(options.db, rules.exports, options.now())
  return await sweepFiles({ ...options, tombstoneMs: rules.tombstoneMs })
}

/** After a change of the settings, exports that are there already follow the new ones. */
export async function applyRetention (db: Database, rule: RetentionRule, now: number): Promise<void> {
  await db.write((trx) => setExportExpiry(trx, rule, now))
}
