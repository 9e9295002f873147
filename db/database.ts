// What a database is, whichever engine keeps it. `index.ts` opens one.
import type { Kysely, RawBuilder, Transaction } from 'kysely'
import type { PostgresAddress } from './postgres/address.ts'
import type { PoolNumbers } from './postgres/guarded-pool.ts'
import type { Tables } from './tables.ts'

export type Engine = 'sqlite' | 'postgres'

/** Where a database is: what a thread needs to open it. A plain value that can be passed between threads. */
export type DatabaseLocation =
  | { engine: 'sqlite', connection: { file: string } }
  | PostgresLocation

export interface PostgresLocation {
  engine: 'postgres'
  connection: PostgresAddress
  /** For what a pooler between us and the server does not pass on: notifications, locks of a session. */
  direct: PostgresAddress
  /** Most connections of the service's pool. Each worker thread has one more. */
  poolSize: number
}

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
  /** For the few queries that differ. */
  readonly engine: Engine
  /**
   * Waits until no other write, on any node, holds the lock of this name, and holds it until the end of this
   * write. SQLite's writes are serial anyway. Take it before the reads that must not be outdated, and take
   * several in the order of their names, so that two writes never wait for each other.
   */
  lock: (name: string) => Promise<void>
  /** The same as a column of a query that has one row. Only for PostgreSQL. */
  locking: (name: string) => RawBuilder<unknown>
  /** The time of the database, ms since 1970: one clock for all nodes. */
  now: () => Promise<number>
  /** The same as a value of SQL, for a statement that needs it: the time at which that statement runs. */
  time: () => RawBuilder<number>
  /**
   * Tells all nodes after the commit that something has changed. Ids only: a notification is not a secret,
   * and it may be lost. In SQLite, where there is one node, this does nothing.
   */
  notify: (topic: Topic, id: number) => Promise<void>
  /** `notify` as a column of RETURNING, for a statement that changes only the row with this id, or none. */
  notifying: (topic: Topic, id: number) => RawBuilder<unknown>
}

/** What a notification is about. */
export type Topic = 'job'

export interface WriteOptions {
  /**
   * `work` runs only one statement, which needs no BEGIN and COMMIT around it in PostgreSQL. There a second
   * one throws.
   */
  isOneStatement?: boolean
  /**
   * `work` changes only files, audit entries, new jobs, and jobs that it notifies about. What polls have read
   * about people, courses and other jobs stays valid, see `Database.change`.
   */
  isOnlyJobs?: boolean
}

/** What may have changed: people and courses, the order of waiting jobs, or one job. */
export type ChangesOf = 'people' | 'queue' | { job: number }

interface Listener {
  notified: (topic: Topic, id: number) => void
  /** Notifications may have been lost: read everything again. */
  reconnected: () => void
  /** The database cannot be reached: another process may have taken over this one's work. */
  lost?: () => void
}

/** One of several processes that work on one database. */
export interface NodeIdentity {
  /** Random. */
  id: string
  /** Different for each live node. */
  name: string
  role: 'all' | 'web' | 'worker'
  version: string
  /** Threads that run jobs. */
  threads: number
  /** Whether other nodes can read its files, so that they may run at the same time. */
  sharesFiles: boolean
  /** Jobs that run in this process now. */
  runningJobs: () => number
}

/** Since when a database cannot be used, ms since 1970, and why: `does not answer`. */
export interface Outage {
  since: number
  reason: string
}

/** Numbers for monitoring. SQLite has none. */
export interface ConnectionNumbers extends PoolNumbers {
  /** How often the connection that listens was reopened. */
  reconnects: number
}

/**
 * Reads never wait for a writer. In SQLite, writes wait for each other without blocking the thread. In
 * PostgreSQL, they run concurrently, and see what others have committed: use `Trx.lock`.
 */
export interface Database {
  readonly engine: Engine
  readonly location: DatabaseLocation
  /** Committed state only. Never inside a transaction: there use the transaction's own handle. */
  readonly reads: Reads
  /**
   * A number that changes with every commit of this process or another one, such as the command line. With
   * several nodes, those of another node change it at the latest after half a second.
   *
   * With `of`, commits that cannot have changed that (`isOnlyJobs`) do not count. Only PostgreSQL makes this
   * distinction, because there each read costs a round trip. The order of the queue may then be 0.1 s old.
   */
  change: (of?: ChangesOf) => number
  /** The time of the database, ms since 1970: one clock for all nodes. */
  now: () => Promise<number>
  /** Undefined: it can be used, as far as is known. */
  outage: () => Outage | undefined
  /** Removes this node from the list of nodes. It must not run jobs any more. */
  leave: () => Promise<void>
  connections: () => ConnectionNumbers | undefined
  /** Calls back for notifications of all nodes, also of this one. Returns a function that ends this. */
  listen: (listener: Listener) => () => void
  /**
   * Runs `work` in a transaction, all or nothing. Resolves when it is on disk and the callbacks of
   * `trx.afterCommit` have run. `work` may await its own queries and nothing else. It may run twice, if
   * PostgreSQL has to retry it after a conflict, so it must change nothing but rows.
   */
  write: <T>(work: (trx: Trx) => Promise<T>, options?: WriteOptions) => Promise<T>
  /** Its size in bytes; of SQLite, with the write-ahead log. */
  bytes: () => Promise<number>
  /**
   * Empties SQLite's write-ahead log, which still holds what was just deleted. False: a reader was in the
   * way, or the disk is full or fails; a later checkpoint does it. PostgreSQL's log is its administrator's.
   */
  emptyLog: () => Promise<boolean>
  /**
   * Rewrites the database without anything that was deleted, also by versions that did not overwrite it.
   * Other readers and writers continue; writers wait briefly. With SQLite this blocks the calling thread, at
   * most `timeoutMs` for each lock. With PostgreSQL, space of deleted rows is made free for new ones.
   */
  wipeFreeSpace: (timeoutMs: number) => Promise<Wiped>
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
   * wait. `work` may run twice, if PostgreSQL has to retry it after a change of the schema.
   */
  read: <T>(work: (snapshot: Reads) => Promise<T>) => Promise<T>
  close: () => Promise<void>
}

export interface OpenOptions {
  /** How long a write waits for another process's or thread's write lock before it fails, in ms. */
  lockTimeoutMs?: number
  /**
   * Whether a database that an older version has used may get the schema of this one. Only the service and
   * `migrate` do that. A new database is created in any case.
   */
  mayUpgrade?: boolean
  /**
   * Gets an error of a callback of `trx.afterCommit`. Default: it is uncaught and ends the process or thread.
   */
  onCallbackError?: (error: unknown) => void
  /** The clock of the database, ms since 1970. Default: the machine's for SQLite, PostgreSQL's own. */
  now?: () => number
  /** The rest is for PostgreSQL. Whether clients wait, so that nothing may take longer than 5 s. */
  isImpatient?: boolean
  /** The node that opens it, if it is one. Throws NODE_REFUSED if it conflicts with another node. */
  node?: NodeIdentity
  /** How long to wait for a server that cannot be reached, ms. Default: not at all. */
  waitMs?: number
  /** Ends that wait. */
  signal?: AbortSignal
  /** Called when the database is lost, and when it is back (undefined). */
  onOutage?: (outage: Outage | undefined) => void
}

export interface Upgrade {
  /** Names of the steps that were applied. */
  steps: string[]
  /** The copy of the database as it was before; null: there was nothing to copy. */
  copy: string | null
}

/** Ends the process or thread with an error that nothing else handles. */
export function throwUncaught (error: unknown): void {
  queueMicrotask(() => { throw error })
}
