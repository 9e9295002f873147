import { CompiledQuery, sql, type Kysely, type Transaction } from 'kysely'
import type { Trx } from '../database.ts'
import type { Tables } from '../tables.ts'
import { isDiskFailure, isDiskFull } from '../failures.ts'

type Write = <T>(work: (trx: Trx) => Promise<T>) => Promise<T>
type Callback = () => void | Promise<void>

interface Waiting {
  /** Runs the work. Keeps what it returns, and the callbacks that it registers, until the commit. */
  run: (trx: Transaction<Tables>) => Promise<void>
  /** After the commit: runs the callbacks and answers the caller. */
  done: () => Promise<void>
  failed: (error: unknown) => void
}

interface GroupCommitOptions {
  /** Called first after each commit. */
  committed: () => void
  /** Called with what a callback of `afterCommit` throws: its write has succeeded all the same. */
  callbackFailed: (error: unknown) => void
  /** Ms since 1970. */
  now: () => number
}

/** Compiled once: each write needs them. */
const SAVEPOINT = CompiledQuery.raw('SAVEPOINT one')
const RELEASE = CompiledQuery.raw('RELEASE SAVEPOINT one')
const ROLLBACK = CompiledQuery.raw('ROLLBACK TO SAVEPOINT one')

/**
 * Writes that arrive while another one is under way share one transaction: a flush to disk is most of what a
 * small write costs, and eight clicks at once need one, not eight. Each write is all or nothing by a
 * savepoint of its own and sees those before it. Where the transaction as a whole fails (no lock, no disk),
 * all writes in it fail.
 */
export function groupCommit (
  db: Kysely<Tables>, { committed, callbackFailed, now }: GroupCommitOptions
): Write {
  const waiting: Waiting[] = []
  let isBusy = false

  async function commitAll (): Promise<void> {
    if (isBusy) return
    isBusy = true
    while (waiting.length > 0) await commitGroup()
    isBusy = false
  }

  async function commitGroup (): Promise<void> {
    // A write that arrives while the lock is awaited joins this group, but has a time limit of its own.
    const present = waiting.length
    let group: Waiting[] = []
    const refused = new Map<Waiting, unknown>()
    try {
      await db.transaction().execute(async (trx) => {
        group = waiting.splice(0)
        for (const one of group) {
          await trx.executeQuery(SAVEPOINT)
          try {
            await one.run(trx)
          } catch (error) {
            refused.set(one, error)
            // A disk that is full or fails may have ended the whole transaction, with its savepoints: then
            // every write in it fails with that reason.
            if (isDiskFull(error) || isDiskFailure(error)) throw error
            await trx.executeQuery(ROLLBACK)
          }
          await trx.executeQuery(RELEASE)
        }
      })
    } catch (error) {
      if (group.length === 0) group = waiting.splice(0, present)
      // The error of a write itself says more than the loss of its savepoint with the transaction.
      for (const one of group) one.failed(refused.get(one) ?? error)
      return
    }
    committed()
    for (const one of group) {
      if (refused.has(one)) one.failed(refused.get(one))
      // Not awaited: a callback may write again, and that write waits for its turn here.
      else void one.done()
    }
  }

  return <T>(work: (trx: Trx) => Promise<T>) => new Promise<T>((resolve, reject) => {
    let result: T
    const callbacks: Callback[] = []
    let isOpen = true
    waiting.push({
      async run (trx) {
        try {
          // This is how Kysely makes a second handle on the same transaction; there are no plugins. Each
          // write of a group has its own, so that its callbacks are kept apart from those of the others.
          result = await work(Object.assign(trx.withoutPlugins(), {
            engine: 'sqlite' as const,
            lock: async () => {},
            locking: () => sql`NULL`,
            notify: async () => {},
            notifying: () => sql`NULL`,
            now: async () => now(),
            time: () => sql<number>`${now()}`,
            afterCommit: (callback: Callback) => {
              if (!isOpen) throw new Error('afterCommit was called when its transaction was over')
              callbacks.push(callback)
            },
          }))
        } finally {
          isOpen = false
        }
      },
      async done () {
        for (const callback of callbacks) {
          try {
            await callback()
          } catch (error) {
            callbackFailed(error)
          }
        }
        resolve(result)
      },
      failed: reject,
    })
    void commitAll()
  })
}
