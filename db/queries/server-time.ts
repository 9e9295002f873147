import { sql } from 'kysely'
import type { Reads, Trx } from '../database.ts'

/** The clock of a PostgreSQL server as an expression of SQL, ms since 1970. */
export const SERVER_TIME = sql<number>`floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint`

/** What the clock of a PostgreSQL server says, ms since 1970. */
export async function serverTime (db: Reads | Trx): Promise<number> {
  const { rows: [row] } = await sql<{ ms: number }>`SELECT ${SERVER_TIME} AS ms`.execute(db)
  if (row === undefined) throw new Error('the database did not say what time it is')
  return row.ms
}
