import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DomainError } from '../errors.ts'

/** The folder in which a restore builds everything. It is gone once everything is in place. */
export const RESTORING = '.restoring'

/** Throws RESTORE_UNFINISHED for a data folder whose restore was interrupted: half of it may be missing. */
export function assertNotRestoring (dataFolder: string): void {
  if (existsSync(join(dataFolder, RESTORING))) {
    throw new DomainError('RESTORE_UNFINISHED', {
      detail: `A restore into ${dataFolder} did not finish. Run "perfbook restore" again.`,
    })
  }
}
