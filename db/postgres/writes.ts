import { sql, type Kysely } from 'kysely'
import type { Database, Topic, Trx } from '../database.ts'
import type { Tables } from '../tables.ts'
import { serverTime } from '../queries/server-time.ts'
import { isOutdatedPlan } from './statement-names.ts'

type Callback = () => void | Promise<void>

interface WriterOptions {
  /** Called first after each commit. */
  committed: () => void
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

/** Each write is a separate transaction, which sees what others have committed (READ COMMITTED). */
export function writer (
  db: Kysely<Tables>,
  { committed, callbackFailed, lockTimeoutMs, now }: WriterOptions
): Database['write'] {
  async function commit<T> (work: (trx: Trx) => Promise<T>): Promise<{ result: T, callbacks: Callback[] }> {
    const callbacks: Callback[] = []
    let isOpen = true
    try {
      const result = await db.transaction().execute(async (trx) => {
        if (lockTimeoutMs !== undefined) {
          await sql`SELECT set_config('lock_timeout', ${String(lockTimeoutMs)}, true),
            set_config('idle_in_transaction_session_timeout', '10000', true)`.execute(trx)
        }
        return await work(Object.assign(trx.withoutPlugins(), {
          engine: 'postgres' as const,
          lock: async (name: string) => {
            await sql`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(trx)
          },
          now: async () => now?.() ?? await serverTime(trx),
          notify: async (topic: Topic, id: number) => {
            await sql`SELECT pg_notify(${CHANNEL}, ${`${topic} ${id}`})`.execute(trx)
          },
          afterCommit: (callback: Callback) => {
            if (!isOpen) throw new Error('afterCommit was called when its transaction was over')
            callbacks.push(callback)
          },
        }))
      })
      return { result, callbacks }
    } finally {
      isOpen = false
    }
  }

  async function commitInTheEnd<T> (work: (trx: Trx) => Promise<T>) {
    for (let tries = 1; ; tries++) {
      try {
        return await commit(work)
      } catch (error) {
        const { code } = error as { code?: unknown }
        const isConflict = typeof code === 'string' && MAY_TRY_AGAIN.includes(code)
        if (tries === MOST_TRIES || !(isConflict || isOutdatedPlan(error))) throw error
      }
    }
  }

  return async (work) => {
    const { result, callbacks } = await commitInTheEnd(work)
    committed()
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
