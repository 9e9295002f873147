import type { Database } from '../../db/index.ts'
import {
  coursesWithOtherExpiry, lockExports, setExportExpiry, type RetentionRule,
} from '../../db/queries/exports.ts'
import { deleteOldRows, hasOldRows, hasTable, type AgingTable } from '../../db/queries/old-rows.ts'
import { isSweepDue, sweepFiles, type SweepOptions, type Swept } from '../files/file-sweep.ts'
import { isStoreSweepDue, sweepStore, type StoreSwept } from '../files/store-sweep.ts'
import type { KeepRules } from './keep-rules.ts'

/** Rows that one transaction deletes, so that other writes get their turn. */
const ROWS_AT_ONCE = 500
/** Rows that take many others with them. */
const LARGE_AT_ONCE: Partial<Record<AgingTable, number>> = { undo_imports: 1 }
const COURSES_AT_ONCE = 100

/** What was removed: files, and for each table how many rows. */
export type Removed = Partial<FilesSwept> & { rows: Record<string, number> }

export interface FilesSwept extends Swept {
  /** Only with files in an object store, and not after a dry run. */
  store?: StoreSwept
}

interface OldDataOptions extends Omit<SweepOptions, 'tombstoneMs' | 'dryRun' | 'onFile'> {
  rules: KeepRules
  /** Leaves files alone. */
  rowsOnly: boolean
}

/** Removes all data that is older than the rules allow. */
export async function removeOldData ({ rowsOnly, ...options }: OldDataOptions): Promise<Removed> {
  const swept = rowsOnly ? {} : await sweepByRules(options)
  const rows: Record<string, number> = {}
  for (const [table, before] of cutoffs(options)) {
    const limit = LARGE_AT_ONCE[table] ?? ROWS_AT_ONCE
    let deleted = 0
    do {
      deleted = await options.db.write((trx) => deleteOldRows(trx, table, { before, limit }))
      rows[table] = (rows[table] ?? 0) + deleted
    } while (deleted === limit)
  }
  return { ...swept, rows }
}

/** Whether `removeOldData` would remove anything. */
export async function isAnythingOld (
  { db, storage, now, rules, rowsOnly }: Pick<OldDataOptions, 'db' | 'storage' | 'now' | 'rules' | 'rowsOnly'>
): Promise<boolean> {
  const { tombstoneMs, deletedBytesMs } = rules
  if (!rowsOnly && await isSweepDue({ db, now, tombstoneMs })) return true
  if (!rowsOnly && await isStoreSweepDue({ db, storage, now, deletedBytesMs })) return true
  for (const [table, before] of cutoffs({ db, rules, now })) {
    if (await hasOldRows(db.reads, table, before)) return true
  }
  return false
}

/**
 * Sets when exports expire by the rules as they are now; removes expired files, and what an object store no
 * longer needs. A dry run changes nothing.
 */
export async function sweepByRules (
  { rules, ...options }: Omit<SweepOptions, 'tombstoneMs'> & { rules: KeepRules }
): Promise<FilesSwept> {
  if (options.dryRun !== true) await applyRetention(options.db, rules.exports, options.now())
  const swept = await sweepFiles({ ...options, tombstoneMs: rules.tombstoneMs })
  if (options.dryRun === true) return swept
  const store = await sweepStore({ ...options, deletedBytesMs: rules.deletedBytesMs })
  return store === undefined ? swept : { ...swept, store }
}

/** After a change of the settings, existing exports follow the new ones. */
export async function applyRetention (db: Database, rule: RetentionRule, now: number): Promise<void> {
  for (let after = 0; ;) {
    const courseIds = await coursesWithOtherExpiry(db.reads, rule, { now, after, limit: COURSES_AT_ONCE })
    const last = courseIds.at(-1)
    if (last === undefined) return
    await db.write(async (trx) => {
      await lockExports(trx, ...courseIds)
      for (const courseId of courseIds) await setExportExpiry(trx, rule, now, courseId)
    })
    after = last
  }
}

/** For each table whose rows are not kept forever the time before which they are too old, ms. */
function cutoffs (
  { db, rules, now }: Pick<OldDataOptions, 'db' | 'rules' | 'now'>
): Array<[AgingTable, number]> {
  return (Object.entries(rules.rowsMs) as Array<[AgingTable, number]>)
    .filter(([table, keepMs]) => keepMs !== Infinity && hasTable(db.engine, table))
    .map(([table, keepMs]) => [table, now() - keepMs])
}
