// Several nodes use one clock: that of their database. A write reads it. In a poll, which writes nothing,
// that would cost a query each time, so each node has a clock that follows the database's.
import type { Database } from '../../db/index.ts'
import { systemClock, type Clock } from '../jobs/clock.ts'

/** How often a node compares its clock with the database's, ms. */
const COMPARE_EVERY_MS = 1000
/** An answer that took longer says too little about the time, ms. */
const SLOWEST_MS = 500

interface Parts {
  db: Pick<Database, 'engine' | 'now'>
  /** Ms since any moment; never set. */
  monotonic?: () => number
  /** Calls back once after `ms`. */
  after?: Clock['after']
}

export interface DatabaseClock extends Clock {
  /** Ends the comparisons. */
  stop: () => void
}

/**
 * The clock of a database: with SQLite the machine's own, with PostgreSQL one that follows the server's. It
 * keeps running while the server does not respond.
 */
export async function databaseClock ({
  db,
  monotonic = () => performance.now(),
  after = systemClock().after,
}: Parts): Promise<DatabaseClock> {
  if (db.engine === 'sqlite') return { ...systemClock(), stop () {} }
  let ahead = 0
  let cancel = () => {}

  async function compare (isFirst: boolean): Promise<void> {
    const before = monotonic()
    const time = await db.now()
    const took = monotonic() - before
    if (isFirst || took <= SLOWEST_MS) ahead = time - (before + took / 2)
  }
  function schedule (): void {
    cancel = after(COMPARE_EVERY_MS, () => {
      // The database is unavailable: the next comparison may succeed.
      compare(false).catch(() => {}).finally(() => { if (!isStopped) schedule() })
    })
  }

  let isStopped = false
  await compare(true)
  // The first answer may have waited for a connection.
  await compare(false)
  schedule()
  return {
    now: () => Math.round(monotonic() + ahead),
    after,
    stop () {
      isStopped = true
      cancel()
    },
  }
}
