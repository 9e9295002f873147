// Counters and claims that several nodes share. Only PostgreSQL has these tables: a single node keeps them in
// memory. Each statement is atomic. `at` is the time, ms since 1970; without it, the server's clock counts.
import { sql, type RawBuilder } from 'kysely'
import type { Reads } from '../index.ts'
import { SERVER_TIME } from './server-time.ts'

type At = number | undefined

/** Evaluated when the row is locked, so that statements that wait for each other see their times in order. */
function time (at: At): RawBuilder<number> {
  return at === undefined ? SERVER_TIME : sql<number>`${at}::bigint`
}

interface Bucket {
  key: string
  drainMs: number
}

/** Counts one more in a window. The first one begins it, and so does a clock that was set back. */
export async function countInWindow (
  db: Reads,
  { key, windowMs, at }: { key: string, windowMs: number, at: At }
): Promise<{ count: number, leftMs: number }> {
  const now = time(at)
  const isOpen = sql`c.at <= ${now} AND ${now} < c.expires_at`
  const until = sql`${now} + ${windowMs}::bigint`
  // The last counts may be lost if the server crashes, so requests do not wait for its disk.
  const { rows: [row] } = await sql<{ count: number, left_ms: number }>`
    WITH settings AS (SELECT set_config('synchronous_commit', 'off', true))
    INSERT INTO shared_counters AS c (key, level, at, expires_at)
    SELECT ${key}, 1, ${now}, ${until} FROM settings
    ON CONFLICT (key) DO UPDATE SET
      level = CASE WHEN ${isOpen} THEN c.level + 1 ELSE 1 END,
      at = CASE WHEN ${isOpen} THEN c.at ELSE ${now} END,
      expires_at = CASE WHEN ${isOpen} THEN c.expires_at ELSE ${until} END
    RETURNING level AS count, expires_at - ${now} AS left_ms`.execute(db)
  if (row === undefined) throw new Error('a counter returned nothing')
  return { count: row.count, leftMs: Math.max(0, row.left_ms) }
}

/** How full a bucket is now. Locks its row, and creates it if there is none. */
export async function lockBucket (
  trx: Reads,
  { key, drainMs, room, at }: Bucket & { room: number, at: At }
): Promise<number> {
  const now = time(at)
  const { rows: [row] } = await sql<{ level: number }>`
    INSERT INTO shared_counters AS c (key, level, at, expires_at)
    VALUES (${key}, 0, ${now}, ${now} + ${Math.ceil(room * drainMs)}::bigint)
    ON CONFLICT (key) DO UPDATE SET
      level = ${drained(drainMs, now)}, at = ${now}, expires_at = excluded.expires_at
    RETURNING level`.execute(trx)
  if (row === undefined) throw new Error('a bucket returned nothing')
  return row.level
}

/** Adds one to buckets that are locked. */
export async function addToBuckets (trx: Reads, keys: readonly string[]): Promise<void> {
  await trx.updateTable('shared_counters').set((row) => ({ level: row('level', '+', 1) }))
    .where('key', 'in', keys).execute()
}

/** Takes one from a bucket. */
export async function takeFromBucket (
  db: Reads, { key, drainMs, at }: Bucket & { at: At }
): Promise<void> {
  const now = time(at)
  await sql`UPDATE shared_counters AS c
    SET level = greatest(0, ${drained(drainMs, now)} - 1), at = ${now} WHERE key = ${key}`.execute(db)
}

function drained (drainMs: number, now: RawBuilder<number>): RawBuilder<number> {
  return sql<number>`greatest(0, c.level - greatest(0, ${now} - c.at) / ${drainMs}::double precision)`
}

/** False: another holder has it. */
export async function claimValue (
  db: Reads,
  { key, holder, forMs, at }: { key: string, holder: string, forMs: number, at: At }
): Promise<boolean> {
  const now = time(at)
  const { rows } = await sql`
    INSERT INTO shared_claims AS c (key, holder, expires_at)
    VALUES (${key}, ${holder}, ${now} + ${Math.ceil(forMs)}::bigint)
    ON CONFLICT (key) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
      WHERE c.expires_at <= ${now}
    RETURNING key`.execute(db)
  return rows.length > 0
}

export async function releaseValue (
  db: Reads, { key, holder }: { key: string, holder: string }
): Promise<void> {
  await db.deleteFrom('shared_claims').where('key', '=', key).where('holder', '=', holder).execute()
}
