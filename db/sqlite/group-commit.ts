import { sql } from 'kysely'
import { isDiskFull } from './connection.ts'
import type { Reads, Trx } from '../index.ts'

type Write = <T>(work: (trx: Trx) => Promise<T>) => Promise<T>

interface Waiting {
  /** Runs the work and keeps what it returns until the commit. */
  run: (trx: Trx) => Promise<void>
  done: () => void
  failed: (error: unknown) => void
}

/**
 * Writes that come while another one is under way share one transaction: a flush to disk is most of what a
 * small write costs, and eight clicks at once need one, not eight. Each is all or nothing by a savepoint of
 * its own, sees those before it, and is answered after the commit and after `committed`. Where the
 * transaction as a whole fails (no lock, no disk), all that are in it fail.
 */
export function groupCommit (db: Reads, committed: () => void): Write {
  const waiting: Waiting[] = []
  let isBusy = false

  async function commitAll (): Promise<void> {
    if (isBusy) return
    isBusy = true
    while (waiting.length > 0) await commitGroup()
    isBusy = false
  }

  async function commitGroup (): Promise<void> {
    // Whoever comes while the lock is waited for goes along, but has a time limit of its own.
    const present = waiting.length
    let group: Waiting[] = []
    const refused = new Map<Waiting, unknown>()
    try {
      await db.transaction().execute(async (trx) => {
        group = waiting.splice(0)
        for (const one of group) {
          await sql`SAVEPOINT one`.execute(trx)
          try {
            await one.run(trx)
          } catch (error) {
            refused.set(one, error)
            // A full disk may have ended the whole transaction, savepoints and all: then all that are in it
            // fail with its reason.
            if (isDiskFull(error)) throw error
            await sql`ROLLBACK TO SAVEPOINT one`.execute(trx)
          }
          await sql`RELEASE SAVEPOINT one`.execute(trx)
        }
      })
    } catch (error) {
      if (group.length === 0) group = waiting.splice(0, present)
      // What a work itself threw says more than that its savepoint had gone with the transaction.
      for (const one of group) one.failed(refused.get(one) ?? error)
      return
    }
    committed()
    for (const one of group) {
      if (refused.has(one)) one.failed(refused.get(one))
      else one.done()
    }
  }

  return (work) =>
    new Promise((resolve, reject) => {
      let result: Awaited<ReturnType<typeof work>>
      waiting.push({
        run: async (trx) => {
          result = await work(trx)
        },
        done: () => {
          resolve(result)
        },
        failed: reject,
      })
      void commitAll()
    })
}
