import type { Config } from '../config.ts'
import { DomainError } from '../errors.ts'
import { EXPORT_CATEGORY } from '../exports/export.job.ts'
import type { FileLibrary } from '../files/file-library.ts'

/** Free disk space is checked at most this often, ms. Every click needs it. */
const CHECK_EVERY_MS = 1000

/** Whether the service accepts new work. */
export interface JobGate {
  /** Throws SHUTTING_DOWN, DISK_LOW or FILE_QUOTA_EXCEEDED if an export of the course could not succeed. */
  openForJobs: (courseId: number) => Promise<void>
  /** The same for a file that is about to be uploaded to the course. */
  openForFiles: (courseId: number) => Promise<void>
  /** The same for an import that belongs to no course. */
  openForImports: () => Promise<void>
  isDiskLow: () => Promise<boolean>
  isClosed: () => boolean
  /**
   * The server is about to stop. From now on it accepts no new work, unless other nodes can run it, so
   * that a rolling upgrade refuses no requests.
   */
  close: () => void
}

/** Whether this node may be one of several. */
export function mayHaveOthers ({ database, files }: Pick<Config, 'database' | 'files'>): boolean {
  return database.engine === 'postgres' && files.kind === 's3'
}

interface JobGateOptions {
  config: Pick<Config, 'DELETE_OLDEST_EXPORTS' | 'MIN_FREE_BYTES' | 'database' | 'files'>
  files: Pick<FileLibrary, 'checkQuota'>
  /** Bytes that are free on the disk of the data folder. */
  freeBytes: () => Promise<number>
  now: () => number
}

export function createJobGate ({ config, files, freeBytes, now }: JobGateOptions): JobGate {
  const othersRunJobs = mayHaveOthers(config)
  let closed = false
  let checked = { at: -Infinity, isLow: false }
  async function isDiskLow (): Promise<boolean> {
    if (Math.abs(now() - checked.at) > CHECK_EVERY_MS) {
      checked = { at: now(), isLow: await freeBytes() < config.MIN_FREE_BYTES }
    }
    return checked.isLow
  }
  async function openForImports (): Promise<void> {
    if (closed && !othersRunJobs) throw new DomainError('SHUTTING_DOWN', { retryAfterSeconds: 5 })
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
