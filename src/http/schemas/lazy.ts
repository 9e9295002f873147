import { setImmediate as turn } from 'node:timers/promises'

/** What is made when it is first needed, or before by `makeAll`, bit by bit. */
export interface WhenNeeded {
  /** Wraps a costly making; the result is kept. */
  once: <T>(make: () => T) => () => T
  /** Makes all that nobody has needed so far; requests come in between. */
  makeAll: () => Promise<void>
}

export function whenNeeded (): WhenNeeded {
  const waiting = new Set<() => unknown>()
  return {
    once<T> (make: () => T) {
      let made: { is: T } | undefined
      const get = () => {
        waiting.delete(get)
        return (made ??= { is: make() }).is
      }
      waiting.add(get)
      return get
    },
    async makeAll () {
      for (const get of waiting) {
        get()
        await turn()
      }
    },
  }
}
