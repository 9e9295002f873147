// Delivery to several nodes, by pg-boss. Queuing a job sends a ticket. The node that gets the ticket claims
// the next job, in the same order as every delivery, and holds the ticket while the job runs: its heartbeat
// shows that the node is alive. The rows are the source of truth. Tickets may be lost or superfluous: twice a
// second, every node compares them with the rows, requeues jobs that run nowhere, and sends missing tickets.
import { isUnavailable } from '../../../db/failures.ts'
import type { Database } from '../../../db/index.ts'
import { nextJob, ONE_RUN_PER_KEY } from '../../../db/queries/job-claims.ts'
import { msUntilDue } from '../../../db/queries/job-due.ts'
import {
  correctTimesAhead, dueKinds, holdTicket, startedWithTickets, type StartedJob,
} from '../../../db/queries/job-tickets.ts'
import type { JobRow } from '../../../db/queries/jobs.ts'
import type { Log } from '../../log.ts'
import { pause, systemClock, type Clock } from '../clock.ts'
import type { RunnableKind } from '../job-kind.ts'
import { createClaims } from './claims.ts'
import { LOOK_EVERY_MS, type JobDelivery, type JobWorker } from './delivery.ts'
import type { HeldTicket, OpenTicketQueues, TicketQueues } from './pg-boss-queues.ts'

interface PgBossDeliveryOptions {
  db: Database
  kinds: readonly RunnableKind[]
  clock: Clock
  log: Log
  /** Whether pg-boss's tables may be brought up to the version of this program. */
  mayUpgrade: boolean
  /** Counts the time that passes, whatever the clock says. Default: the machine's. */
  steady?: Clock
  /** Default: pg-boss, with connections of its own. */
  openQueues?: OpenTicketQueues
  /** Called in the transaction of each claim. */
  onStep?: ((step: 'run: claiming', job: JobRow) => void) | undefined
}

/**
 * After such a gap between two looks, or at the start, the database or this node may have been unavailable,
 * ms. Other nodes may have missed heartbeats too, so no ticket is taken back until they had time to send one:
 * at most a second to connect again, and two seconds to the next heartbeat. A longer time would break the
 * promise that a dead node's jobs run again within 15 s: 10 s of silence, this time, and one look.
 */
const GAP_MS = 3000
const SETTLE_MS = 4000
/** How often pg-boss's maintenance runs, ms. */
const MAINTAIN_EVERY_MS = 60_000
/** If a job could not be claimed with its ticket, another ticket is sent after this long, ms. */
const RESEND_MS = 250
/**
 * The least time between the starts of two looks, ms: usually, and while a caller waits for one. Tickets
 * start jobs; looks only repair, and each costs two queries.
 */
const LOOK_LEAST_MS = 250
const AWAITED_LOOK_LEAST_MS = 50
/** A drain looks again after this long at the latest, ms. */
const DRAIN_MS = 500

/** Loads pg-boss when it is needed: most commands queue no job. */
const openPgBoss: OpenTicketQueues = async (options) =>
  await (await import('./pg-boss-queues.ts')).openTicketQueues(options)

/** Throws errors of the database. */
export async function createPgBossDelivery (options: PgBossDeliveryOptions): Promise<JobDelivery> {
  const { db, kinds, clock, log, mayUpgrade, onStep } = options
  const { steady = systemClock(() => performance.now()), openQueues = openPgBoss } = options
  const { location } = db
  if (location.engine !== 'postgres') throw new Error('pg-boss delivers jobs of PostgreSQL only')
  let opened: Promise<TicketQueues> | undefined
  const queues = (): Promise<TicketQueues> => {
    opened ??= openQueues({ db, location, kinds, mayUpgrade, log })
    opened.catch(() => { opened = undefined })
    return opened
  }
  const byName = new Map(kinds.map((kind) => [kind.name, kind]))
  const hasOwnThread = (name: string) => byName.get(name)?.hasOwnThread === true

  const announce: JobDelivery['announce'] = async (trx, job) => {
    const { kind } = job
    // A node that knows the kind will miss the ticket and send one.
    if (!byName.has(kind)) return
    const tickets = await queues()
    await tickets.send(kind, { trx, waitMs: job.run_after === 0 ? 0 : msUntilDue(job, await trx.now()) })
  }
  const claims = createClaims({ db, log, announce, onStep })

  /** Set from `start` to `close`. */
  let current: JobWorker | undefined
  let isStopped = false
  let looking: Promise<void> | undefined
  let mustLookAgain = false
  /** How many callers wait for a look to end. */
  let awaiting = 0
  /** Interrupts the pause before the next look, whose length is then computed again. */
  let hurry = () => {}
  let cancelTimer = () => {}
  let lastClaim: Promise<unknown> = Promise.resolve()
  /** Kinds of the tickets with which this process is claiming jobs. */
  const claiming: string[] = []
  /** Ends the wait of a look. */
  let wake = () => {}
  let lastLookAt = -Infinity
  /** Whether a ticket has come since the last look while no thread was free. The next look sends another. */
  let isTurnedAway = false
  let mayTakeBackAt = 0
  let isAfterGap = false
  let maintainedAt = -Infinity
  let lastSent = { job: 0, at: -Infinity }
  let isAway = false
  let closed: Promise<void> | undefined

  /** One look at a time. A call during a look makes it look once more. */
  function look (): Promise<void> {
    mustLookAgain = true
    wake()
    looking ??= lookUntilDone().finally(() => {
      looking = undefined
      if (mustLookAgain && current !== undefined) void look()
    })
    return looking
  }

  async function lookUntilDone (): Promise<void> {
    try {
      for (;;) {
        await rest()
        if (current === undefined) return
        mustLookAgain = false
        isTurnedAway = false
        const woken = new AbortController()
        wake = () => { woken.abort() }
        const canStart = await compare(current)
        if (isAway) log.info({}, 'the database is back; jobs are delivered again')
        isAway = false
        if (!canStart) {
          if (mustLookAgain) continue
          return
        }
        // Its ticket is on its way; a claim, or a call, ends the wait.
        await pause(steady, DRAIN_MS, woken.signal)
      }
    } catch (error) {
      isAfterGap = false
      if (!isUnavailable(error)) log.error({ err: error }, 'looking for jobs failed')
      else if (!isAway) log.warn({ err: error }, 'jobs wait: the database is unavailable')
      isAway = isUnavailable(error)
      // The next look is that of the timer.
      mustLookAgain = false
    } finally {
      wake = () => {}
    }
  }

  /** Waits until the next look may start. */
  async function rest (): Promise<void> {
    for (;;) {
      const leastMs = awaiting > 0 || isTurnedAway ? AWAITED_LOOK_LEAST_MS : LOOK_LEAST_MS
      const restMs = lastLookAt + leastMs - steady.now()
      if (restMs <= 0 || current === undefined) return
      const hurried = new AbortController()
      hurry = () => { hurried.abort() }
      await pause(steady, restMs, hurried.signal)
    }
  }

  function lookRegularly (): void {
    cancelTimer = clock.after(LOOK_EVERY_MS, () => {
      lookRegularly()
      void look()
    })
  }

  /** Compares runs, rows and tickets, and repairs differences. True: a job can start here. */
  async function compare (worker: JobWorker): Promise<boolean> {
    // Read first: a run that begins during the query is not in its answer.
    const running = worker.tokens()
    let started = await startedWithTickets(db.reads)
    const now = steady.now()
    // Gaps in a row mean a slow machine, which must not wait forever.
    const isGap = now - lastLookAt > GAP_MS
    if (isGap && !isAfterGap) mayTakeBackAt = now + SETTLE_MS
    isAfterGap = isGap
    lastLookAt = now
    const tokens = new Set(started.map(({ token }) => token))
    // A run that has just ended here has no started row either; abandoning it changes nothing.
    for (const token of running) if (!tokens.has(token)) worker.abandon(token)
    if (isStopped) return false
    const isSilent = started.some(({ ticket }) => ticket === 'silent') && now >= mayTakeBackAt
    const isMaintenanceDue = now - maintainedAt >= MAINTAIN_EVERY_MS
    const isAhead = started.some(({ ticket }) => ticket === 'ahead')
    if (isAhead || isSilent || isMaintenanceDue) await correctTimesAhead(db.reads)
    if (isSilent || isMaintenanceDue) {
      maintainedAt = now
      await (await queues()).takeBack()
      if (isSilent) started = await startedWithTickets(db.reads)
    }
    const lost = lostTokens(started)
    await claims.recover(worker, lost)
    for (const token of lost) worker.abandon(token)
    const due = await dueKinds(db.reads, { now: clock.now(), kinds: worker.openKinds() })
    const withoutTicket = due.filter(({ kind, hasTicket }) => !hasTicket && !claiming.includes(kind))
      .map(({ kind }) => kind)
    const next = await nextJob(db.reads, { now: clock.now(), kinds: withoutTicket })
    if (next !== undefined && (lastSent.job !== next.id || now - lastSent.at >= RESEND_MS)) {
      lastSent = { job: next.id, at: now }
      // Its ticket may be waiting for a time from before the clock was set back.
      await correctTimesAhead(db.reads)
      await (await queues()).send(next.kind)
    }
    return next !== undefined || due.length > withoutTicket.length
  }

  /** Claims the next job with a ticket, and holds the ticket until the end of the run. */
  async function hold (worker: JobWorker, ticket: HeldTicket): Promise<void> {
    // One claim at a time in this process: each counts the runs that are there.
    claiming.push(ticket.kind)
    const claim = lastClaim.then(() => begin(worker, ticket))
      .finally(() => { claiming.splice(claiming.indexOf(ticket.kind), 1) })
    lastClaim = claim.catch(() => {})
    try {
      const run = await claim
      wake()
      await run?.ended
    } catch (error) {
      // Not passed on, because pg-boss would hand out the ticket again. The next look sends another one.
      if (isConflict(error)) void look()
      else if (!isUnavailable(error)) log.error({ err: error }, 'a job could not be claimed')
    }
  }

  /** Undefined: no job can start with this ticket. */
  async function begin (
    worker: JobWorker,
    ticket: HeldTicket
  ): Promise<{ ended: Promise<void> } | undefined> {
    if (isStopped) {
      // Another node gets it at once.
      await (await queues()).send(ticket.kind)
      return undefined
    }
    const open = worker.openKinds()
    if (!open.includes(ticket.kind)) {
      isTurnedAway = true
      return undefined
    }
    // The next job may be of another kind that needs the same threads. It has its own ticket.
    const kinds = hasOwnThread(ticket.kind) ? [ticket.kind] : open.filter((name) => !hasOwnThread(name))
    const job = await claims.next(worker, {
      kinds,
      mayClaim: (next) => !isStopped && next.kind === ticket.kind,
      async claimed (trx, job) {
        if (!await holdTicket(trx, job, ticket)) throw TICKET_LOST
      },
    }).catch((error: unknown) => {
      if (error === TICKET_LOST) return undefined
      throw error
    })
    if (job === undefined) return undefined
    const abandon = () => { worker.abandon(job.token) }
    ticket.signal.addEventListener('abort', abandon)
    const freed = () => {
      ticket.takeAnother()
      if (!isStopped) void look()
    }
    const ended = worker.begin(job, freed)
      .finally(() => { ticket.signal.removeEventListener('abort', abandon) })
    if (ticket.signal.aborted) abandon()
    return { ended }
  }

  if (mayUpgrade) await queues()
  return {
    announce,
    async start (worker) {
      if (isStopped) return
      const tickets = await queues()
      await tickets.start()
      await claims.recover(worker, lostTokens(await startedWithTickets(db.reads)))
      current = worker
      for (const [kind, slots] of worker.slots()) {
        await tickets.take(kind, slots, (ticket) => hold(worker, ticket))
      }
      lookRegularly()
      void look()
    },
    async look () {
      if (isStopped) return
      awaiting++
      hurry()
      await look().finally(() => { awaiting-- })
      // A job that has just been claimed is among the runs when this returns.
      await lastClaim
    },
    ended () {
      if (!isStopped) void look()
    },
    async stop () {
      isStopped = true
      wake()
      await (await opened)?.takeNoMore()
      await lastClaim
    },
    close: async () => { await (closed ??= close()) },
  }

  async function close (): Promise<void> {
    current = undefined
    cancelTimer()
    wake()
    hurry()
    await looking
    await (await opened)?.close()
  }
}

function lostTokens (started: readonly StartedJob[]): number[] {
  return started.filter(({ ticket }) => ticket === 'lost').map(({ token }) => token)
}

/** Rolls a claim back: pg-boss took the ticket back before the job was claimed. */
const TICKET_LOST = new Error('the ticket of this claim was taken back')

/** Whether another node has just started a job of the same key. */
function isConflict (error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === ONE_RUN_PER_KEY
}
