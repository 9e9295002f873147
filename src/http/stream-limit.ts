import { DomainError } from '../errors.ts'

interface StreamLimit {
  /** Counts an open stream of a user. Call the returned function when it is closed. Throws RATE_LIMITED. */
  enter: (userId: number) => () => void
}

/** Each open stream costs a connection and a few queries per second, so a user may have at most `max`. */
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
        const left = (open.get(userId) ?? 1) - 1
        if (left === 0) open.delete(userId)
        else open.set(userId, left)
      }
    },
  }
}
