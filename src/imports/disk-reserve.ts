// A small archive can unpack to gigabytes of staging. An import in progress may use part of the reserve; the
// rest stays for the service, so that people can sign in and the audit log is written.
import { freeSpaceSync } from '../files/disk-space.ts'

/** The disk is checked at most this often, ms. */
const ASK_EVERY_MS = 50

export interface DiskReserve {
  /**
   * Throws an error with the code ENOSPC if less than the reserve is free. Blocks for some microseconds, so
   * it is not for the main thread.
   */
  check: () => void
}

/** `folder` is on the disk and exists. */
export function createDiskReserve (folder: string, minFreeBytes: number): DiskReserve {
  let askedAt = -Infinity
  return {
    check () {
      const now = performance.now()
      if (now - askedAt < ASK_EVERY_MS) return
      askedAt = now
      if (freeSpaceSync(folder).bytes < minFreeBytes) {
        throw Object.assign(new Error(`less than ${minFreeBytes} bytes are free on the disk`), {
          code: 'ENOSPC',
        })
      }
    },
  }
}
