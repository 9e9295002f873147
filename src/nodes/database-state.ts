import { createHash, randomBytes } from 'node:crypto'
import {
  addToBuckets, claimValue, countInWindow, lockBucket, releaseValue, takeFromBucket,
} from '../../db/queries/shared-state.ts'
import type { Database } from '../../db/index.ts'
import type { Counted, SharedState } from './shared-state.ts'

/** Maximum number of full windows to remember. */
const MOST_FULL = 10_000

interface DatabaseStateOptions {
  db: Database
  /** Instead of the clock of the database, ms since 1970. */
  at?: (() => number) | undefined
}

/**
 * The state of several nodes, in the database that they share. Nothing that a poll shows depends on it, so
 * its writes do not count as changes of the database. Rows that are over are removed by housekeeping.
 */
export function createDatabaseState ({ db, at }: DatabaseStateOptions): SharedState {
  /**
   * Windows that are full, and until when: a flood of requests must not become a flood of writes to one row.
   */
  const full = new Map<string, number>()
  const now = at ?? (() => performance.now())

  return {
    async count (counted, { windowMs, most }) {
      const key = keyOf(counted)
      const fullUntil = full.get(key) ?? 0
      if (fullUntil > now()) return { count: most + 1, leftMs: Math.ceil(fullUntil - now()) }
      full.delete(key)
      const window = await countInWindow(db.reads, { key, windowMs, at: at?.() })
      if (window.count > most) {
        if (full.size >= MOST_FULL) full.clear()
        full.set(key, now() + window.leftMs)
      }
      return window
    },
    async fill (buckets) {
      const keyed = buckets.map((bucket) => ({ ...bucket, key: keyOf(bucket) }))
      // Always in the same order, so that two attempts never wait for each other.
      keyed.sort((a, b) => a.key < b.key ? -1 : 1)
      return await db.reads.transaction().execute(async (trx) => {
        let waitMs = 0
        for (const { key, room, drainMs } of keyed) {
          const level = await lockBucket(trx, { key, room, drainMs, at: at?.() })
          waitMs = Math.max(waitMs, Math.ceil(Math.max(0, level + 1 - room) * drainMs))
        }
        if (waitMs === 0) await addToBuckets(trx, keyed.map(({ key }) => key))
        return waitMs
      })
    },
    async empty (buckets) {
      for (const { drainMs, ...counted } of buckets) {
        await takeFromBucket(db.reads, { key: keyOf(counted), drainMs, at: at?.() })
      }
    },
    async claim (value, forMs) {
      const key = keyOf(value)
      const holder = randomBytes(12).toString('base64url')
      if (!await claimValue(db.reads, { key, holder, forMs, at: at?.() })) return undefined
      return { release: () => releaseValue(db.reads, { key, holder }) }
    },
  }
}

/** Email addresses, network addresses and secrets are not stored: only their hash is. */
function keyOf ({ kind, key }: Counted): string {
  return createHash('sha256').update(JSON.stringify([kind, key])).digest('base64url')
}
