import { DomainError } from '../errors.ts'

/** Seconds after which a page has probably arrived. */
const RETRY_S = 2

export interface BookTraffic {
  /**
   * Counts bytes that are about to be sent to a user; call the returned function when they are sent or given
   * up. Throws RATE_LIMITED if this user would have more than half of `maxBytes` in progress, and OVERLOADED
   * if all users would exceed it. A single page is always sent.
   */
  send: (userId: number, bytes: number) => () => void
}

/**
 * A page of a book stays in memory until its client has taken it: clients that read slowly share `maxBytes`.
 */
export function createBookTraffic (maxBytes: number): BookTraffic {
  const perUser = new Map<number, number>()
  let total = 0
  return {
    send (userId, bytes) {
      const own = perUser.get(userId) ?? 0
      if (own > 0 && own + bytes > maxBytes / 2) {
        throw new DomainError('RATE_LIMITED', {
          detail: 'Large pages of performance books are still being sent to you. ' +
            'Wait for them, or request fewer students at a time (limit).',
          retryAfterSeconds: RETRY_S,
        })
      }
      if (total > 0 && total + bytes > maxBytes) {
        throw new DomainError('OVERLOADED', { retryAfterSeconds: RETRY_S })
      }
      total += bytes
      perUser.set(userId, own + bytes)
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        total -= bytes
        const left = perUser.get(userId)! - bytes
        if (left > 0) perUser.set(userId, left)
        else perUser.delete(userId)
      }
    },
  }
}
