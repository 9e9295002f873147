export interface RunSoFar {
  /** Fraction of the work that is done. */
  progress: number
  /** Since its start, ms. */
  elapsedMs: number
  /** How long such a run usually takes here, ms; undefined: none was seen yet. */
  usualMs: number | undefined
}

/** Below this fraction the pace of a run says nothing yet. */
const TOO_EARLY = 0.05

/**
 * What is left of a run, ms: at first what such runs usually take, then more and more what its own pace says.
 * Undefined without either.
 */
export function timeLeft ({ progress, elapsedMs, usualMs }: RunSoFar): number | undefined {
  const byPace = progress > TOO_EARLY ? elapsedMs * (1 - progress) / progress : undefined
  if (usualMs === undefined) return byPace
  if (byPace === undefined) return Math.max(0, usualMs - elapsedMs)
  return progress * byPace + (1 - progress) * usualMs * (1 - progress)
}

/**
 * The middle one, or the mean of the two in the middle; undefined of none. One run beside a busy backup does
 * not count for much.
 */
export function median (values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? sorted[middle]
    : sorted.length === 0
      ? undefined
      : (sorted[middle - 1]! + sorted[middle]!) / 2
}
