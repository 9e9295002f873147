// The database that a data folder is copied to: its checks, and the mark that says what it is a copy of.
import { Client } from 'pg'
import { DomainError } from '../../src/errors.ts'
import { TABLES_IN_ORDER, type TableName } from '../table-order.ts'
import { shownAddress, type PostgresAddress } from './address.ts'
import { clientOptions } from './client-options.ts'
import { quoted } from './copy-rows.ts'

export const LEAST_VERSION = 15

/** Which database a target is a copy of, in its only row. Created before everything else. */
export interface CopyMark {
  /** See `CopySource`. */
  identity: string
  fingerprint: string
  /** The data folder. */
  folder: string
  /** Where files are stored, without credentials; null: they stay in the data folder. */
  files: string | null
  /** Random, hex: the keys of objects are derived from it. */
  seed: string
}

export interface CopyTarget {
  client: Client
  /** What this database is a copy of; undefined: it is empty. */
  mark: CopyMark | undefined
  /** When the copy was completed, ms; null: it was not. */
  completedAt: number | null
  close: () => Promise<void>
}

const MARK_TABLE = 'copied_from'
const LOCK = "hashtextextended('perfbook:copy', 0)"
/** A copy that was killed holds its lock until the server notices. */
const LOCK_WITHIN_MS = 10_000
const LOCK_EVERY_MS = 200

/**
 * Connects to the target and looks at it, without changing anything. Throws COPY_REFUSED if it is not fit for
 * a copy or holds anything but one, and errors of the server.
 */
export async function openCopyTarget (address: PostgresAddress): Promise<CopyTarget> {
  const client = new Client({
    ...clientOptions(address),
    application_name: 'perfbook copy',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  })
  // The query that waits for the server gets the error.
  client.on('error', () => {})
  const close = async () => { await client.end().catch(() => {}) }
  try {
    await client.connect()
    await checkServer(client, address)
    await takeLock(client)
    const mark = await readMark(client)
    if (mark === undefined) await assertEmpty(client, address)
    return { client, mark: mark?.mark, completedAt: mark?.completedAt ?? null, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function checkServer (client: Client, address: PostgresAddress): Promise<void> {
  const { rows: [row] } = await client.query<{
    version: string, encoding: string, read_only: string, may_create: boolean | null
  }>(`SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding,
    current_setting('transaction_read_only') AS read_only,
    has_schema_privilege(current_schema(), 'CREATE') AS may_create`)
  const version = Math.floor(Number(row?.version) / 10_000)
  const shown = shownAddress(address)
  if (version < LEAST_VERSION) {
    throw refused(`${shown} is PostgreSQL ${version}. Perfbook needs version ${LEAST_VERSION} or later.`)
  }
  if (row?.encoding !== 'UTF8') {
    throw refused(
      `${shown} has the encoding ${row?.encoding}. Create a database with ENCODING 'UTF8' TEMPLATE template0.`
    )
  }
  if (row.read_only === 'on') throw refused(`${shown} is read-only. Name the primary server.`)
  if (row.may_create !== true) {
    throw refused(`The user of ${shown} may not create tables there. Make them the owner of the database.`)
  }
}

/** One copy at a time. The lock ends with the connection. */
async function takeLock (client: Client): Promise<void> {
  for (const deadline = performance.now() + LOCK_WITHIN_MS; ;) {
    const { rows: [row] } = await client.query<{ got: boolean }>(
      `SELECT pg_try_advisory_lock(${LOCK}) AS got`
    )
    if (row?.got === true) return
    if (performance.now() > deadline) throw refused('Another copy into this database is running.')
    await client.query('SELECT pg_sleep($1)', [LOCK_EVERY_MS / 1000])
  }
}

async function readMark (
  client: Client
): Promise<{ mark: CopyMark, completedAt: number | null } | undefined> {
  const { rows: [table] } = await client.query('SELECT 1 WHERE to_regclass($1) IS NOT NULL', [MARK_TABLE])
  if (table === undefined) return undefined
  const { rows: [row] } = await client.query<CopyMark & { completed_at: string | null }>(
    `SELECT identity, fingerprint, folder, files, seed, completed_at FROM ${MARK_TABLE}`
  )
  if (row === undefined) return undefined
  const { completed_at: at, ...mark } = row
  return { mark, completedAt: at === null ? null : Number(at) }
}

/** Anything that someone could miss counts, except what belongs to an extension. */
async function assertEmpty (client: Client, address: PostgresAddress): Promise<void> {
  const { rows } = await client.query<{ name: string }>(`
    SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass
          AND d.deptype = 'e')
    UNION ALL
    SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass
          AND d.deptype = 'e')
    ORDER BY 1 LIMIT 3`)
  if (rows.length === 0) return
  throw refused(
    `${shownAddress(address)} is not empty (${rows.map((row) => row.name).join(', ')}). ` +
    'Create an empty database for the copy. Nothing was changed.'
  )
}

/** Makes an empty target one that holds a copy of this source. */
export async function writeMark (client: Client, mark: CopyMark): Promise<void> {
  await client.query('BEGIN')
  await client.query(`CREATE TABLE ${MARK_TABLE} (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    identity TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    folder TEXT NOT NULL,
    files TEXT,
    seed TEXT NOT NULL,
    completed_at BIGINT
  )`)
  await client.query(
    `INSERT INTO ${MARK_TABLE} (id, identity, fingerprint, folder, files, seed)
      VALUES (1, $1, $2, $3, $4, $5)`,
    [mark.identity, mark.fingerprint, mark.folder, mark.files, mark.seed]
  )
  await client.query('COMMIT')
}

/** Empties all tables, because the source has changed, and notes what it is now. */
export async function startOver (client: Client, fingerprint: string): Promise<void> {
  await client.query('BEGIN')
  // The name of the copy in an object store stays.
  const tables = TABLES_IN_ORDER.filter((name) => name !== 'installation')
  // With what nodes note about them, such as tickets of jobs.
  await client.query(`TRUNCATE ${tables.map(quoted).join(', ')} CASCADE`)
  await client.query(`UPDATE ${MARK_TABLE} SET fingerprint = $1`, [fingerprint])
  await client.query('COMMIT')
}

/** The copy is whole: a service may start on it. */
export async function markComplete (client: Client): Promise<void> {
  await client.query(`UPDATE ${MARK_TABLE}
    SET completed_at = floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint`)
}

/**
 * Sets the counters of ids and of claims behind what the source has given out, so that nothing is given out
 * twice. `highest`: by table.
 */
export async function setSequences (client: Client, highest: ReadonlyMap<TableName, number>): Promise<void> {
  for (const [table, id] of highest) {
    if (id === 0) continue
    await client.query(
      `SELECT setval(pg_get_serial_sequence($1, 'id'),
        greatest($2::bigint, (SELECT max(id) FROM ${quoted(table)})))`,
      [quoted(table), id]
    )
  }
  await client.query(`SELECT setval('job_tokens', token) FROM (
    SELECT greatest((SELECT max(token) FROM jobs), (SELECT max(token) FROM job_attempts)) AS token
  ) AS highest WHERE token > 0`)
}

function refused (detail: string): DomainError { return new DomainError('COPY_REFUSED', { detail }) }
