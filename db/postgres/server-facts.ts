// What `perfbook doctor` checks on a server. Reads only.
import { Client } from 'pg'
import type { MigrationStatus } from '../migrations/migrate.ts'
import { statusOf } from '../migrations/migrate.ts'
import { SILENT_MS } from '../queries/nodes.ts'
import type { PostgresAddress } from './address.ts'
import { clientOptions } from './client-options.ts'
import { migrations } from './migrations.ts'

export interface ServerFacts {
  /** The major version. */
  version: number
  encoding: string
  isReadOnly: boolean
  isOwner: boolean
  mayCreate: boolean
  /** Connections that users without special rights may open in all, and those that are open. */
  mostConnections: number
  openConnections: number
  /** Its clock, ms, and ours at the same moment. */
  time: number
  ourTime: number
  /** The longest open transaction, its age in s and its application; undefined: there is none. */
  oldest: { seconds: number, pid: number, application: string } | undefined
  schema: MigrationStatus
  /** The folder of a copy that did not finish. */
  unfinishedCopy: string | undefined
  /** The live nodes; undefined: the schema has no nodes yet. */
  nodes: Array<{ name: string, role: string }> | undefined
}

const UNFINISHED_COPY = 'SELECT folder FROM copied_from WHERE completed_at IS NULL'

/**
 * Only reads, and sets nothing for the connection, which a pooler lends to nodes afterwards. Throws errors of
 * the server and of the network.
 */
export async function serverFacts (address: PostgresAddress): Promise<ServerFacts> {
  const client = new Client({
    ...clientOptions(address),
    connectionTimeoutMillis: 5000,
    query_timeout: 10_000,
    application_name: 'perfbook doctor',
  })
  client.on('error', () => {})
  try {
    await client.connect()
    const has = async (table: string) =>
      (await client.query('SELECT 1 WHERE to_regclass($1) IS NOT NULL', [table])).rows.length > 0
    const before = Date.now()
    const { rows: [row] } = await client.query<{
      version: string, encoding: string, is_replica: boolean, read_only: string | null, is_owner: boolean,
      may_create: boolean | null, most: string, reserved: string, open: string, time: string,
    }>(`SELECT current_setting('server_version_num') AS version,
      current_setting('server_encoding') AS encoding,
      pg_is_in_recovery() AS is_replica,
      (SELECT reset_val FROM pg_settings WHERE name = 'default_transaction_read_only') AS read_only,
      pg_has_role(current_user, datdba, 'USAGE') AS is_owner,
      has_schema_privilege(current_schema(), 'CREATE') AS may_create,
      current_setting('max_connections') AS most,
      current_setting('superuser_reserved_connections') AS reserved,
      (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS open,
      floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS time
      FROM pg_database WHERE datname = current_database()`)
    const ourTime = (before + Date.now()) / 2
    if (row === undefined) throw new Error('the server says nothing about itself')
    const { rows: [oldest] } = await client.query<{ seconds: number, pid: number, application: string }>(
      `SELECT extract(epoch FROM clock_timestamp() - xact_start)::int AS seconds, pid,
        application_name AS application
        FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND xact_start IS NOT NULL ORDER BY xact_start LIMIT 1`
    )
    const applied = await has('kysely_migration')
      ? (await client.query<{ name: string }>('SELECT name FROM kysely_migration ORDER BY name')).rows
      : []
    const copies = await has('copied_from')
      ? (await client.query<{ folder: string }>(UNFINISHED_COPY)).rows
      : []
    const nodes = await has('nodes')
      ? (await client.query<{ name: string, role: string }>(
          'SELECT name, role FROM nodes WHERE seen_at > $1 ORDER BY name',
          [Number(row.time) - SILENT_MS]
        )).rows
      : undefined
    return {
      version: Math.floor(Number(row.version) / 10_000),
      encoding: row.encoding,
      isReadOnly: row.is_replica || row.read_only === 'on',
      isOwner: row.is_owner,
      mayCreate: row.may_create === true,
      mostConnections: Number(row.most) - Number(row.reserved),
      openConnections: Number(row.open),
      time: Number(row.time),
      ourTime,
      oldest,
      schema: statusOf(applied.map(({ name }) => name), migrations),
      unfinishedCopy: copies[0]?.folder,
      nodes,
    }
  } finally {
    await client.end().catch(() => {})
  }
}
