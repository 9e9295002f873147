import type { Clock } from '../../src/jobs/clock.ts'

export interface TestClock extends Clock {
  /** Moves the time and calls what is due on the way, in its order. */
  advance: (ms: number) => void
  /** Sets the time without anything becoming due, as when the machine's clock is corrected. */
  set: (now: number) => void
  /**
   * Resolves when something has asked to be called after so many ms; at once if something waits for that
   * already.
   */
  asked: (ms: number) => Promise<void>
}

/** A clock that does not advance until the test moves it. */
export function createTestClock (start = Date.UTC(2026, 0, 5, 8)): TestClock {
  let now = start
  // Timers count what has passed, whatever the clock is set to.
  let passed = 0
  const timers = new Set<{ at: number, ms: number, callback: () => void }>()
  const askers = new Set<{ ms: number, resolve: () => void }>()
  const soonest = () => Array.from(timers).sort((a, b) => a.at - b.at)
  return {
    now: () => now,
    after (ms, callback) {
      const timer = { at: passed + ms, ms, callback }
      timers.add(timer)
      for (const asker of askers) {
        if (asker.ms !== ms) continue
        askers.delete(asker)
        asker.resolve()
      }
      return () => {
        timers.delete(timer)
      }
    },
    advance (ms) {
      const end = passed + ms
      for (let next = soonest()[0]; next !== undefined && next.at <= end; next = soonest()[0]) {
        timers.delete(next)
        const step = Math.max(0, next.at - passed)
        passed += step
        now += step
        next.callback()
      }
      now += end - passed
      passed = end
    },
    set (at) {
      now = at
    },
    asked: (ms) =>
      new Promise((resolve) => {
        if (soonest().some((timer) => timer.ms === ms)) resolve()
        else askers.add({ ms, resolve })
      }),
  }
}
