// Waits for facts that another process brings about. A wait that is over says what it was for, so that a
// failure explains itself: a test that only times out does not.
import { setTimeout as delay } from 'node:timers/promises'

/** Longest wait, ms: far more than any fact takes on a busy machine, and less than a test has. */
const MOST_MS = 80_000
const LOOK_EVERY_MS = 50

/** What a promise gives. Throws an error that says `what` if it takes longer than any fact does. */
export async function within<T> (
  what: string, promise: Promise<T>, seen: () => string = () => ''
): Promise<T> {
  const over = new AbortController()
  const timeout = delay(MOST_MS, undefined, { signal: over.signal }).then(() => {
    const last = seen()
    throw new Error(`waited ${MOST_MS / 1000} s in vain: ${what}${last === '' ? '' : `; last seen: ${last}`}`)
  })
  timeout.catch(() => {})
  try {
    return await Promise.race([promise, timeout])
  } finally {
    over.abort()
  }
}

/**
 * Looks again and again until `fact` gives something that is not false or undefined, and gives it. What it
 * notes with `see` is part of the error of a wait that is over.
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
