// What a delivery by pg-boss asks of the database. A ticket is a job of pg-boss: the permission to run one
// job of a kind, for as long as its holder lives. `job_tickets` says which ticket a claim holds. Of pg-boss's
// own tables, these queries use what its fetch uses (name, id, state, retry_count, start_after, heartbeat)
// and the times of its maintenance. Only in PostgreSQL.
import { sql } from 'kysely'
import type { Reads, Trx } from '../index.ts'
import { isDue, LONGEST_WAIT_MS } from './job-due.ts'

/** One delivery of a ticket. pg-boss counts how often it had to hand it out again. */
export interface Ticket {
  id: string
  kind: string
  retryCount: number
}

export interface StartedJob {
  id: number
  token: number
  /**
   * `held`: the ticket of the run has a live holder. `silent`: its heartbeat is overdue. `ahead`: its last
   * heartbeat is in the future, so the clock was set back. `lost`: pg-boss has taken the ticket back, or the
   * claim had none.
   */
  ticket: 'held' | 'silent' | 'ahead' | 'lost'
}

/** A live holder sends a heartbeat within this time. */
const SLACK = sql`interval '2 s'`

/** The jobs that run on any node, according to their rows, and whether their tickets have a live holder. */
export async function startedWithTickets (db: Reads): Promise<StartedJob[]> {
  // Kind and name have different collations: one of them is named, so that PostgreSQL does not refuse.
  const { rows } = await sql<StartedJob>`
    SELECT jobs.id, jobs.token, CASE
      WHEN held.id IS NULL THEN 'lost'
      WHEN held.heartbeat_on + held.heartbeat_seconds * interval '1 s' < clock_timestamp() THEN 'silent'
      WHEN held.heartbeat_on > clock_timestamp() + ${SLACK} THEN 'ahead'
      ELSE 'held' END AS ticket
    FROM jobs
    LEFT JOIN job_tickets ON job_tickets.job_id = jobs.id AND job_tickets.token = jobs.token
    LEFT JOIN pgboss.job AS held ON held.name = jobs.kind COLLATE "default" AND held.id = job_tickets.ticket
      AND held.state = 'active' AND held.retry_count = job_tickets.retry_count
    WHERE jobs.state = 'started'`.execute(db)
  return rows
}

/** Those of the kinds of which jobs are due, and whether a ticket of the kind waits to be handed out. */
export async function dueKinds (
  db: Reads,
  { now, kinds }: { now: number, kinds: readonly string[] }
): Promise<Array<{ kind: string, hasTicket: boolean }>> {
  if (kinds.length === 0) return []
  const { rows } = await sql<{ kind: string, hasTicket: boolean }>`
    SELECT open.kind, EXISTS (
      SELECT 1 FROM pgboss.job WHERE name = open.kind AND state < 'active' AND start_after <= now()
    ) AS "hasTicket"
    FROM unnest(${sql.val(kinds)}::text[]) AS open (kind)
    WHERE EXISTS (
      SELECT 1 FROM jobs WHERE state = 'queued' AND jobs.kind = open.kind COLLATE "C" AND ${isDue(now)}
    )`.execute(db)
  return rows
}

/**
 * In the transaction of a claim: notes the ticket that it holds. False: pg-boss has taken the ticket back, so
 * the claim must be rolled back.
 */
export async function holdTicket (
  trx: Trx,
  job: { id: number, token: number },
  ticket: Ticket
): Promise<boolean> {
  const { rows } = await sql`
    INSERT INTO job_tickets (job_id, token, ticket, retry_count)
    SELECT ${job.id}::bigint, ${job.token}::bigint, id, retry_count FROM pgboss.job
    WHERE name = ${ticket.kind} AND id = ${ticket.id}::uuid AND state = 'active'
      AND retry_count = ${ticket.retryCount}
    ON CONFLICT (job_id) DO UPDATE
      SET token = excluded.token, ticket = excluded.ticket, retry_count = excluded.retry_count
    RETURNING job_id`.execute(trx)
  return rows.length > 0
}

/**
 * Corrects times of pg-boss that are in the future because the server's clock was set back, as after a
 * failover. Otherwise, until the clock reaches them, the tickets of a dead node would stay held, waiting
 * tickets would not be handed out, and no maintenance would run.
 */
export async function correctTimesAhead (db: Reads): Promise<void> {
  const longestWait = sql`${LONGEST_WAIT_MS} * interval '1 ms'`
  await sql`
    WITH held AS (
      UPDATE pgboss.job SET heartbeat_on = now() WHERE state = 'active' AND heartbeat_on > now() + ${SLACK}
    ), waiting AS (
      UPDATE pgboss.job SET start_after = now()
      WHERE state < 'active' AND start_after > now() + ${longestWait}
    )
    UPDATE pgboss.queue SET
      monitor_claim_on = least(monitor_claim_on, now()),
      monitor_on = least(monitor_on, now()),
      maintain_on = least(maintain_on, now())
    WHERE greatest(monitor_claim_on, monitor_on, maintain_on) > now() + ${SLACK}`.execute(db)
}
