import { sql } from 'kysely'
import type { Database } from '../index.ts'

/** A node is dead after this long without a sign of life, ms. */
const DEAD_MS = 60_000

/** Whether a live node runs jobs. Only PostgreSQL has nodes. */
export async function hasLiveWorker ({ reads, now }: Pick<Database, 'reads' | 'now'>): Promise<boolean> {
  const { rows } = await sql`SELECT 1 FROM nodes WHERE role <> 'web' AND seen_at > ${await now() - DEAD_MS}
    LIMIT 1`.execute(reads)
  return rows.length > 0
}
