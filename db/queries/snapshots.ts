// What exports read, in numbered parts. See `src/snapshots/snapshot-format.ts`.
import type { Reads, Trx } from '../index.ts'
import type { NewRow } from '../tables.ts'

/** Adds parts of a snapshot, at least one. */
export async function insertSnapshotParts (
  trx: Trx, parts: ReadonlyArray<NewRow<'export_snapshots'>>
): Promise<void> {
  await trx.insertInto('export_snapshots').values(parts).execute()
}

/** One part; undefined: the export has no snapshot, or no such part. */
export async function snapshotPart (
  db: Reads,
  exportId: number,
  part: number
): Promise<Uint8Array | undefined> {
  const row = await db.selectFrom('export_snapshots').select('bytes')
    .where('export_id', '=', exportId).where('part', '=', part).executeTakeFirst()
  return row?.bytes
}

/** Whether the export has a snapshot. */
export async function hasSnapshot (db: Reads | Trx, exportId: number): Promise<boolean> {
  const row = await db.selectFrom('export_snapshots').select('part')
    .where('export_id', '=', exportId).limit(1).executeTakeFirst()
  return row !== undefined
}

/** Exports of a course that have a snapshot, oldest first. */
export async function exportsWithSnapshot (db: Reads, courseId: number): Promise<number[]> {
  const rows = await db.selectFrom('exports').select('id').where('course_id', '=', courseId)
    .where((eb) =>
      eb.exists(
        eb.selectFrom('export_snapshots').select('part')
          .whereRef('export_snapshots.export_id', '=', 'exports.id')
      )
    ).orderBy('id').execute()
  return rows.map((row) => row.id)
}

/** A snapshot is kept as long as its export's file: call this when the bytes of these files are removed. */
export async function deleteSnapshotsOfFiles (trx: Trx, fileIds: readonly number[]): Promise<void> {
  if (fileIds.length === 0) return
  await trx.deleteFrom('export_snapshots')
    .where('export_id', 'in', trx.selectFrom('exports').select('id').where('file_id', 'in', fileIds))
    .execute()
}

/** All exports that have a snapshot, whole or not, by id. */
export async function exportsOfSnapshots (db: Reads): Promise<number[]> {
  const rows = await db.selectFrom('export_snapshots').select('export_id').distinct()
    .orderBy('export_id').execute()
  return rows.map((row) => row.export_id)
}
