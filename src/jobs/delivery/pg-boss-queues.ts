// pg-boss as the delivery uses it: one queue for each kind of job, whose jobs are anonymous tickets. A ticket
// says "run one job of this kind"; our row says which one that is.
import { PgBoss, type Clock as Timers, type ConstructorOptions, type Job, type QueueOptions } from 'pg-boss'
import packageJson from 'pg-boss/package.json' with { type: 'json' }
import { isUnavailable } from '../../../db/failures.ts'
import type { Database, PostgresLocation, Trx } from '../../../db/index.ts'
import { openJobConnections, withinWrite, type JobConnections } from '../../../db/postgres/job-connections.ts'
import type { Ticket } from '../../../db/queries/job-tickets.ts'
import { DomainError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { MAX_PROCESS_DEATHS } from './delivery.ts'

/** A ticket that was handed out to this process. */
export interface HeldTicket extends Ticket {
  /** Fires when the ticket was taken back. */
  signal: AbortSignal
  /** Takes one more ticket of the kind, although this one remains held. Call it at most once. */
  takeAnother: () => void
}

export interface TicketQueues {
  /** Sends a ticket that is handed out after `waitMs`; in the caller's write if it is given. */
  send: (kind: string, options?: { waitMs?: number, trx?: Trx }) => Promise<void>
  /** Starts what tickets need: heartbeats, notifications, maintenance. */
  start: () => Promise<void>
  /**
   * Hands tickets of the kind to `hold`, at most `slots` at once, and one more for each `takeAnother`. Each
   * is held until `hold` resolves.
   */
  take: (kind: string, slots: number, hold: (ticket: HeldTicket) => Promise<void>) => Promise<void>
  /** Takes no more tickets. Tickets that are held remain held. */
  takeNoMore: () => Promise<void>
  /** Takes back tickets whose holders are silent, and does maintenance that is due. */
  takeBack: () => Promise<void>
  /** After the last ticket was given back. */
  close: () => Promise<void>
}

interface TicketQueuesOptions {
  db: Database
  location: PostgresLocation
  kinds: ReadonlyArray<{ name: string, timeLimitMs: number }>
  /** Whether pg-boss's tables may be brought up to the version of this program. */
  mayUpgrade: boolean
  log: Log
}

export type OpenTicketQueues = (options: TicketQueuesOptions) => Promise<TicketQueues>

/** What pg-boss runs on. */
interface TicketMeans {
  /** Default: a small pool, and a connection that listens. */
  connections?: JobConnections
  /** Default: the machine's. */
  timers?: Timers
}

/** A holder is dead after this long without a heartbeat, s. pg-boss allows no less. */
const HEARTBEAT_S = 10
const HEARTBEAT_EVERY_S = 2
/** Time between two polls for tickets if no notification arrives, s. */
const POLL_EVERY_S = 1
/** In addition to its kind's limit, a run may take this long to store its output, s. */
const EXTRA_S = 60
/** A ticket may be held longer, s: a finished output waits up to an hour for an unavailable file store. */
const STORE_S = 3600
const MOST_S = 24 * 60 * 60
/** A ticket that was given back is useless. It is deleted after this long, s. */
const DELETE_AFTER_S = 300
/** How long a node waits for another one that is bringing the tables up to date. */
const INSTALL_TRIES = 15
/** A lasting fault is logged at most once in this time, ms. */
const LOG_EVERY_MS = 60_000
/** Longest time to give back tickets at the end, ms. */
const CLOSE_MS = 5000

/** The version of pg-boss's tables that this program uses. */
const TABLES_VERSION = packageJson.pgboss.schema

/**
 * Creates or upgrades pg-boss's tables, and the queues. Throws SCHEMA_TOO_NEW and, unless `mayUpgrade`,
 * SCHEMA_TOO_OLD.
 */
export async function openTicketQueues (
  { db, location, kinds, mayUpgrade, log }: TicketQueuesOptions,
  { connections = openJobConnections(location), timers }: TicketMeans = {}
): Promise<TicketQueues> {
  const faults = createFaultLog(log)
  const limits = new Map(kinds.map(({ name, timeLimitMs }) => [name, timeLimitMs]))
  const boss = newBoss({
    db: connections,
    useListenNotify: true,
    superviseIntervalSeconds: 1,
    monitorIntervalSeconds: 1,
    maintenanceIntervalSeconds: 60,
  })
  let isStarted = false
  let isTaking = true

  function newBoss (options: ConstructorOptions): PgBoss {
    const made = new PgBoss({
      // The delivery decides when to supervise: never right after an outage of the database.
      supervise: false,
      schedule: false,
      registerInstance: false,
      openTelemetry: { enabled: false },
      ...(timers === undefined ? {} : { clock: timers }),
      ...options,
    })
    made.on('error', faults.add)
    made.on('warning', ({ message, data }) => { log.warn({ ...data }, `pg-boss: ${message}`) })
    return made
  }

  async function install (): Promise<void> {
    const version = await boss.isInstalled() ? await boss.schemaVersion() : null
    if (version === TABLES_VERSION) return
    if (version !== null && version > TABLES_VERSION) {
      throw new DomainError('SCHEMA_TOO_NEW', {
        detail: `A later version of Perfbook has upgraded the tables of pg-boss (to version ${version}). ` +
          'Start that version, or a later one.',
      })
    }
    if (version !== null && !mayUpgrade) {
      throw new DomainError('SCHEMA_TOO_OLD', {
        detail: `The tables of pg-boss are from an older version of Perfbook (version ${version}). ` +
          'Start a node of this version first.',
      })
    }
    await inTurn(async () => {
      const installer = newBoss({ db: { executeSql: connections.executeSql } })
      await installer.start()
      await installer.stop({ close: false, graceful: false })
    })
  }

  /** One node at a time, as with our own tables. */
  async function inTurn (work: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await db.write(async (trx) => {
          await trx.lock('perfbook:schema')
          await work()
        })
        return
      } catch (error) {
        if (!isLockTimeout(error) || tries === INSTALL_TRIES) throw error
      }
    }
  }

  async function createQueues (): Promise<void> {
    const known = await boss.getQueues(kinds.map(({ name }) => name))
    for (const { name, timeLimitMs } of kinds) {
      const options: QueueOptions & { notify: boolean } = {
        heartbeatSeconds: HEARTBEAT_S,
        retryLimit: MAX_PROCESS_DEATHS,
        retryDelay: 0,
        expireInSeconds: Math.min(MOST_S, limitS(timeLimitMs)),
        deleteAfterSeconds: DELETE_AFTER_S,
        notify: true,
      }
      // Two waiting tickets of a kind are two: other policies drop the second one.
      if (!known.some((queue) => queue.name === name)) {
        await boss.createQueue(name, { ...options, policy: 'standard' })
      } else if (mayUpgrade) await boss.updateQueue(name, options)
    }
  }

  /** Starts one worker of pg-boss: it takes one ticket at a time. */
  async function startWorker (kind: string, hold: (ticket: HeldTicket) => Promise<void>): Promise<void> {
    if (!isTaking) return
    const options = {
      pollingIntervalSeconds: POLL_EVERY_S,
      notifyPollingIntervalSeconds: POLL_EVERY_S,
      heartbeatRefreshSeconds: HEARTBEAT_EVERY_S,
    }
    const id = await boss.work(kind, options, async ([job]: Array<Job<object>>) => {
      if (job === undefined) return
      await hold({
        id: job.id,
        kind,
        retryCount: job.retryCount,
        signal: job.signal,
        takeAnother () {
          // A worker that is taken off sends heartbeats and gives its ticket back as before, and takes no
          // other one. So no more workers take tickets than before.
          boss.offWork(kind, { id, wait: false }).then(() => startWorker(kind, hold)).catch(faults.add)
        },
      })
      // Take the next ticket at once; otherwise the worker would wait for the rest of a second.
      boss.notifyWorker(id)
    })
  }

  try {
    await install()
    await createQueues()
  } catch (error) {
    await connections.close()
    throw error
  }
  return {
    async send (kind, { waitMs = 0, trx } = {}) {
      const id = await boss.send(kind, null, {
        expireInSeconds: Math.min(MOST_S, limitS(limits.get(kind) ?? 0) + STORE_S),
        ...(waitMs > 0 ? { startAfter: waitMs / 1000 } : {}),
        ...(trx === undefined ? {} : { db: withinWrite(trx) }),
      })
      // Rolls the write back: a job without a ticket would wait for the next look.
      if (id === null) throw new Error(`pg-boss refused a ticket for ${kind}`)
    },
    async start () {
      isStarted = true
      await boss.start()
    },
    async take (kind, slots, hold) {
      for (let slot = 0; slot < slots; slot++) await startWorker(kind, hold)
    },
    async takeNoMore () {
      isTaking = false
      for (const { name } of kinds) await boss.offWork(name, { wait: false })
    },
    async takeBack () {
      await boss.supervise()
    },
    async close () {
      if (isStarted) await boss.stop({ close: false, timeout: CLOSE_MS })
      await connections.close()
    },
  }
}

function limitS (timeLimitMs: number): number {
  return Math.ceil(timeLimitMs / 1000) + EXTRA_S
}

function isLockTimeout (error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '55P03'
}

/** Logs what pg-boss reports. While the database is unavailable, every poll fails: logs one line a minute. */
function createFaultLog (log: Log): { add: (fault: unknown) => void } {
  const logged = new Map<string, number>()
  return {
    add (fault) {
      const error = asError(fault)
      const isAway = isUnavailable(error)
      const text = isAway ? 'pg-boss cannot reach the database; trying again' : 'pg-boss reports an error'
      const key = isAway ? text : error.message
      const now = performance.now()
      if (now - (logged.get(key) ?? -Infinity) < LOG_EVERY_MS) return
      if (logged.size > 100) logged.clear()
      logged.set(key, now)
      if (isAway) log.warn({ err: error }, text)
      else log.error({ err: error }, text)
    },
  }
}

/** pg-boss reports copies of errors. */
function asError (fault: unknown): Error {
  if (fault instanceof Error) return fault
  const { message, ...rest } = fault as { message?: string, code?: unknown }
  return rest.code === 'DATABASE_UNAVAILABLE'
    ? new DomainError(rest.code, { detail: message })
    : Object.assign(new Error(message), rest)
}
