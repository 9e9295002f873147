import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BackupError } from './backup-folder.ts'

/** Here a restore puts things together; it is gone when all is in its place. */
export const RESTORING = '.restoring'

/** Throws BackupError for a data folder whose restore was interrupted: half of it may be missing. */
export function assertNotRestoring (dataFolder: string): void {
  if (existsSync(join(dataFolder, RESTORING))) {
    throw new BackupError(
      `A restore into ${dataFolder} has not ended. Run "perfbook restore" again, it begins anew.`
    )
  }
}
