import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { Access } from '../../accounts/access.ts'
import type { Config } from '../../config.ts'
import { DomainError } from '../../errors.ts'
import type { Clock } from '../../jobs/clock.ts'
import type { JobQueue } from '../../jobs/job-queue.ts'
import type { JobRunner } from '../../jobs/job-runner.ts'
import type { Authentication } from '../access/authentication.ts'
import { jobOf, principalOf } from '../access/route-access.ts'
import { hasEnded, jobEvents } from '../job-events.ts'
import { sendJson } from '../entity-tags.ts'
import type { JobView } from '../job-view.ts'
import type { Links } from '../links.ts'
import { nextCursorSchema, pageQuery, readPage } from '../paging.ts'
import type { PollCache } from '../poll-cache.ts'
import { limitStreams } from '../stream-limit.ts'
import { errors, jobSchema, jobWithAttemptsSchema } from '../schemas/common.ts'

const tags = ['Jobs']
const jobParams = Type.Object({ job_id: Type.String({ description: 'Id of a job' }) })

interface JobsRoutesOptions {
  access: Pick<Access, 'mayReadJob' | 'mayUseCourseOf'>
  authentication: Pick<Authentication, 'stillSignedIn'>
  clock: Clock
  /** Aborted when the server stops: long responses end. */
  closing: AbortSignal
  config: Pick<Config, 'EVENT_STREAMS_MAX'>
  jobView: JobView
  links: Pick<Links, 'absolute'>
  polls: PollCache
  queue: Pick<JobQueue, 'cancel' | 'find' | 'list' | 'retry'>
  runner: Pick<JobRunner, 'watch'>
}

export const jobsRoutes: FastifyPluginAsyncTypebox<JobsRoutesOptions> = async (
  app,
  { access, authentication, clock, closing, config, jobView, links, polls, queue, runner }
) => {
  const streams = limitStreams(config.EVENT_STREAMS_MAX)
  /** The job as it is now, not as it was when the request came. */
  async function jsonNow (request: FastifyRequest) {
    const job = await queue.find(jobOf(request).id)
    return job === undefined ? undefined : await jobView.one(request, job)
  }
  async function answerNow (request: FastifyRequest) {
    const job = await jsonNow(request)
    if (job === undefined) throw new DomainError('JOB_NOT_FOUND')
    return job
  }

  app.get('/api/jobs/:job_id', {
    logLevel: 'warn',
    config: { access: { who: 'job', scope: 'read' } },
    schema: {
      tags,
      summary: 'One job',
      description: 'Administrators also see all its attempts.',
      params: jobParams,
      response: { 200: jobWithAttemptsSchema, ...errors(401, 403, 404) },
    },
  }, async (request, reply) => {
    const job = jobOf(request)
    const read = async () => JSON.stringify(await jobView.one(request, job))
    // The progress of a running job changes without a commit.
    if (job.state === 'started') return sendJson(reply, await read())
    const key = `job answer ${job.id} ${job.state} ${principalOf(request).userId} ` +
      links.absolute(request, '')
    // A waiting job moves forward as others start.
    return sendJson(reply, await polls.get(key, read, job.state === 'queued' ? 'queue' : { job: job.id }))
  })

  app.get('/api/jobs/:job_id/events', {
    config: { access: { who: 'job', scope: 'read' } },
    // HEAD would run the whole stream and then discard it.
    exposeHeadRoute: false,
    schema: {
      tags,
      summary: 'The job as server-sent events, one for each change, until the job ends',
      description:
        'The data of each event is the response of GET /api/jobs/:job_id. The stream also ends when the ' +
        'client may no longer see the job. A client that reconnects after the last event gets 204, which ' +
        'ends an EventSource.',
      params: jobParams,
      response: {
        200: {
          description: 'Events',
          content: { 'text/event-stream': { schema: Type.Unsafe<Readable>({ type: 'string' }) } },
        },
        204: Type.Null({ description: 'The client already has the last event' }),
        ...errors(401, 403, 404, 429),
      },
    },
  }, async (request, reply) => {
    const { id, state } = jobOf(request)
    reply.header('cache-control', 'private, no-cache, no-transform')
    if (hasEnded(state) && request.headers['last-event-id'] === state) return await reply.code(204).send(null)
    const hadCourse = await access.mayUseCourseOf(principalOf(request), jobOf(request))
    /** Whether the client may still see the job, and as much of it as when the stream started. */
    async function mayGoOn (): Promise<boolean> {
      const principal = await authentication.stillSignedIn(request)
      if (principal === undefined || !principal.scopes.has('read')) return false
      request.principal = principal
      return hadCourse
        ? await access.mayUseCourseOf(principal, jobOf(request))
        : await access.mayReadJob(principal, jobOf(request))
    }
    /** Checks access after reading, so that nothing is sent after access was lost. */
    async function read () {
      const job = await jsonNow(request)
      if (job === undefined || !await mayGoOn()) return undefined
      return hadCourse ? job : { ...job, url: null }
    }
    const leave = streams.enter(principalOf(request).userId)
    const events = jobEvents({ runner, clock, jobId: id, read, mayGoOn, closing }).once('close', leave)
    return reply.header('x-accel-buffering', 'no').type('text/event-stream; charset=utf-8').send(events)
  })

  app.post('/api/jobs/:job_id/cancel', {
    config: { access: { who: 'job', scope: 'export', audit: 'job.cancel' } },
    schema: {
      tags,
      summary: 'Withdraw from a job, which stops when no requester is left',
      params: jobParams,
      response: { 202: jobWithAttemptsSchema, ...errors(401, 403, 404, 409) },
    },
  }, async (request, reply) => {
    const principal = principalOf(request)
    const outcome = await queue.cancel(jobOf(request).id, {
      userId: principal.userId,
      force: principal.role === 'admin',
    })
    if (outcome === 'finished') throw new DomainError('JOB_FINISHED')
    return await reply.code(202).send(await answerNow(request))
  })

  app.post('/api/jobs/:job_id/retry', {
    config: { access: { who: 'job', scope: 'admin', audit: 'job.retry' } },
    schema: {
      tags,
      summary: 'Queue a failed or canceled job again (administrator)',
      params: jobParams,
      response: { 202: jobWithAttemptsSchema, ...errors(401, 403, 404, 409) },
    },
  }, async (request, reply) => {
    if (!await queue.retry(jobOf(request).id)) {
      throw new DomainError('JOB_FINISHED', {
        detail: 'Only a failed or canceled job can be retried.',
      })
    }
    return await reply.code(202).send(await answerNow(request))
  })

  app.get('/api/jobs', {
    config: { access: { who: 'admin', scope: 'admin' } },
    schema: {
      tags,
      summary: 'All jobs, newest first (administrator)',
      querystring: Type.Object({
        status: Type.Optional(Type.Enum(['queued', 'started', 'succeeded', 'failed', 'canceled'])),
        kind: Type.Optional(
          Type.String({
            maxLength: 100,
            description: 'For example `performance-export`, `import`, `housekeeping`',
          })
        ),
        ...pageQuery(),
      }),
      response: {
        200: Type.Object({ jobs: Type.Array(jobSchema), next_cursor: nextCursorSchema }),
        ...errors(400, 401, 403),
      },
    },
  }, async (request) => {
    const { status, kind } = request.query
    const { rows, nextCursor } = await readPage(
      request.query,
      (part) => queue.list({ state: status, kind, ...part })
    )
    return {
      jobs: await Promise.all(rows.map((row) => jobView.listed(request, row))),
      next_cursor: nextCursor,
    }
  })
}
