// What a database is, whichever engine keeps it. `index.ts` opens one.
import type { Kysely, Transaction } from 'kysely'
import type { Tables } from './tables.ts'

/**
 * Where a database is: what a thread needs to open it. A value, so that it passes between threads. A second
 * engine is a second member.
 */
export type DatabaseLocation = { engine: 'sqlite', connection: { file: string } }

/** Reads committed state. */
export type Reads = Kysely<Tables>

/** The handle of one write; inside a write, use no other. */
export type Trx = Transaction<Tables> & {
  /**
   * Calls back once the write is durable, in the order of the calls; never, if the write or the transaction
   * that it shares is rolled back. `write` resolves after its callbacks. An error in a callback is logged:
   * the write has happened all the same, and the callbacks after it run.
   *
   * Whatever follows from a write belongs here, not after `await db.write(…)`: a caller cannot forget it.
   * When there are several nodes, this is where a node tells the others what has changed.
   */
  afterCommit: (callback: () => void | Promise<void>) => void
}

/** Reads never wait for a writer; writes wait for each other without blocking the thread. */
export interface Database {
  readonly location: DatabaseLocation
  /** Committed state only. Never inside a transaction: there use the transaction's own handle. */
  readonly reads: Reads
  /** A number that changes with every commit of this process or another one, such as the command line. */
  change: () => number
  /**
   * Runs `work` under the write lock, all or nothing. Resolves when it is on disk and the callbacks of
   * `trx.afterCommit` have run. `work` may await its own queries and nothing else.
   */
  write: <T>(work: (trx: Trx) => Promise<T>) => Promise<T>
  /**
   * Empties the write-ahead log, which still holds what was just deleted. False: a reader was in the way; a
   * later checkpoint does it.
   */
  emptyLog: () => Promise<boolean>
  /**
   * Rewrites the database without anything that was deleted, also by versions that did not overwrite it.
   * Other readers and writers go on; writers wait a moment. Blocks the calling thread, at most `timeoutMs`
   * for each lock.
   */
  wipeFreeSpace: (timeoutMs: number) => Wiped
  close: () => Promise<void>
}

export interface Wiped {
  /** False: others were writing all the time, or there was no room for a second copy. */
  isCompacted: boolean
  /**
   * The write-ahead log is empty. False: others were reading all the time; the next checkpoint empties it.
   */
  isLogEmpty: boolean
}

/** A connection of a thread that reads whole books. */
export interface BookReader {
  /**
   * Runs `work` on a snapshot: all its queries see the same state of the database. One at a time; others
   * wait.
   */
  read: <T>(work: (snapshot: Reads) => Promise<T>) => Promise<T>
  close: () => Promise<void>
}
