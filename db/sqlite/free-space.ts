// Erased data must not survive in the database file: not in free pages, not in gaps inside pages, not in the
// log.
import type { Wiped } from '../database.ts'
import { isBusy, isDiskFull } from '../failures.ts'
import { connect } from './connection.ts'

/** See `Database.wipeFreeSpace`. */
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
