import type { Database } from '../../../db/index.ts'
import { insertExport } from '../../../db/queries/exports.ts'
import { insertFile, markExpired } from '../../../db/queries/files.ts'
import * as snapshotQueries from '../../../db/queries/snapshots.ts'
import { insertCourse } from '../../support/book-database.ts'
import type { Recorded } from './recorder.ts'

const NOW = 1_427_889_600_000

export async function callAboutSnapshots (db: Database, recorded: Recorded): Promise<void> {
  const snapshots = recorded(snapshotQueries)
  const { reads } = db
  const ids = await db.write(async (trx) => {
    const courseId = await insertCourse(trx, {})
    const made: Array<{ exportId: number, fileId: number }> = []
    for (let i = 0; i < 4; i++) {
      const file = await insertFile(trx, {
        owner_type: 'course', owner_id: courseId, category: 'export', filename: `${i}.xlsx`, hex: `h${i}`,
        content_type: 'text/plain', size: 1, sha256: 'x', created_at: NOW, created_by: null,
        expires_at: i === 1 ? NOW : null, removed_at: null, lost_at: null,
      })
      const row = await insertExport(trx, {
        course_id: courseId, file_id: file.id, job_id: null, options: '{}', data_version: 1,
        current_until: null,
      })
      made.push({ exportId: row.id, fileId: file.id })
      if (i === 3) continue
      for (const part of [0, 1, 2]) {
        const bytes = Buffer.from([i, part, 0, 255])
        await snapshots.insertSnapshotParts(trx, [{ export_id: row.id, part, bytes }])
      }
    }
    return made
  })
  const look = async () => {
    await snapshots.exportsWithSnapshot(reads, 1)
    await snapshots.exportsWithSnapshot(reads, 2)
    await snapshots.exportsOfSnapshots(reads)
    for (const { exportId } of ids) {
      await snapshots.hasSnapshot(reads, exportId)
      for (const part of [0, 2, 3]) await snapshots.snapshotPart(reads, exportId, part)
    }
  }
  await look()
  await db.write(async (trx) => {
    await snapshots.deleteSnapshotsOfFiles(trx, [])
    await snapshots.deleteSnapshotsOfFiles(trx, [ids[0]?.fileId ?? 0, 99])
  })
  await look()
  // With the bytes of the file, and with the export.
  await db.write((trx) => markExpired(trx, ids.map(({ fileId }) => fileId), NOW))
  await look()
  await db.write(async (trx) => {
    await trx.deleteFrom('files').where('id', '=', ids[2]?.fileId ?? 0).execute()
  })
  await look()
}
