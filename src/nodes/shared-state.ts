// Counters and one-time values that all nodes share. A single node keeps them in memory; several nodes keep
// them as rows of their database. Callers do not know which.

/** What is counted, and for whom: a kind of thing, and a key within it. */
export interface Counted {
  kind: string
  key: string
}

/** A leaky bucket: it has room for this many at once, and then for one every `drainMs`. */
export interface Bucket extends Counted {
  room: number
  drainMs: number
}

/** A value that only its holder may use until it is released or its time is over. */
export interface Claim {
  /** Frees the value, unless its time is over and another holder has it. */
  release: () => Promise<void>
}

export interface SharedState {
  /**
   * Counts one more in a window of `windowMs`, which begins with the first one. Returns the count with this
   * one, and how long the window still lasts, ms. Beyond `most` it may count no further.
   */
  count: (
    counted: Counted,
    window: { windowMs: number, most: number },
  ) => Promise<{ count: number, leftMs: number }>
  /**
   * Adds one to each bucket, if all have room; otherwise to none. Returns how long until all have room, ms; 0
   * means that it was added.
   */
  fill: (buckets: readonly Bucket[]) => Promise<number>
  /** Takes back what `fill` has added. */
  empty: (buckets: readonly Bucket[]) => Promise<void>
  /** Claims a value for at most `forMs`. Undefined: another holder has it. */
  claim: (value: Counted, forMs: number) => Promise<Claim | undefined>
}
