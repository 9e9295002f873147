// Checks of an installation on PostgreSQL. They change nothing and may run while nodes run.
import { openDatabase, type PostgresLocation } from '../../db/index.ts'
import { checkSchema } from '../../db/migrations/migrate.ts'
import { shownAddress } from '../../db/postgres/address.ts'
import { LEAST_VERSION } from '../../db/postgres/copy-target.ts'
import { tlsProblem } from '../../db/postgres/tls-problem.ts'
import { serverFacts, type ServerFacts } from '../../db/postgres/server-facts.ts'
import { counted } from '../counted.ts'
import { hasCode } from '../errors.ts'
import type { Config } from '../config.ts'
import { isoTime } from '../iso-time.ts'
import { checkStoredFiles, type CheckFilesOptions } from './file-checks.ts'
import { fine, problem, type Finding } from './finding.ts'
import { checkSnapshots } from './snapshot-checks.ts'

/** Tolerance between the clocks of a node and of the server, ms. */
const CLOCK_MAY_DIFFER_MS = 60_000
/** PostgreSQL cannot clean up behind a transaction that is open for longer, s. */
const LONG_TRANSACTION_S = 600
/** Connections that a node opens to the server itself if there is a pooler. */
const DIRECT_CONNECTIONS = 2

/**
 * The findings of all checks, and whether nodes are running. After a check that finds the database unusable,
 * no other check is run.
 */
export async function checkPostgres (
  config: Config, location: PostgresLocation, options: CheckFilesOptions
): Promise<{ findings: Finding[], isLive: boolean }> {
  const isPooled = location.direct !== location.connection
  let asked = location.connection
  let facts: ServerFacts
  try {
    facts = await serverFacts(asked)
    if (isPooled) {
      asked = location.direct
      await serverFacts(asked)
    }
  } catch (error) {
    const shown = shownAddress(asked)
    const tls = tlsProblem(error, asked)
    const finding = problem(
      'database',
      tls === undefined
        ? `${shown} does not answer: ${(error as Error).message}`
        : `${shown} could not be used: ${tls}`,
      'Check DATABASE_URL (and DATABASE_DIRECT_URL), pg_hba.conf, and whether PostgreSQL is running.'
    )
    return { findings: [finding], isLive: false }
  }
  const server = checkServer(facts, shownAddress(location.connection))
  const isLive = facts.nodes !== undefined && facts.nodes.length > 0
  if (!server.ok) return { findings: [server], isLive }
  const schema = checkTables(facts)
  const findings = [
    server,
    checkRights(facts),
    schema,
    checkConnections(facts, { pool: config.DATABASE_POOL, isPooled }),
    checkClocks(facts),
    checkTransactions(facts),
    ...facts.nodes === undefined ? [] : [checkNodes(facts.nodes, config)],
    ...schema.ok ? await checkContents(config, location, options) : [],
  ]
  return { findings, isLive }
}

function checkServer ({ version, encoding, isReadOnly }: ServerFacts, shown: string): Finding {
  const name = 'database'
  if (version < LEAST_VERSION) {
    return problem(
      name, `${shown} is PostgreSQL ${version}.`, `Upgrade it to version ${LEAST_VERSION} or later.`
    )
  }
  if (encoding !== 'UTF8') {
    return problem(
      name,
      `${shown} has the encoding ${encoding}, which cannot store all names.`,
      "Create a database with ENCODING 'UTF8' TEMPLATE template0."
    )
  }
  if (isReadOnly) {
    return problem(
      name, `${shown} is read-only.`, 'Point DATABASE_URL at the primary server; a replica takes no writes.'
    )
  }
  return fine(name, `${shown}, PostgreSQL ${version}, ${encoding}`)
}

function checkRights ({ isOwner, mayCreate }: ServerFacts): Finding {
  if (mayCreate && isOwner) return fine('rights', 'the user owns the database')
  return problem(
    'rights',
    mayCreate ? 'The user does not own the database.' : 'The user may not create tables.',
    'As an administrator of PostgreSQL: ALTER DATABASE … OWNER TO the user of DATABASE_URL.'
  )
}

function checkTables ({ schema, unfinishedCopy }: ServerFacts): Finding {
  const name = 'schema'
  if (unfinishedCopy !== undefined) {
    return problem(
      name,
      `The copy of ${unfinishedCopy} into this database did not finish.`,
      'Run the same "perfbook copy" again, or use an empty database.'
    )
  }
  try {
    if (checkSchema(schema, { mayUpgrade: false }) === 'new') {
      return problem(name, 'The database has no tables yet.', 'Start a node, or run "perfbook migrate".')
    }
  } catch (error) {
    if (hasCode(error, 'SCHEMA_TOO_NEW')) {
      return problem(name, error.message, 'Start the version that upgraded it, or a later one.')
    }
    if (!hasCode(error, 'SCHEMA_TOO_OLD')) throw error
    return problem(name, error.message, 'Nodes of the previous version keep working. See docs/many-nodes.md.')
  }
  return fine(name, schema.applied.at(-1) ?? '')
}

function checkConnections (
  { mostConnections, openConnections, nodes = [] }: ServerFacts,
  { pool, isPooled }: { pool: number, isPooled: boolean }
): Finding {
  const count = Math.max(1, nodes.length)
  // The pooler limits all other connections itself.
  const wanted = (isPooled ? DIRECT_CONNECTIONS : pool) * count
  const text = `${counted(count, 'node')} ${isPooled ? 'behind a pooler' : `with DATABASE_POOL=${pool}`} ` +
    `may open ${wanted} connections${isPooled ? ' to the server itself' : ''}; the server allows ` +
    `${mostConnections}, and has ${openConnections} open`
  return wanted <= mostConnections
    ? fine('connections', text)
    : problem('connections', `${text}.`, 'Raise max_connections of PostgreSQL, or lower DATABASE_POOL.')
}

function checkClocks ({ time, ourTime }: ServerFacts): Finding {
  const difference = Math.round(ourTime - time)
  if (Math.abs(difference) <= CLOCK_MAY_DIFFER_MS) return fine('clock', isoTime(Math.round(ourTime)))
  return problem(
    'clock',
    `This machine's clock says ${isoTime(Math.round(ourTime))}, and PostgreSQL's ${isoTime(time)}. ` +
      "Times in the data are PostgreSQL's.",
    'Set both clocks, preferably with a time service (systemd-timesyncd, chrony).'
  )
}

function checkTransactions ({ oldest }: ServerFacts): Finding {
  if (oldest === undefined || oldest.seconds < LONG_TRANSACTION_S) {
    return fine('transactions', 'none has been open for long')
  }
  const { seconds, pid, application } = oldest
  return problem(
    'transactions',
    `One has been open for ${Math.floor(seconds / 60)} minutes (process ${pid} of the server, ${
      application === '' ? 'without a name' : application}).`,
    `PostgreSQL cannot clean up meanwhile. If it is not a backup: SELECT pg_terminate_backend(${pid}).`
  )
}

function checkNodes (nodes: NonNullable<ServerFacts['nodes']>, { NODE_ROLE }: Config): Finding {
  const names = nodes.map(({ name, role }) => `${name} (${role})`).join(', ')
  if (nodes.some(({ role }) => role !== 'web')) return fine('nodes', names)
  return problem(
    'nodes',
    nodes.length === 0 ? 'No node is running.' : `No node runs jobs: ${names}.`,
    NODE_ROLE === 'web' || nodes.length > 0
      ? 'Exports and imports wait. Start a node with NODE_ROLE=worker or all.'
      : 'Start a node.'
  )
}

async function checkContents (
  config: Config, location: PostgresLocation, options: CheckFilesOptions
): Promise<Finding[]> {
  const db = await openDatabase({ ...location, poolSize: 2 })
  try {
    return [await checkStoredFiles(db, config.files, options), await checkSnapshots(db.reads, options)]
  } finally {
    await db.close()
  }
}
