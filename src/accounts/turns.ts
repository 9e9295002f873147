import { DomainError } from '../errors.ts'

/**
 * Who waits: `first` runs before `other` and has its own queue, so that a crowd in `other` cannot fill it.
 */
export type Lane = 'first' | 'other'

/**
 * Runs a limited number of tasks at once and queues the rest, up to a limit in each lane; then it refuses.
 */
export interface Turns {
  /** Throws OVERLOADED. */
  take: <T>(work: () => Promise<T>, lane?: Lane) => Promise<T>
}

/** When to try again: a few tasks are done by then. */
const RETRY_S = 5

/**
 * A password hash takes 32 MiB and one of the few threads that also read files. Many at once must not take
 * all of them.
 */
export function createTurns ({ atOnce, waiting }: { atOnce: number, waiting: number }): Turns {
  let running = 0
  const lanes: Record<Lane, Array<() => void>> = { first: [], other: [] }
  return {
    async take (work, lane = 'other') {
      if (running >= atOnce) {
        if (lanes[lane].length >= waiting) throw new DomainError('OVERLOADED', { retryAfterSeconds: RETRY_S })
        await new Promise<void>((resolve) => {
          lanes[lane].push(resolve)
        })
      } else running++
      try {
        return await work()
      } finally {
        // Passes its place on, or frees it.
        const next = lanes.first.shift() ?? lanes.other.shift()
        if (next === undefined) running--
        else next()
      }
    },
  }
}
