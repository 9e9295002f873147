// A pool that hands out only usable connections, and whose queries have a time limit. Failures of the
// connection or the server become DATABASE_UNAVAILABLE, which shows no address.
import type { Pool, PoolClient } from 'pg'
import { DomainError, hasCode } from '../../src/errors.ts'
import { endsConnection } from '../failures.ts'
import { isOutdatedPlan, type StatementNames } from './statement-names.ts'

/** How long to wait, ms. */
export interface Patience {
  /** For a connection: a free one, or a new one. */
  connectMs: number
  /** For the answer to a statement. For the first one, this includes the wait for a connection. */
  statementMs: number
  /** For the answer to a statement within a transaction, which another one may delay. */
  transactionMs: number
  /** How long a transaction may be idle before the server ends it. */
  idleMs: number
}

/** Numbers of a pool for monitoring. */
export interface PoolNumbers {
  /** Connections that are in use. */
  busy: number
  idle: number
  /** Requests that wait for a connection. */
  waiting: number
  /** Failures of connections and of the server, since the start. */
  errors: number
}

/** What Kysely sees of a connection. */
interface GuardedClient {
  readonly processID?: number
  query: (text: string, values: readonly unknown[]) => Promise<never>
  release: (destroy?: boolean) => void
}

export interface GuardedPool {
  readonly options: object
  connect: () => Promise<GuardedClient>
  /** The server is unavailable: ends all connections at once, and refuses new ones until `open`. */
  shut: () => void
  open: () => void
  numbers: () => PoolNumbers
  end: () => Promise<void>
}

/** Advice to a client, seconds. */
const RETRY_AFTER_S = 5
/** The least time for a statement if getting its connection took long, ms. */
const LEAST_MS = 500

/**
 * `makePool` is called again after each `shut`: connections that seem to be there may be dead. Without
 * `names`, the server plans each statement every time.
 */
export function guardedPool (
  makePool: () => Pool, { statementMs, transactionMs }: Patience, names?: StatementNames
): GuardedPool {
  let pool = makePool()
  let isShut = false
  let errors = 0
  const lent = new Set<PoolClient>()

  function failed (error: unknown): DomainError {
    if (!hasCode(error, 'DATABASE_UNAVAILABLE')) errors++
    return unavailable(error)
  }

  async function connect (): Promise<GuardedClient> {
    if (isShut) throw unavailable()
    const since = performance.now()
    const client = await pool.connect().catch((error: unknown) => { throw failed(error) })
    let failure: DomainError | undefined
    // The pool listens only to idle connections. Without a listener the process would end.
    const onError = (error: unknown) => { failure ??= failed(error) }
    client.on('error', onError)
    lent.add(client)
    let isInTransaction = false
    let wait = Math.max(LEAST_MS, statementMs - (performance.now() - since))

    return {
      ...('processID' in client ? { processID: client.processID as number } : {}),
      async query (text, values) {
        // What follows a failure, such as a ROLLBACK, must not wait again.
        if (failure !== undefined) throw failure
        const run = async () => {
          const name = names?.of(text, values)
          const statement = { text, values: values as unknown[], query_timeout: wait }
          return await client.query(name === undefined ? statement : { ...statement, name }) as never
        }
        try {
          return await run()
        } catch (error) {
          if (isOutdatedPlan(error)) {
            names?.renew()
            // A transaction has failed as a whole. Its owner may retry it.
            if (!isInTransaction) return await run()
          }
          if (!isLost(error)) throw error
          throw (failure ??= failed(error))
        } finally {
          wait = text === 'begin' ? transactionMs : Math.max(wait, statementMs)
          if (/^(?:begin|start transaction)/.test(text)) isInTransaction = true
          else if (text === 'commit' || text === 'rollback') isInTransaction = false
        }
      },
      release (destroy = false) {
        lent.delete(client)
        client.off('error', onError)
        client.release(destroy || failure !== undefined)
      },
    }
  }

  return {
    options: {},
    connect,
    shut () {
      if (isShut) return
      isShut = true
      // Also ends those in use: their answers would never come.
      for (const client of lent) endNow(client)
      void pool.end().catch(() => {})
    },
    open () {
      if (!isShut) return
      isShut = false
      pool = makePool()
    },
    numbers: () => ({
      busy: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
      errors,
    }),
    async end () {
      // Those of a server that does not answer are not waited for.
      if (!isShut) await pool.end()
    },
  }
}

/** A client of a pool has an `end` that its type hides. With a statement under way, it does not wait. */
function endNow (client: PoolClient): void {
  if ('end' in client && typeof client.end === 'function') client.end(() => {})
}

/** Whether a connection is unusable after an error: the error is not a normal answer of the server. */
function isLost (error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('severity' in error) return 'code' in error && endsConnection(String(error.code))
  // Of the connection, or of node-postgres about it. A value that cannot be read is a RangeError.
  return error.name === 'Error' || error.name === 'AggregateError'
}

export function unavailable (cause?: unknown): DomainError {
  return new DomainError('DATABASE_UNAVAILABLE', { retryAfterSeconds: RETRY_AFTER_S, cause })
}
