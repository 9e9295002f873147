// Guessing passwords is slowed down, never locked out: each failure fills a bucket, which drains all the time, and whoever finds
// it full waits for room. A lock-out would let anybody lock out everybody. Own code, since a limiter of requests counts
// requests, and here only failures count, of which nobody knows before the password was checked.

/** A bucket: so many failures at once, and then one each `drainMs`. */
interface Bucket { room: number, drainMs: number }

const ACCOUNT: Bucket = { room: 10, drainMs: 30_000 }
// A whole school may be behind one address.
const ADDRESS: Bucket = { room: 50, drainMs: 6_000 }
/** More than so many buckets are not kept: the emptiest go. */
const MOST_BUCKETS = 20_000

export interface Attempt {
  /** The account's key, whether there is such an account or not. */
  account: string
  address: string
  /** The account has signed in from this address lately: then others who guess at it do not slow it down. */
  isKnownThere: boolean
}

export interface SignInLimit {
  /** Counts an attempt as a failure until `succeeded`. Returns how long to wait first, ms; 0: go on. What has to wait is not counted. */
  begin: (attempt: Attempt) => number
  /** The attempt was no failure. */
  succeeded: (attempt: Attempt) => void
}

export function createSignInLimit ({ now }: { now: () => number }): SignInLimit {
  const levels = new Map<string, { level: number, at: number }>()

  function levelOf (key: string, { drainMs }: Bucket): number {
    const known = levels.get(key)
    return known === undefined ? 0 : Math.max(0, known.level - Math.max(0, now() - known.at) / drainMs)
  }
  function add (key: string, bucket: Bucket, change: number): void {
    const level = Math.max(0, levelOf(key, bucket) + change)
    levels.delete(key)
    if (level > 0) levels.set(key, { level, at: now() })
    if (levels.size > MOST_BUCKETS) prune()
  }
  function prune (): void {
    for (const key of levels.keys()) if (levelOf(key, bucketOf(key)) === 0) levels.delete(key)
    // Still too many: the ones that were not touched for longest. Map keeps the order of insertion.
    for (const key of levels.keys()) {
      if (levels.size <= MOST_BUCKETS / 2) break
      levels.delete(key)
    }
  }
  const keysOf = ({ account, address, isKnownThere }: Attempt) => [`address ${network(address)}`, ...(isKnownThere ? [] : [`account ${account}`])]

  return {
    begin (attempt) {
      const keys = keysOf(attempt)
      const waitMs = Math.max(...keys.map((key) => {
        const bucket = bucketOf(key)
        return Math.max(0, levelOf(key, bucket) + 1 - bucket.room) * bucket.drainMs
      }))
      if (waitMs === 0) for (const key of keys) add(key, bucketOf(key), 1)
      return Math.ceil(waitMs)
    },
    succeeded (attempt) {
      for (const key of keysOf(attempt)) add(key, bucketOf(key), -1)
    },
  }
}

function bucketOf (key: string): Bucket { return key.startsWith('account ') ? ACCOUNT : ADDRESS }

/** One customer holds a whole /64 of IPv6 addresses (RFC 6177). */
function network (address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address
  const [head = '', tail = ''] = address.split('::')
  const groups = head.split(':')
  if (address.includes('::')) groups.push(...Array<string>(Math.max(0, 8 - groups.length - tail.split(':').length)).fill('0'), ...tail.split(':'))
  return groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '')).join(':')
}
