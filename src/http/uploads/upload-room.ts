// Disk space for uploads in progress. They count before they are stored: a partial file takes space as well,
// and a hundred slow uploads would exceed a reserve that is checked only at their start.
import { DomainError } from '../../errors.ts'

/** The free disk is measured again after this many bytes or this long (ms); in between it is computed. */
const MEASURE_AFTER_BYTES = 8 * 1024 ** 2
const MEASURE_AFTER_MS = 1000
/**
 * Most announced bytes for which one upload reserves space before they arrive. An announcement costs nothing:
 * if all of it were reserved, one client that sends nothing could refuse everyone's uploads.
 */
const LOOK_AHEAD_BYTES = 8 * 1024 ** 2
/** Seconds after which one of the user's uploads may have ended. */
const RETRY_S = 10

interface UploadRoomOptions {
  /** Bytes that are free on the disk of the data folder. */
  freeBytes: () => Promise<number>
  /** The reserve that uploads leave. */
  minFreeBytes: number
  /** Uploads that one user may have open at once. */
  userMax: number
  /** Bytes of all open uploads of one user; a single one may have more. */
  userMaxBytes: number
  /** Ms of any clock. */
  now: () => number
}

export interface UploadRoom {
  /**
   * Admits an upload of a user if there is space for all of `announcedBytes`, its Content-Length (0 if it has
   * none), and reserves space for the next few megabytes of it. Throws DomainErrors RATE_LIMITED (too many,
   * or too much, of this user) and DISK_LOW.
   */
  open: (userId: number, announcedBytes: number) => Promise<OpenUpload>
}

export interface OpenUpload {
  /**
   * Writes bytes if there is space. Throws RATE_LIMITED or DISK_LOW before writing, and what `write` throws.
   */
  write: (bytes: number, write: () => Promise<void>) => Promise<void>
  /** The upload is stored or removed. May be called twice. */
  end: () => void
}

interface User {
  uploads: number
  bytes: number
}

export function createUploadRoom ({
  freeBytes,
  minFreeBytes,
  userMax,
  userMaxBytes,
  now,
}: UploadRoomOptions): UploadRoom {
  const users = new Map<number, User>()
  let measured = { free: 0, at: -Infinity }
  let measuring: Promise<void> | undefined
  /** Bytes written since the disk was measured, being written now, and reserved for what comes next. */
  let written = 0
  let beingWritten = 0
  let reserved = 0

  async function measure (): Promise<void> {
    const before = written
    const free = await freeBytes()
    measured = { free, at: now() }
    // Bytes written during the measurement may or may not be in the figure.
    written -= before
  }

  /** Free bytes once everything that is being written is on the disk. */
  async function left (): Promise<number> {
    if (written >= MEASURE_AFTER_BYTES || Math.abs(now() - measured.at) > MEASURE_AFTER_MS) {
      measuring ??= measure().finally(() => {
        measuring = undefined
      })
      await measuring
    }
    return measured.free - written - beingWritten
  }

  function tooMuch (user: User): DomainError {
    const mb = new Intl.NumberFormat('en', { maximumFractionDigits: 0 }).format(user.bytes / 1e6)
    return new DomainError('RATE_LIMITED', {
      detail: `Your ${user.uploads} uploads in progress have ${mb} MB in total. Wait until one has finished.`,
      retryAfterSeconds: RETRY_S,
    })
  }

  return {
    async open (userId, announcedBytes) {
      const user = users.get(userId) ?? { uploads: 0, bytes: 0 }
      if (user.uploads >= userMax) {
        throw new DomainError('RATE_LIMITED', {
          detail: `You have ${user.uploads} uploads in progress, which is the limit. ` +
            'Wait until one has finished.',
          retryAfterSeconds: RETRY_S,
        })
      }
      users.set(userId, user)
      user.uploads++
      user.bytes += announcedBytes
      const upload = {
        received: 0,
        counted: announcedBytes,
        toCome: announcedBytes,
        reserved: 0,
        isOpen: true,
      }

      function reserve (bytes: number): void {
        reserved += bytes - upload.reserved
        upload.reserved = bytes
      }
      reserve(Math.min(announcedBytes, LOOK_AHEAD_BYTES))

      function end (): void {
        if (!upload.isOpen) return
        upload.isOpen = false
        user.uploads--
        user.bytes -= upload.counted
        reserve(0)
        // The received bytes may have been removed.
        measured.at = -Infinity
        if (user.uploads === 0) users.delete(userId)
      }

      async function write (bytes: number, write: () => Promise<void>): Promise<void> {
        upload.received += bytes
        upload.toCome -= Math.min(bytes, upload.toCome)
        const before = upload.reserved
        reserve(Math.min(upload.toCome, LOOK_AHEAD_BYTES))
        const isReserved = bytes <= before - upload.reserved
        const more = Math.max(0, upload.received - upload.counted)
        upload.counted += more
        user.bytes += more
        if (more > 0 && user.uploads > 1 && user.bytes > userMaxBytes) throw tooMuch(user)
        beingWritten += bytes
        try {
          // Bytes without a reservation must leave the space that other uploads reserved.
          const free = await left()
          const room = isReserved ? free : free - (reserved - upload.reserved)
          if (room < minFreeBytes) throw new DomainError('DISK_LOW')
          await write()
          written += bytes
        } finally {
          beingWritten -= bytes
        }
      }

      try {
        if (user.uploads > 1 && user.bytes > userMaxBytes) throw tooMuch(user)
        const free = await left()
        if (free - (reserved - upload.reserved) - announcedBytes < minFreeBytes) {
          throw new DomainError('DISK_LOW')
        }
      } catch (error) {
        end()
        throw error
      }
      return { write, end }
    },
  }
}
