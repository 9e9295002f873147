import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DomainError } from '../errors.ts'

/** Here a restore puts things together; it is gone when all is in its place. */
export const RESTORING = '.restoring'

/** Throws RESTORE_UNFINISHED for a data folder whose restore was interrupted: half of it may be missing. */
export function assertNotRestoring (dataFolder: string): void {
  if (existsSync(join(dataFolder, RESTORING))) {
    throw new DomainError('RESTORE_UNFINISHED', {
      detail: `A restore into ${dataFolder} has not ended. Run "perfbook restore" again, it begins anew.`,
    })
  }
}
