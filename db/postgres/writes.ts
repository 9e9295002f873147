import { sql, type Kysely, type KyselyPlugin, type Transaction } from 'kysely'
import type { Database, Topic, Trx, WriteOptions } from '../database.ts'
import type { Tables } from '../tables.ts'
import type { ChangeCounter } from './change-counter.ts'
import { SERVER_TIME, serverTime } from '../queries/server-time.ts'
import { isOutdatedPlan } from './statement-names.ts'

type Callback = () => void | Promise<void>

interface WriterOptions {
  /** Counts each commit, before its callbacks run. */
  changes: Pick<ChangeCounter, 'any' | 'jobs'>
  /** Called with what a callback of `afterCommit` throws: its write has succeeded anyway. */
  callbackFailed: (error: unknown) => void
  /** How long a write waits for a lock, ms. Undefined: as long as its connection says. */
  lockTimeoutMs?: number | undefined
  /** Instead of the server's clock, ms since 1970. */
  now?: (() => number) | undefined
}

/** How long a write waits for a lock, ms. */
export const LOCK_TIMEOUT_MS = 4000
/** How often a write is tried if another one conflicts with it. */
const MOST_TRIES = 5
/** serialization_failure, deadlock_detected: the transaction was rolled back and may succeed next time. */
const MAY_TRY_AGAIN = ['40001', '40P01']
/** The channel of notifications. */
export const CHANNEL = 'perfbook'

const locking = (name: string) => sql`pg_advisory_xact_lock(hashtextextended(${name}, 0))`

/** Refuses a second statement: without BEGIN, the first one would not be undone together with it. */
function oneStatement (): KyselyPlugin {
  let isDone = false
  return {
    transformQuery ({ node }) {
      if (isDone) throw new Error('a write of one statement (isOneStatement) has a second one')
      return node
    },
    async transformResult ({ result }) {
      isDone = true
      return result
    },
  }
}

/** Each write is a separate transaction, which sees what others have committed (READ COMMITTED). */
export function writer (
  db: Kysely<Tables>,
  { changes, callbackFailed, lockTimeoutMs, now }: WriterOptions
): Database['write'] {
  async function commit<T> (
    work: (trx: Trx) => Promise<T>, { isOneStatement = false }: WriteOptions
  ): Promise<{ result: T, callbacks: Callback[], jobIds: number[] }> {
    const callbacks: Callback[] = []
    const jobIds: number[] = []
    let isOpen = true
    const run = async (trx: Transaction<Tables>) => {
      if (lockTimeoutMs !== undefined) {
        await sql`SELECT set_config('lock_timeout', ${String(lockTimeoutMs)}, true),
          set_config('idle_in_transaction_session_timeout', '10000', true)`.execute(trx)
      }
      return await work(Object.assign(trx, {
        engine: 'postgres' as const,
        lock: async (name: string) => {
          await sql`SELECT ${locking(name)}`.execute(trx)
        },
        locking,
        now: async () => now?.() ?? await serverTime(trx),
        time: () => now === undefined ? SERVER_TIME : sql<number>`${now()}::bigint`,
        notify: async (topic: Topic, id: number) => {
          jobIds.push(id)
          await sql`SELECT pg_notify(${CHANNEL}, ${`${topic} ${id}`})`.execute(trx)
        },
        notifying: (topic: Topic, id: number) => {
          jobIds.push(id)
          return sql`pg_notify(${sql.lit(CHANNEL)}, ${`${topic} ${id}`})`
        },
        afterCommit: (callback: Callback) => {
          if (!isOpen) throw new Error('afterCommit was called when its transaction was over')
          callbacks.push(callback)
        },
      }))
    }
    try {
      // With a pooler, each transaction begins with its settings.
      const result = isOneStatement && lockTimeoutMs === undefined
        ? await run(db.withPlugin(oneStatement()) as Transaction<Tables>)
        : await db.transaction().execute((trx) => run(trx.withoutPlugins()))
      return { result, callbacks, jobIds }
    } finally {
      isOpen = false
    }
  }

  async function commitInTheEnd<T> (work: (trx: Trx) => Promise<T>, options: WriteOptions) {
    for (let tries = 1; ; tries++) {
      try {
        return await commit(work, options)
      } catch (error) {
        const { code } = error as { code?: unknown }
        const isConflict = typeof code === 'string' && MAY_TRY_AGAIN.includes(code)
        if (tries === MOST_TRIES || !(isConflict || isOutdatedPlan(error))) throw error
      }
    }
  }

  return async (work, options = {}) => {
    const { result, callbacks, jobIds } = await commitInTheEnd(work, options)
    if (options.isOnlyJobs === true) changes.jobs(jobIds)
    else changes.any()
    for (const callback of callbacks) {
      try {
        await callback()
      } catch (error) {
        callbackFailed(error)
      }
    }
    return result
  }
}
