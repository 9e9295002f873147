// Rows that are kept only for a time.
import { sql } from 'kysely'
import type { Engine, Reads, Trx } from '../index.ts'

/** For each table: the time from which a row's age counts (null: not yet), and what identifies a row. */
const TABLES = {
  /** Jobs that ended; their attempts and requests go with them. */
  jobs: { since: 'finished_at', key: ['id'] },
  audit_log: { since: 'at', key: ['id'] },
  /** With all that is kept for the undo of the import, which may be much. */
  undo_imports: { since: 'made_at', key: ['import_id'] },
  sessions: { since: 'created_at', key: ['id'] },
  password_links: { since: 'expires_at', key: ['id'] },
  sign_in_networks: { since: 'last_at', key: ['user_id', 'network'] },
  shared_counters: { since: 'expires_at', key: ['key'] },
  shared_claims: { since: 'expires_at', key: ['key'] },
} as const

/** Tables that only PostgreSQL has. */
const OF_NODES: readonly string[] = ['shared_counters', 'shared_claims']

export type AgingTable = keyof typeof TABLES

/** Whether a database of this engine has the table. */
export function hasTable (engine: Engine, table: AgingTable): boolean {
  return engine === 'postgres' || !OF_NODES.includes(table)
}

/** Whether a table has a row from before that time, ms. */
export async function hasOldRows (db: Reads, table: AgingTable, before: number): Promise<boolean> {
  const { rows } = await sql`SELECT 1 FROM ${sql.table(table)}
    WHERE ${sql.ref(TABLES[table].since)} < ${before} LIMIT 1`.execute(db)
  return rows.length > 0
}

/**
 * Deletes at most `limit` rows from before that time, ms, the oldest first; returns how many. Rows that
 * another write renews stay: a job that is requeued.
 */
export async function deleteOldRows (
  trx: Trx,
  table: AgingTable,
  { before, limit }: { before: number, limit: number }
): Promise<number> {
  const since = sql.ref(TABLES[table].since)
  const key = sql.join(TABLES[table].key.map((column) => sql.ref(column)))
  const { numAffectedRows = 0n } = await sql`DELETE FROM ${sql.table(table)} WHERE (${key}) IN (
    SELECT ${key} FROM ${sql.table(table)} WHERE ${since} < ${before}
    ORDER BY ${since} LIMIT ${limit}
  ) AND ${since} < ${before}`.execute(trx)
  return Number(numAffectedRows)
}
