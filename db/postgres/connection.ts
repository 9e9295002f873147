// PostgreSQL under Kysely, by node-postgres.
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely'
import { Pool, types, type PoolConfig } from 'pg'
import type { PostgresAddress } from './address.ts'
import { clientOptions } from './client-options.ts'
import type { PostgresLocation } from '../database.ts'
import { guardedPool, type GuardedPool, type Patience } from './guarded-pool.ts'
import { createStatementNames } from './statement-names.ts'
import type { Tables } from '../tables.ts'

/** Types whose values node-postgres gives as text, because they may be larger than a double holds exactly. */
const INT8 = 20
const NUMERIC = 1700

/** Text to number, for ids, times in ms, counts and sums. Throws beyond 2^53. */
function exactNumber (text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new RangeError(`a number of the database is beyond 2^53: ${text}`)
  }
  return value
}

type PoolLimits = Pick<
  PoolConfig,
  'connectionTimeoutMillis' | 'idle_in_transaction_session_timeout' | 'lock_timeout' | 'max' |
  'statement_timeout'
>

/** For requests: their clients get an answer within 5 s, whatever the server does. */
export const IMPATIENT = { connectMs: 3000, statementMs: 4000, transactionMs: 20_000, idleMs: 10_000 }
/** For commands and for threads, whose statements may read or change much. */
export const PATIENT = { connectMs: 10_000, statementMs: 600_000, transactionMs: 600_000, idleMs: 300_000 }

/** A pool of connections. They are opened when they are needed. */
export function connectionPool (address: PostgresAddress, limits: PoolLimits): Pool {
  const pool = new Pool({
    application_name: 'perfbook',
    ...clientOptions(address),
    connectionTimeoutMillis: PATIENT.connectMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5000,
    // After a failover, a name may lead to another server.
    maxLifetimeSeconds: 1800,
    idleTimeoutMillis: 60_000,
    types: {
      getTypeParser: ((oid: number, format: 'text' | 'binary') =>
        oid === INT8 || oid === NUMERIC ? exactNumber : types.getTypeParser(oid, format)
      ) as typeof types.getTypeParser,
    },
    ...limits,
  })
  // An idle connection whose server restarts: the pool drops it. Without a listener the process would end.
  pool.on('error', () => {})
  // Nor does the pool listen to one that it has just handed out: who gets it learns of it a moment later, and
  // the server may end it in between. Its next query fails.
  pool.on('connect', (client) => { client.on('error', () => {}) })
  return pool
}

/** Whether there is a pooler between us and the server, which refuses what it does not know. */
export function hasPooler ({ connection, direct }: PostgresLocation): boolean {
  return JSON.stringify(connection) !== JSON.stringify(direct)
}

interface PatientPoolOptions {
  max: number
  patience: Patience
  lockTimeoutMs: number
  /** Whether the last commits may be lost if the server crashes. Then they do not wait for its disk. */
  mayLose?: boolean
}

/** A pool whose queries end in time, see `guarded-pool.ts`. */
export function patientPool (
  location: PostgresLocation,
  { max, patience, lockTimeoutMs, mayLose = false }: PatientPoolOptions
): GuardedPool {
  const settings = {
    // A statement must not keep running for long after its client is gone.
    statement_timeout: patience.transactionMs + 1000,
    // A process that was stopped in the middle of a write must not hold its locks.
    idle_in_transaction_session_timeout: patience.idleMs,
    lock_timeout: lockTimeoutMs,
    ...(mayLose ? { options: `${location.connection.options ?? ''} -c synchronous_commit=off`.trim() } : {}),
  }
  return guardedPool(() => connectionPool(location.connection, {
    max,
    connectionTimeoutMillis: patience.connectMs,
    ...(hasPooler(location) ? {} : settings),
  }), patience, hasPooler(location) ? undefined : createStatementNames())
}

/** Kysely over a pool, which `destroy` ends. */
export function kyselyOver (pool: Pool | GuardedPool): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: pool as PostgresPool }) })
}
