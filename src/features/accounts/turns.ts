/** Runs so much at once and lets the rest wait for its turn, up to a number; then it refuses. */
export interface Turns {
  /** Throws TooManyWaitError. */
  take: <T>(work: () => Promise<T>) => Promise<T>
}

export class TooManyWaitError extends Error {}

/** A password's hash takes 32 MiB and a thread of the few that also read files: a crowd of them must not take all. */
export function createTurns ({ atOnce, waiting }: { atOnce: number, waiting: number }): Turns {
  let running = 0
  const queue: Array<() => void> = []
  return {
    async take (work) {
      if (running >= atOnce) {
        if (queue.length >= waiting) throw new TooManyWaitError()
        await new Promise<void>((resolve) => { queue.push(resolve) })
      } else running++
      try {
        return await work()
      } finally {
        // Hands its place on, or gives it back.
        const next = queue.shift()
        if (next === undefined) running--
        else next()
      }
    },
  }
}
