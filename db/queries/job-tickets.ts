// What a delivery by pg-boss asks of the database. A ticket is a job of pg-boss: the permission to run one
// job of a kind, for as long as its holder lives. `job_tickets` says which ticket a claim holds. Of pg-boss's
// own table, these queries use what its fetch uses: name, id, state, retry_count, start_after and heartbeat.
// Only in PostgreSQL.
import { sql } from 'kysely'
import type { Reads, Trx } from '../index.ts'

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
   * `held`: the ticket of the run has a live holder. `silent`: its heartbeat is overdue. `lost`: pg-boss has
   * taken the ticket back, or the claim had none.
   */
  ticket: 'held' | 'silent' | 'lost'
}

/** The jobs that run on any node, according to their rows, and whether their tickets have a live holder. */
export async function startedWithTickets (db: Reads): Promise<StartedJob[]> {
  // Kind and name have different collations: one of them is named, so that PostgreSQL does not refuse.
  const { rows } = await sql<StartedJob>`
    SELECT jobs.id, jobs.token, CASE
      WHEN held.id IS NULL THEN 'lost'
      WHEN held.heartbeat_on + held.heartbeat_seconds * interval '1 s' < clock_timestamp() THEN 'silent'
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
      SELECT 1 FROM jobs WHERE state = 'queued' AND jobs.kind = open.kind COLLATE "C" AND run_after <= ${now}
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
