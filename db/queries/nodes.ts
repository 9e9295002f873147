import type { Reads } from '../index.ts'
import type { Row } from '../tables.ts'
import { SERVER_TIME } from './server-time.ts'

export type NodeRow = Row<'nodes'>

/** A node is dead after this long without a sign of life, ms. It sends one every second. */
export const SILENT_MS = 30_000

/** The live nodes of a PostgreSQL database, by name. */
export async function liveNodes (db: Reads): Promise<NodeRow[]> {
  return await db.selectFrom('nodes').selectAll()
    .where((eb) => eb('seen_at', '>', eb(SERVER_TIME, '-', SILENT_MS)))
    // A sign of life in the future is an old one, from before the server's clock was set back.
    .where((eb) => eb('seen_at', '<', eb(SERVER_TIME, '+', SILENT_MS)))
    .orderBy('name').execute()
}
