import type { Trx } from '../database.ts'
import { hasCourses } from '../queries/courses.ts'
import { deleteFiles, ownerFileIds } from '../queries/files.ts'
import { forgetImports, forgetReportsOfCourse, uploadsOfEndedImports } from '../queries/reports.ts'

/** The category of stored uploads of imports; see `src/imports/import.job.ts`. */
const UPLOADS = 'import-source'

/**
 * What goes with the courses `ids`, which an import at the time `at` (ms) has deleted: their files, of which
 * the next start or housekeeping removes the bytes, and what reports say about their people. Without any
 * course, all imports are forgotten. In the transaction of the import.
 */
export async function forgetDeletedCourses (
  trx: Trx, { ids, at }: { ids: readonly number[], at: number }
): Promise<void> {
  if (ids.length === 0) return
  for (const id of ids) {
    await deleteFiles(trx, await ownerFileIds(trx, { type: 'course', id }), { at, deletedAt: at })
    await forgetReportsOfCourse(trx, id)
  }
  if (await hasCourses(trx)) return
  await forgetImports(trx)
  await deleteFiles(trx, await uploadsOfEndedImports(trx, UPLOADS), { at, deletedAt: at })
}
