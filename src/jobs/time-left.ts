interface RunSoFar {
  /** Fraction of the work that is done. */
  progress: number
  /** Since it started, ms. */
  elapsedMs: number
  /** How long such a run usually takes on this machine, ms; undefined if none was seen yet. */
  usualMs: number | undefined
}

/** Below this fraction the pace of a run means nothing yet. */
const TOO_EARLY = 0.05

/**
 * Time left of a run, ms: at first by what such runs usually take, then more and more by its own pace.
 * Undefined if neither is known.
 */
export function timeLeft ({ progress, elapsedMs, usualMs }: RunSoFar): number | undefined {
  const byPace = progress > TOO_EARLY ? elapsedMs * (1 - progress) / progress : undefined
  if (usualMs === undefined) return byPace
  if (byPace === undefined) return Math.max(0, usualMs - elapsedMs)
  return progress * byPace + (1 - progress) * usualMs * (1 - progress)
}

/** The middle value, or the mean of the two in the middle; undefined if there is none. */
export function median (values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const lower = sorted[(sorted.length - 1) >> 1]
  const upper = sorted[sorted.length >> 1]
  return lower === undefined || upper === undefined ? undefined : (lower + upper) / 2
}
