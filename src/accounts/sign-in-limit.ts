// Guessing passwords is slowed down, never locked out: each failure fills a bucket, which drains all the
// time, and an attempt that finds it full waits for room. With a lock-out, anyone could lock out everyone.
// Own code, since a limiter of requests counts requests, and here only failures count, which are known only
// after the password was checked.

/** A bucket: it has room for so many failures at once, and then for one each `drainMs`. */
interface Bucket {
  room: number
  drainMs: number
}

const BUCKETS = {
  /**
   * A user at an address where they have signed in before: ten failures in 15 minutes, then one each 90
   * seconds.
   */
  known: { room: 10, drainMs: 90_000 },
  /** An account, from all other addresses. */
  account: { room: 10, drainMs: 30_000 },
  /** An address, over all accounts that are not known there. A whole school may be behind one. */
  address: { room: 50, drainMs: 6_000 },
} satisfies Record<string, Bucket>
type Kind = keyof typeof BUCKETS

/**
 * The most buckets of each kind; beyond that the emptiest ones are removed. Filling one kind does not remove
 * others.
 */
const MOST_BUCKETS = 20_000

interface Attempt {
  /** The account's key, whether there is such an account or not. */
  account: string
  /** See `networkOf`. */
  network: string
  /**
   * The account has signed in from this network before: guesses by others, at this account or from here, do
   * not slow it down.
   */
  isKnownThere: boolean
}

export interface SignInLimit {
  /**
   * Counts an attempt as a failure until `succeeded` is called. Returns how long to wait first, ms; 0 means
   * go on. An attempt that has to wait is not counted.
   */
  begin: (attempt: Attempt) => number
  /** The attempt was not a failure. */
  succeeded: (attempt: Attempt) => void
}

export function createSignInLimit ({ now }: { now: () => number }): SignInLimit {
  const kinds = {
    known: createBuckets(BUCKETS.known, now),
    account: createBuckets(BUCKETS.account, now),
    address: createBuckets(BUCKETS.address, now),
  }
  const bucketsOf = ({ account, network, isKnownThere }: Attempt): Array<[kind: Kind, key: string]> =>
    isKnownThere ? [['known', `${network} ${account}`]] : [['address', network], ['account', account]]
  return {
    begin (attempt) {
      const buckets = bucketsOf(attempt)
      const waitMs = Math.max(...buckets.map(([kind, key]) => kinds[kind].waitMs(key)))
      if (waitMs === 0) {
        for (const [kind, key] of buckets) kinds[kind].add(key, 1)
      }
      return waitMs
    },
    succeeded (attempt) {
      for (const [kind, key] of bucketsOf(attempt)) kinds[kind].add(key, -1)
    },
  }
}

/** Buckets of one kind, by key. */
function createBuckets ({ room, drainMs }: Bucket, now: () => number) {
  const levels = new Map<string, { level: number, at: number }>()
  function levelOf (key: string): number {
    const known = levels.get(key)
    return known === undefined ? 0 : Math.max(0, known.level - Math.max(0, now() - known.at) / drainMs)
  }
  function prune (): void {
    for (const key of levels.keys()) if (levelOf(key) === 0) levels.delete(key)
    // Still too many: the ones that were not touched for longest. Map keeps the order of insertion.
    for (const key of levels.keys()) {
      if (levels.size <= MOST_BUCKETS / 2) break
      levels.delete(key)
    }
  }
  return {
    /** Until there is room for one more, ms. */
    waitMs: (key: string) => Math.ceil(Math.max(0, levelOf(key) + 1 - room) * drainMs),
    add (key: string, change: number): void {
      const level = Math.max(0, levelOf(key) + change)
      levels.delete(key)
      if (level > 0) levels.set(key, { level, at: now() })
      if (levels.size > MOST_BUCKETS) prune()
    },
  }
}
