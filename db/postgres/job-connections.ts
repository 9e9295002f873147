// The connections of pg-boss, separate from those of requests: a heartbeat that waits behind a thousand
// requests would make a live node look dead. Tickets are sent in our own transactions. What happens
// to a ticket afterwards may be lost if the server crashes: it is then handed out again, and starts nothing.
import { CompiledQuery } from 'kysely'
import type { PostgresLocation, Trx } from '../database.ts'
import { patientPool } from './connection.ts'
import { openSession } from './session.ts'

/** Connections on which pg-boss runs its statements, in addition to the one on which it listens. */
const POOL_SIZE = 2
/** Its statements are short, and a heartbeat must not be late. */
const PATIENCE = { connectMs: 3000, statementMs: 10_000, transactionMs: 30_000, idleMs: 30_000 }
const LOCK_TIMEOUT_MS = 10_000

/** Runs the text of a statement, or of several without values. */
interface SqlRunner {
  executeSql: (text: string, values?: unknown[]) => Promise<{ rows: unknown[] }>
}

export interface JobConnections extends SqlRunner {
  /** Listens until it is closed. Calls `up` when it listens, at first and after a lost connection. */
  listen: (
    channel: string,
    notified: (payload: string) => void,
    up: () => void
  ) => Promise<{ close: () => Promise<void> }>
  close: () => Promise<void>
}

/** Opens the pool of pg-boss. Close it after pg-boss has stopped. */
export function openJobConnections (location: PostgresLocation): JobConnections {
  const pool = patientPool(location, {
    max: POOL_SIZE,
    patience: PATIENCE,
    lockTimeoutMs: LOCK_TIMEOUT_MS,
    // The server's log is in order: if our row survives a crash, so does what happened to its ticket before.
    mayLose: true,
  })
  return {
    async executeSql (text, values = []) {
      const client = await pool.connect()
      let isDone = false
      try {
        const result: { rows: unknown[] } = await client.query(text, values)
        isDone = true
        return result
      } finally {
        // A transaction in the text that failed is open on this connection.
        client.release(!isDone)
      }
    },
    async listen (channel, notified, up) {
      const session = openSession({
        address: location.direct,
        name: 'perfbook jobs',
        prepare: async (client) => { await client.query(`LISTEN ${client.escapeIdentifier(channel)}`) },
        beat: async (client) => { await client.query('SELECT 1') },
        notified,
        up,
        // Tickets are polled once a second anyway.
        down: () => {},
      })
      session.opened.catch(() => {})
      return session
    },
    close: () => pool.end(),
  }
}

/** Runs statements of pg-boss in a write of ours. */
export function withinWrite (trx: Trx): SqlRunner {
  return {
    executeSql: async (text, values) => await trx.executeQuery(CompiledQuery.raw(text, values)),
  }
}
