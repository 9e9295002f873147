import { setImmediate as nextTurn } from 'node:timers/promises'

/** Values that are computed when they are first needed, or earlier by `computeAll`. */
export interface LazyValues {
  /** Wraps an expensive computation. The result is kept. */
  lazy: <T>(compute: () => T) => () => T
  /** Computes what has not been needed yet. Requests are answered in between. */
  computeAll: () => Promise<void>
}

export function createLazyValues (): LazyValues {
  const pending = new Set<() => unknown>()
  return {
    lazy<T> (compute: () => T) {
      let computed: { value: T } | undefined
      const get = () => {
        pending.delete(get)
        computed ??= { value: compute() }
        return computed.value
      }
      pending.add(get)
      return get
    },
    async computeAll () {
      for (const get of pending) {
        get()
        await nextTurn()
      }
    },
  }
}
