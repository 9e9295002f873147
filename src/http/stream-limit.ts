import { ServiceError } from '../errors.ts'

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
        throw new ServiceError(
          'RATE_LIMITED',
          `You have ${count} event streams open already. Close one, or ask for the job itself from time to time.`,
          5
        )
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
