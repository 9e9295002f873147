// Erased data must not survive in the database file: not in free pages, not in gaps inside pages, not in the
// log.
import { isBusy, isDiskFull } from '../failures.ts'
import { connect } from './connection.ts'

export interface Wiped {
  /**
   * The file was written again without free space. False: others were writing all the time, or there was no
   * room for it.
   */
  isCompacted: boolean
  /** The write-ahead log is empty. False: others were reading all the time; the next checkpoint does it. */
  isLogEmpty: boolean
}

/**
 * Rewrites the database without anything that was deleted, also by versions that did not overwrite it, and
 * empties the log. Readers and writers of other processes go on; writers wait a moment. Blocks the calling
 * thread, `timeoutMs` at most for each lock.
 */
export function wipeFreeSpace (file: string, timeoutMs: number): Wiped {
  const sqlite = connect(file, { busyTimeoutMs: timeoutMs })
  try {
    let isCompacted = true
    try {
      sqlite.exec('VACUUM')
    } catch (error) {
      if (!isBusy(error) && !isDiskFull(error)) throw error
      isCompacted = false
    }
    const [row] = sqlite.pragma('wal_checkpoint(TRUNCATE)') as Array<{ busy: 0 | 1 }>
    return { isCompacted, isLogEmpty: row?.busy === 0 }
  } finally {
    sqlite.close()
  }
}
