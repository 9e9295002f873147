import type { Bucket, Claim, Counted, SharedState } from './shared-state.ts'

/**
 * Maximum number of entries of each kind. Beyond it, expired entries are removed first, then those that were
 * not used for the longest time. Filling one kind does not remove entries of others.
 */
const MOST = 20_000

interface Entry {
  /** How full a bucket was at `at`, the count of a window, or 1 for a claim. */
  level: number
  /** When a bucket was touched, or a window began, ms since 1970. */
  at: number
  /** From when on there might as well be no entry, ms since 1970. */
  until: number
}

/** The state of a single node: fast, and lost when the process ends. */
export function createMemoryState ({ now }: { now: () => number }): SharedState {
  const kinds = new Map<string, Map<string, Entry>>()

  function find ({ kind, key }: Counted): Entry | undefined {
    return kinds.get(kind)?.get(key)
  }

  function put ({ kind, key }: Counted, entry: Entry | undefined): void {
    const entries = kinds.get(kind) ?? new Map<string, Entry>()
    kinds.set(kind, entries)
    // A Map keeps the order of insertion: the entry that was touched last is the last one.
    entries.delete(key)
    if (entry !== undefined) entries.set(key, entry)
    if (entries.size > MOST) prune(entries)
  }

  function prune (entries: Map<string, Entry>): void {
    for (const [key, { until }] of entries) if (until <= now()) entries.delete(key)
    for (const key of entries.keys()) {
      if (entries.size <= MOST / 2) break
      entries.delete(key)
    }
  }

  /** How full a bucket is now. A clock that was set back drains nothing. */
  function levelOf (bucket: Bucket): number {
    const known = find(bucket)
    return known === undefined ? 0 : Math.max(0, known.level - Math.max(0, now() - known.at) / bucket.drainMs)
  }

  function add (bucket: Bucket, change: number): void {
    const level = Math.max(0, levelOf(bucket) + change)
    const at = now()
    put(bucket, level === 0 ? undefined : { level, at, until: at + level * bucket.drainMs })
  }

  return {
    async count (counted, { windowMs }) {
      const at = now()
      const known = find(counted)
      const entry = known === undefined || at < known.at || known.until <= at
        ? { level: 1, at, until: at + windowMs }
        : { ...known, level: known.level + 1 }
      put(counted, entry)
      return { count: entry.level, leftMs: entry.until - at }
    },
    async fill (buckets) {
      const waitMs = Math.max(...buckets.map((bucket) =>
        Math.ceil(Math.max(0, levelOf(bucket) + 1 - bucket.room) * bucket.drainMs)
      ))
      if (waitMs === 0) for (const bucket of buckets) add(bucket, 1)
      return waitMs
    },
    async empty (buckets) {
      for (const bucket of buckets) add(bucket, -1)
    },
    async claim (value, forMs): Promise<Claim | undefined> {
      const at = now()
      const known = find(value)
      if (known !== undefined && known.until > at) return undefined
      const entry = { level: 1, at, until: at + forMs }
      put(value, entry)
      return {
        async release () {
          if (find(value) === entry) put(value, undefined)
        },
      }
    },
  }
}
