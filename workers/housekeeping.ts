import { openDatabase } from '../db/index.ts'
import { installationOf } from '../src/files/installation.ts'
import { openStorage } from '../src/files/storage/location.ts'
import type { HousekeepingTask } from '../src/housekeeping/housekeeping.job.ts'
import { removeOldData } from '../src/housekeeping/old-data.ts'
import type { TaskOutcome } from '../src/jobs/task.ts'

/** Removes old data, over a connection of its own. */
export async function housekeeping (
  { database, files, now, rules, rowsOnly }: HousekeepingTask['input']
): Promise<TaskOutcome<HousekeepingTask>> {
  const db = await openDatabase(database)
  try {
    const storage = await openStorage(files, { installation: installationOf(db) })
    return { ok: true, facts: await removeOldData({ db, storage, now: () => now, rules, rowsOnly }) }
  } finally {
    await db.close()
  }
}
