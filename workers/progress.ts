/** Fractions of progress are passed on at most this often, ms. */
const PROGRESS_EVERY_MS = 100

/** Passes on the first fraction, then at most one in each 100 ms, and always the end (1). */
export function throttleProgress (onProgress: (fraction: number) => void): (fraction: number) => void {
  let passedAt = -Infinity
  return (fraction) => {
    const now = performance.now()
    if (fraction < 1 && now - passedAt < PROGRESS_EVERY_MS) return
    passedAt = now
    onProgress(fraction)
  }
}
