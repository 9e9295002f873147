import type { FastifyReply } from 'fastify'
import { isoTime } from '../iso-time.ts'
import type { JobTicket } from '../jobs/job-queue.ts'
import type { Links } from './links.ts'

/** Answers a request for a job at once: 202 and the job's address. */
export function sendTicket (reply: FastifyReply, links: Links, ticket: JobTicket): FastifyReply {
  const { job, joined, requestedAt } = ticket
  reply.log.info({ job: job.id, kind: job.kind, joined }, 'job requested')
  const address = links.job(job.id)
  return reply.code(202).header('location', address).send({
    job: address,
    id: job.id,
    status: job.state,
    requested_at: isoTime(requestedAt),
    joined,
  })
}
