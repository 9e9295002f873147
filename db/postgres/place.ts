// The place of a node among the nodes of a database. Locks of its session decide which nodes may run at the
// same time, and a row describes the node. The locks end with the connection, so a dead node blocks no other.
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'
import { DomainError } from '../../src/errors.ts'
import type { NodeIdentity } from '../database.ts'

export interface Place {
  /** The name of the connection that holds the locks. */
  readonly connectionName: string
  /**
   * Takes the locks of the node. `patienceMs`: how long it waits if a node that seems to be dead holds them.
   * Throws NODE_REFUSED if a live node holds them.
   */
  take: (client: Client, patienceMs: number) => Promise<void>
  /** Records a sign of life. */
  report: (client: Client) => Promise<void>
  /** Removes the node from the list. It keeps its locks. */
  leave: (client: Client) => Promise<void>
}

const LOOK_EVERY_MS = 300
/** The clock of the database, ms. */
const CLOCK = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint'
/** Rows of nodes that are long dead are removed, ms. */
const FORGET_MS = 86_400_000

export function nodePlace (node: NodeIdentity): Place {
  // PostgreSQL cuts names at 63 bytes.
  const connectionName = `perfbook ${node.id} ${node.name}`.slice(0, 63)
  const nameLock = `perfbook:node:${node.name}`
  let hasLeft = false

  /** Whether both locks are ours now. */
  async function lock (client: Client): Promise<{ name: boolean, files: boolean }> {
    const files = node.sharesFiles ? 'pg_try_advisory_lock_shared' : 'pg_try_advisory_lock'
    const { rows: [got] } = await client.query<{ name: boolean, files: boolean }>(
      `SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS name,
        ${files}(hashtextextended('perfbook:files', 0)) AS files`, [nameLock]
    )
    return got ?? { name: false, files: false }
  }

  /** Other nodes' last signs of life, as one text: it changes while one of them lives. */
  async function signsOfLife (client: Client, { ofName }: { ofName: boolean }): Promise<string> {
    const { rows: [table] } = await client.query("SELECT to_regclass('nodes') IS NOT NULL AS is_there")
    if ((table as { is_there: boolean } | undefined)?.is_there !== true) return ''
    const { rows } = await client.query<{ seen_at: string }>(
      'SELECT seen_at FROM nodes WHERE id <> $1 AND (name = $2 OR NOT $3) ORDER BY id',
      [node.id, node.name, ofName]
    )
    return rows.map((row) => row.seen_at).join()
  }

  function refused (got: { name: boolean, files: boolean }): DomainError {
    return new DomainError('NODE_REFUSED', {
      detail: !got.name
        ? `A node with the name ${node.name} is already running. Give each node its own NODE_NAME.`
        : node.sharesFiles
          ? 'Another node of this database keeps its files on its own disk. ' +
            'Stop it, and set the same FILES_URL for all nodes.'
          : 'Another node of this database is running, and this node keeps its files on its own disk. ' +
            'Set the same FILES_URL for all nodes, or run only one node.',
    })
  }

  return {
    connectionName,
    async take (client, patienceMs) {
      // An old connection of this node may still hold the locks: the server has not noticed that it is lost.
      await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = $1 AND pid <> pg_backend_pid()`, [connectionName])
      const deadline = performance.now() + patienceMs
      let known: string | undefined
      for (;;) {
        const got = await lock(client)
        if (got.name && got.files) return
        await client.query('SELECT pg_advisory_unlock_all()')
        const signs = await signsOfLife(client, { ofName: !got.name })
        known ??= signs
        if (signs !== known || performance.now() >= deadline) throw refused(got)
        await delay(LOOK_EVERY_MS)
      }
    },
    async report (client) {
      if (hasLeft) return
      await client.query(
        `WITH old AS (DELETE FROM nodes WHERE id <> $1 AND (name = $2 OR seen_at < ${CLOCK} - ${FORGET_MS}))
        INSERT INTO nodes (id, name, role, version, threads, started_at, seen_at, running_jobs)
        VALUES ($1, $2, $3, $4, $5, ${CLOCK}, ${CLOCK}, $6)
        ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, running_jobs = excluded.running_jobs`,
        [node.id, node.name, node.role, node.version, node.threads, node.runningJobs()]
      )
    },
    async leave (client) {
      hasLeft = true
      await client.query('DELETE FROM nodes WHERE id = $1', [node.id])
    },
  }
}
