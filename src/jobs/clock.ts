/** The time and its timers. A test passes in a clock that it moves itself. */
export interface Clock {
  /** Ms since 1970. */
  now: () => number
  /** Calls back once after `ms`. Returns a function that cancels this. */
  after: (ms: number, callback: () => void) => () => void
}

/** Timers count in 32 bits: a longer wait would end at once. */
const LONGEST_MS = 2 ** 31 - 1

/** The machine's clock. Its timers do not keep the process alive. */
export function systemClock (now: () => number = Date.now): Clock {
  return {
    now,
    after (ms, callback) {
      const timer = setTimeout(callback, Math.min(ms, LONGEST_MS)).unref()
      return () => { clearTimeout(timer) }
    },
  }
}

/** Waits for `ms`, or until the signal fires. */
export function pause (clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = clock.after(ms, end)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}
