import { openDatabase } from '../db/index.ts'
import type { SweepTask } from '../src/housekeeping/file-sweep.job.ts'
import { sweep } from '../src/housekeeping/sweep.ts'
import { createDiskStorage } from '../src/files/storage/disk.ts'
import type { TaskOutcome } from '../src/jobs/task.ts'

/** Removes expired files. */
export async function sweepFiles (
  { databaseFile, filesFolder, quarantineFolder, now, rules }: SweepTask['input']
): Promise<TaskOutcome<SweepTask>> {
  const db = await openDatabase({ file: databaseFile })
  try {
    return {
      ok: true,
      facts: await sweep({
        db,
        storage: createDiskStorage(filesFolder, quarantineFolder),
        now: () => now,
        rules,
      }),
    }
  } finally {
    await db.close()
  }
}
