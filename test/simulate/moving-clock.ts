import type { Clock } from '../../src/jobs/clock.ts'
import type { Life } from './life.ts'

export interface MovingClock {
  now: () => number
  /** Lets time pass. What is due on the way happens when the scheduler picks it: timers may be late. */
  pass: (ms: number) => void
  /** Sets the clock forward or (negative) back, as an administrator does: timers wait as long as before. */
  set: (byMs: number) => void
  /** How far the clock is behind what it once said, ms. */
  behind: () => number
  /** Ms until the next timer of anyone who is alive; undefined: there is none. */
  untilNext: () => number | undefined
  /** The clock as a process or a thread has it. */
  of: (life: Life) => Clock
  /** The same, but it counts what has passed, whatever the clock says. */
  steadyOf: (life: Life) => Clock
}

interface Timer {
  at: number
  ring: () => void
  life: Life
}

export function createMovingClock (start: number): MovingClock {
  let now = start
  // Timers count what has passed, whatever the clock says.
  let passed = 0
  let latest = start
  const timers = new Set<Timer>()
  const of = (life: Life): Clock => ({
    now: () => now,
    after (ms, callback) {
      let isCanceled = false
      const timer = {
        at: passed + ms,
        life,
        ring () {
          void life.step('a timer').then(() => { if (!isCanceled) callback() })
        },
      }
      timers.add(timer)
      return () => {
        isCanceled = true
        timers.delete(timer)
      }
    },
  })
  return {
    now: () => now,
    pass (ms) {
      now += ms
      passed += ms
      for (const timer of Array.from(timers).sort((a, b) => a.at - b.at)) {
        if (timer.at > passed) break
        timers.delete(timer)
        timer.ring()
      }
    },
    set (byMs) {
      latest = Math.max(latest, now)
      now += byMs
    },
    behind: () => Math.max(0, latest - now),
    untilNext () {
      const waiting = Array.from(timers).filter(({ life }) => !life.isOver)
      return waiting.length === 0 ? undefined : Math.min(...waiting.map(({ at }) => at)) - passed
    },
    of,
    steadyOf: (life) => ({ ...of(life), now: () => passed }),
  }
}
