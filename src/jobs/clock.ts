/** Time as the runner sees it: a test hands in a clock that it moves itself. */
export interface Clock {
  /** Ms since 1970. */
  now: () => number
  /** Calls back once after a delay in ms; returns a function that cancels it. */
  after: (ms: number, callback: () => void) => () => void
}

/** A longer wait would end at once: timers count in 32 bits. */
const LONGEST_MS = 2 ** 31 - 1

/** The machine's own time. Its timers do not keep the process alive. */
export function systemClock (now: () => number = Date.now): Clock {
  return {
    now,
    after (ms, callback) {
      const timer = setTimeout(callback, Math.min(ms, LONGEST_MS)).unref()
      return () => { clearTimeout(timer) }
    },
  }
}

/** Waits so many ms, or until the signal fires. */
export function pause (clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      giveUp()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const giveUp = clock.after(ms, end)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}
