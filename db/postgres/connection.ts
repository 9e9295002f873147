// PostgreSQL under Kysely, by node-postgres.
import { Kysely, PostgresDialect } from 'kysely'
import { Pool, types, type PoolConfig } from 'pg'
import type { PostgresAddress } from './address.ts'
import { clientOptions } from './client-options.ts'
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

type PoolLimits = Pick<PoolConfig, 'max' | 'statement_timeout' | 'idle_in_transaction_session_timeout'>

/** A pool of connections. They are opened when they are needed. */
export function connectionPool (address: PostgresAddress, limits: PoolLimits): Pool {
  const pool = new Pool({
    application_name: 'perfbook',
    ...clientOptions(address),
    connectionTimeoutMillis: 4000,
    keepAlive: true,
    types: {
      getTypeParser: ((oid: number, format: 'text' | 'binary') =>
        oid === INT8 || oid === NUMERIC ? exactNumber : types.getTypeParser(oid, format)
      ) as typeof types.getTypeParser,
    },
    ...limits,
  })
  // An idle connection whose server restarts: the pool drops it. Without a listener the process would end.
  pool.on('error', () => {})
  return pool
}

/** Kysely over a pool, which `destroy` ends. */
export function kyselyOver (pool: Pool): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
}
