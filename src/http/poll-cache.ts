/**
 * The longest that anything is kept, ms: dates pass without a commit. With several nodes, this is also how
 * late a node may notice what another one has committed.
 */
const KEPT_MS = 1000
/** The same for what estimates are based on. */
const ESTIMATES_KEPT_MS = 5000
/** More entries than clients that poll at the same time. */
const MOST = 10_000

/** What a value is about, as the database counts changes. */
type ChangesOf = 'people' | 'queue' | { job: number }

export interface PollCache {
  /**
   * What `read` returned the last time for this key, if nothing has been committed since then (with `of`:
   * nothing that may have changed that). Otherwise, what it returns now. The key names everything that the
   * value depends on. Each key always comes with the same `of`. Callers must not change the value.
   */
  get: <T>(key: string, read: () => Promise<T>, of?: ChangesOf) => Promise<T>
}

/**
 * The one cache of the service. Clients poll: they ask for the same few things again and again (who has this
 * token, does that person teach this course, what are its exports), and nearly always nothing has changed.
 * A value is read again after the next commit, whichever process makes it, and after a second.
 */
export function createPollCache (
  { db, now }: { db: { change: (of?: ChangesOf) => number }, now: () => number }
): PollCache {
  return createCache({ change: (of) => db.change(of), now, keptMs: KEPT_MS })
}

/** A cache that commits do not empty, for what changes little from one run of a job to the next. */
export function createEstimateCache ({ now }: { now: () => number }): PollCache {
  return createCache({ change: () => 0, now, keptMs: ESTIMATES_KEPT_MS })
}

function createCache (
  { change: changeOf, now, keptMs }: {
    change: (of: ChangesOf | undefined) => number
    now: () => number
    keptMs: number
  }
): PollCache {
  let kept = new Map<string, { value: Promise<unknown>, change: number }>()
  let since = 0

  return {
    get<T> (key: string, read: () => Promise<T>, of?: ChangesOf): Promise<T> {
      const age = now() - since
      if (age < 0 || age >= keptMs || kept.size >= MOST) {
        kept = new Map()
        since = now()
      }
      // The number is read before the value: a commit in between makes the value newer than its number.
      const change = changeOf(of)
      const known = kept.get(key)
      if (known?.change === change) return known.value as Promise<T>
      const entry = { value: read(), change }
      const generation = kept
      generation.set(key, entry)
      // Only what exists is kept: made-up tokens must not fill the memory, and what failed may succeed next
      // time.
      const forget = () => { if (generation.get(key) === entry) generation.delete(key) }
      entry.value.then((found) => { if (found === undefined) forget() }, forget)
      return entry.value
    },
  }
}
