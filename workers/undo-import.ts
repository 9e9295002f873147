import { openDatabase } from '../db/index.ts'
import { hasCode } from '../src/errors.ts'
import { undoImport } from '../src/imports/undo-import.ts'
import type { UndoTask } from '../src/imports/undo.job.ts'
import type { TaskOutcome } from '../src/jobs/task.ts'

/** Undoes an import, over a connection of its own: its transaction blocks this thread only. */
export async function undoOfImport (
  { database, ...options }: UndoTask['input']
): Promise<TaskOutcome<UndoTask>> {
  const db = await openDatabase(database)
  try {
    return { ok: true, facts: { undone: await undoImport(db, { ...options, now: Date.now }) } }
  } catch (error) {
    for (const code of ['UNDO_CONFLICT', 'UNDO_NOT_POSSIBLE'] as const) {
      if (hasCode(error, code)) return { ok: false, code, message: error.message }
    }
    throw error
  } finally {
    await db.close()
  }
}
