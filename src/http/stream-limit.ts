import { DomainError } from '../errors.ts'

export interface StreamLimit {
  /** Counts one more open stream of a user; returns what to call when it is closed. Throws RATE_LIMITED. */
  enter: (userId: number) => () => void
}

/** Each open stream costs a connection and a look at the database a second: a user may have `max`. */
export function limitStreams (max: number): StreamLimit {
  const open = new Map<number, number>()
  return {
    enter (userId) {
      const count = open.get(userId) ?? 0
      if (count >= max) {
        throw new DomainError('RATE_LIMITED', {
          detail: `You already have ${count} event streams open. Close one, or poll the job instead.`,
          retryAfterSeconds: 5,
        })
      }
      open.set(userId, count + 1)
      return () => {
        const left = open.get(userId)! - 1
        if (left === 0) open.delete(userId)
        else open.set(userId, left)
      }
    },
  }
}
