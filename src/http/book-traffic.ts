import { DomainError } from '../errors.ts'

/** After this many seconds a page has probably arrived. */
const RETRY_S = 2

export interface BookTraffic {
  /**
   * Counts bytes that are about to be sent to a user. Call the returned function when they are sent, or when
   * sending has failed. Throws RATE_LIMITED if this user would have more than half of `maxBytes` in progress,
   * and OVERLOADED if all users together would have more. A single page is always sent.
   */
  send: (userId: number, bytes: number) => () => void
}

/**
 * A page of a book stays in memory until its client has read it. `maxBytes` limits the memory for slow
 * clients.
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
        const left = (perUser.get(userId) ?? 0) - bytes
        if (left > 0) perUser.set(userId, left)
        else perUser.delete(userId)
      }
    },
  }
}
