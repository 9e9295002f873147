// Whether what exports read can still be compared.
import type { Reads } from '../../db/index.ts'
import { exportsOfSnapshots } from '../../db/queries/snapshots.ts'
import { openSnapshot as openDatabaseSnapshot } from '../../db/sqlite/database-copy.ts'
import { counted } from '../counted.ts'
import { openSnapshot } from '../snapshots/snapshot.ts'
import type { DataPlaces } from './data-checks.ts'
import { fine, problem, type Finding } from './finding.ts'

const NAME = 'snapshots'
/** More exports are not named. */
const MOST_NAMED = 5

interface CheckSnapshotsOptions {
  /** Read every part, not just the first. */
  isDeep: boolean
  signal?: AbortSignal | undefined
}

/**
 * Opens the snapshot of each export. That each has its export is a rule of the database, which is checked
 * with it. Throws the signal's reason.
 */
export async function checkSnapshots (
  db: Reads,
  { isDeep, signal }: CheckSnapshotsOptions
): Promise<Finding> {
  const ids = await exportsOfSnapshots(db)
  const damaged: number[] = []
  for (const id of ids) {
    signal?.throwIfAborted()
    if (!await isReadable(db, id, isDeep)) damaged.push(id)
  }
  if (damaged.length > 0) {
    return problem(
      NAME,
      `Damaged: ${damaged.length} of ${ids.length}. The ids of the exports are ${named(damaged)}.`,
      'The workbooks are not affected, but nothing can be compared with these exports. Restore a backup, ' +
        'or delete their files with "perfbook file delete" and export again.'
    )
  }
  return fine(NAME, `${counted(ids.length, 'export')} can be compared with`)
}

/** The same for a data folder. */
export async function checkFolderSnapshots (
  { databaseFile }: DataPlaces,
  options: CheckSnapshotsOptions
): Promise<Finding> {
  const database = openDatabaseSnapshot(databaseFile)
  return await checkSnapshots(database.reads, options).finally(() => database.close())
}

async function isReadable (db: Reads, exportId: number, isDeep: boolean): Promise<boolean> {
  try {
    const snapshot = await openSnapshot(db, exportId)
    if (snapshot === undefined) return false
    for (const [first] of isDeep ? snapshot.students : []) {
      if (first !== undefined && await snapshot.find(first) === undefined) return false
    }
    return true
  } catch (error) {
    if (isDamage(error)) return false
    throw error
  }
}

/** An error of zlib, zstd, JSON or the format; those of a database have other codes. */
function isDamage (error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code === '' || /^(Z_|ZSTD_|ERR_)/.test(code)
}

function named (ids: number[]): string {
  return ids.slice(0, MOST_NAMED).join(', ') + (ids.length > MOST_NAMED ? ', …' : '')
}
