// The connections of pg-boss, which are apart from those of requests: a heartbeat that waits behind a
// thousand requests would make a living node look dead.
import { CompiledQuery } from 'kysely'
import { Client } from 'pg'
import type { PostgresLocation, Trx } from '../database.ts'
import { clientOptions } from './client-options.ts'
import { connectionPool } from './connection.ts'

/** Connections on which pg-boss runs its statements, beside the one on which it listens. */
const POOL_SIZE = 2
/** Longest time of one statement, ms. */
const STATEMENT_TIMEOUT_MS = 30_000
/** Wait before the first attempt to listen again, ms; it doubles up to `MOST_MS`. */
const FIRST_MS = 500
const MOST_MS = 15_000

/** Runs the text of a statement, or of several without values. */
interface SqlRunner {
  executeSql: (text: string, values?: unknown[]) => Promise<{ rows: unknown[] }>
}

interface JobConnections extends SqlRunner {
  /** Listens until it is closed. After a lost connection it listens again and says so. */
  listen: (
    channel: string,
    notified: (payload: string) => void,
    reconnected: () => void
  ) => Promise<{ close: () => Promise<void> }>
  close: () => Promise<void>
}

export function openJobConnections ({ connection, direct }: PostgresLocation): JobConnections {
  const pool = connectionPool(connection, { max: POOL_SIZE, statement_timeout: STATEMENT_TIMEOUT_MS })
  return {
    executeSql: async (text, values) => await pool.query(text, values),
    async listen (channel, notified, reconnected) {
      let client: Client | undefined
      let timer: NodeJS.Timeout | undefined
      let isClosed = false

      async function connect (waitMs: number): Promise<void> {
        const next = new Client({ ...clientOptions(direct), keepAlive: true, connectionTimeoutMillis: 4000 })
        client = next
        let isLost = false
        const lost = (nextWaitMs: number) => {
          if (isLost) return
          isLost = true
          next.end().catch(() => {})
          if (isClosed) return
          timer = setTimeout(() => { void connect(Math.min(nextWaitMs * 2, MOST_MS)) }, nextWaitMs).unref()
        }
        next.on('error', () => { lost(FIRST_MS) })
        next.on('end', () => { lost(FIRST_MS) })
        next.on('notification', ({ payload }) => { if (payload !== undefined) notified(payload) })
        try {
          await next.connect()
          await next.query(`LISTEN ${next.escapeIdentifier(channel)}`)
          reconnected()
        } catch {
          lost(waitMs)
        }
      }

      await connect(FIRST_MS)
      return {
        async close () {
          isClosed = true
          clearTimeout(timer)
          await client?.end().catch(() => {})
        },
      }
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
