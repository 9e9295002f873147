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

/** By then a few hashes are done. */
const RETRY_S = 5

/**
 * A password's hash takes 32 MiB and a thread of the few that also read files: a crowd of them must not take
 * all.
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
        // Hands its place on, or gives it back.
        const next = lanes.first.shift() ?? lanes.other.shift()
        if (next === undefined) running--
        else next()
      }
    },
  }
}
