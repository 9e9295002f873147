import type { MessagePort } from 'node:worker_threads'
import { openDatabase } from '../db/index.ts'
import type { SweepTaskInput } from '../src/housekeeping/file-sweep.job.ts'
import { sweep } from '../src/housekeeping/sweep.ts'
import { createDiskStorage } from '../src/files/storage/disk.ts'
import type { Swept } from '../src/files/file-sweep.ts'
import type { TaskOutcome } from '../src/jobs/job-kind.ts'

/** Removes expired files, over a connection of its own. */
export async function sweepFiles (
  { databaseFile, filesFolder, quarantineFolder, now, rules, port }: SweepTaskInput & { port?: MessagePort }
): Promise<TaskOutcome<Swept>> {
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
    port?.close()
  }
}
