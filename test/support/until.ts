// Waits for facts that another process brings about. A wait that takes too long throws an error that says
// what it was for, so a failure explains itself: a test that only times out does not.
import { setTimeout as delay } from 'node:timers/promises'

/** Longest wait, ms: far more than any fact takes on a busy machine, and less than a test has. */
const MOST_MS = 120_000
const LOOK_EVERY_MS = 50

/** Returns what the promise gives. Throws an error that says `what` if it takes longer than any fact. */
export async function within<T> (
  what: string, promise: Promise<T>, seen: () => string = () => ''
): Promise<T> {
  const over = new AbortController()
  const timeout = delay(MOST_MS, undefined, { signal: over.signal }).then(() => {
    const last = seen()
    throw new Error(`not after ${MOST_MS / 1000} s: ${what}${last === '' ? '' : `; last seen: ${last}`}`)
  })
  timeout.catch(() => {})
  try {
    return await Promise.race([promise, timeout])
  } finally {
    over.abort()
  }
}

/**
 * Calls `fact` until it returns something other than false or undefined, and returns that. The last text that
 * it passed to `see` is part of the error if this takes too long.
 */
export async function until<T> (
  what: string,
  fact: (see: (text: string) => void) => Promise<T | undefined | false> | T | undefined | false
): Promise<T> {
  let seen = ''
  let isOver = false
  async function look (): Promise<T> {
    for (;;) {
      const found = await fact((text) => { seen = text })
      if (found !== undefined && found !== false) return found
      if (isOver) throw new Error(what)
      await delay(LOOK_EVERY_MS)
    }
  }
  return await within(what, look(), () => seen).finally(() => { isOver = true })
}
