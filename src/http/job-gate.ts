import type { Config } from '../config.ts'
import { DomainError } from '../errors.ts'
import { EXPORT_CATEGORY } from '../exports/export.job.ts'
import type { FileLibrary } from '../files/file-library.ts'

/** Free disk is looked at this often at most, ms: it is asked for at every click. */
const LOOK_EVERY_MS = 1000

/** Whether the service takes new work. */
export interface JobGate {
  /**
   * Throws SHUTTING_DOWN, DISK_LOW or FILE_QUOTA_EXCEEDED where an export of that course could not end well.
   */
  openForJobs: (courseId: number) => Promise<void>
  /** The same for a file that is about to be uploaded to that course. */
  openForFiles: (courseId: number) => Promise<void>
  /** The same for an import, which belongs to no course. */
  openForImports: () => Promise<void>
  isDiskLow: () => Promise<boolean>
  isClosed: () => boolean
  /** From now on no new work: the server is about to stop. */
  close: () => void
}

export interface JobGateOptions {
  config: Pick<Config, 'DELETE_OLDEST_EXPORTS' | 'MIN_FREE_BYTES'>
  files: Pick<FileLibrary, 'checkQuota'>
  /** Bytes that are free on the disk of the data folder. */
  freeBytes: () => Promise<number>
  now: () => number
}

export function createJobGate ({ config, files, freeBytes, now }: JobGateOptions): JobGate {
  let closed = false
  let looked = { at: -Infinity, isLow: false }
  async function isDiskLow (): Promise<boolean> {
    if (Math.abs(now() - looked.at) > LOOK_EVERY_MS) {
      looked = { at: now(), isLow: await freeBytes() < config.MIN_FREE_BYTES }
    }
    return looked.isLow
  }
  async function openForImports (): Promise<void> {
    if (closed) throw new DomainError('SHUTTING_DOWN', { retryAfterSeconds: 5 })
    if (await isDiskLow()) throw new DomainError('DISK_LOW')
  }
  async function open (courseId: number, replaceable?: string): Promise<void> {
    await openForImports()
    await files.checkQuota({ type: 'course', id: courseId }, replaceable)
  }
  return {
    isDiskLow,
    isClosed: () => closed,
    close () {
      closed = true
    },
    openForJobs: (courseId) => open(courseId, config.DELETE_OLDEST_EXPORTS ? EXPORT_CATEGORY : undefined),
    openForFiles: (courseId) => open(courseId),
    openForImports,
  }
}
