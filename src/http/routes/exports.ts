import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { displayName } from '../../accounts/access.ts'
import type { Config } from '../../config.ts'
import { counted } from '../../counted.ts'
import { DomainError } from '../../errors.ts'
import { FORMAT_NAMES } from '../../exports/export-names.ts'
import { exportOptionsSchema } from '../../exports/export-request.ts'
import type { ExportItem, Exports } from '../../exports/exports.ts'
import { isoTime } from '../../iso-time.ts'
import { courseOf, principalOf } from '../access/route-access.ts'
import { sendTagged, tagged } from '../entity-tags.ts'
import type { JobGate } from '../job-gate.ts'
import { sendTicket } from '../job-ticket.ts'
import type { Links } from '../links.ts'
import type { PollCache } from '../poll-cache.ts'
import {
  courseFormatSchema, courseParams, errors, exportSchema, idOf, ticketSchema,
} from '../schemas/common.ts'

const tags = ['Exports']
const ofFormat = Type.Object({
  format: Type.Optional(Type.Enum(FORMAT_NAMES, { description: 'Only exports of this format' })),
}, { additionalProperties: false })

interface ExportsRoutesOptions {
  config: Pick<Config, 'EXPORT_RATE_MAX'>
  exports: Pick<Exports, 'delete' | 'formats' | 'latest' | 'list' | 'request'>
  gate: Pick<JobGate, 'openForJobs'>
  links: Links
  polls: PollCache
}

export const exportsRoutes: FastifyPluginAsyncTypebox<ExportsRoutesOptions> = async (
  app,
  { config, exports, gate, links, polls }
) => {
  app.post('/api/courses/:course_id/performance/export', {
    // An empty body is an export with all defaults.
    preValidation: async (request) => {
      request.body ??= {} as never
    },
    config: {
      access: { who: 'course', scope: 'export', audit: 'export.request' },
      rateLimit: {
        max: config.EXPORT_RATE_MAX,
        timeWindow: 60_000,
        hook: 'preHandler',
        keyGenerator: (request: FastifyRequest) => String(principalOf(request).userId),
        errorResponseBuilder: (request: FastifyRequest, { max, ttl }: { max: number, ttl: number }) =>
          new DomainError('RATE_LIMITED', {
            detail: `More than ${counted(max, 'export was', 'exports were')} requested within a minute. ` +
              'Try again later.',
            retryAfterSeconds: Math.ceil(ttl / 1000),
          }),
      },
    },
    schema: {
      tags,
      summary: "Request an export of the course's performance book",
      description: 'Responds at once. A request joins an export that waits, or that has read the same data.',
      params: courseParams,
      body: exportOptionsSchema,
      response: {
        202: ticketSchema,
        ...errors(400, 401, 403, 404, 409, 413, 415, 429, 503, 507),
      },
    },
  }, async (request, reply) => {
    await gate.openForJobs(courseOf(request).id)
    const principal = principalOf(request)
    const ticket = await exports.request({
      courseId: courseOf(request).id,
      options: request.body,
      userId: principal.userId,
      requestedBy: displayName(principal),
    })
    if (ticket === undefined) throw new DomainError('COURSE_NOT_FOUND')
    return await sendTicket(reply, links, ticket)
  })

  app.get('/api/courses/:course_id/performance/formats', {
    config: { access: { who: 'course', scope: 'read' } },
    schema: {
      tags,
      summary: 'The formats of exports, with their options',
      description: 'For clients that let people choose. A format that is not possible for the course says ' +
        'why.',
      params: courseParams,
      response: { 200: Type.Array(courseFormatSchema), ...errors(401, 403, 404) },
    },
  }, async (request) => await exports.formats(courseOf(request).id))

  app.get('/api/courses/:course_id/performance/exports', {
    logLevel: 'warn',
    config: { access: { who: 'course', scope: 'read' } },
    schema: {
      tags,
      summary: "The course's exports, newest first",
      description: 'Made for polling: sends ETag and answers 304 to If-None-Match. ' +
        'An export appears when its file is complete.',
      params: courseParams,
      querystring: ofFormat,
      response: { 200: Type.Array(exportSchema), 304: Type.Null(), ...errors(400, 401, 403, 404) },
    },
  }, async (request, reply) => {
    const { id: courseId } = courseOf(request)
    const { format } = request.query
    const which = `exports ${courseId} ${format ?? ''} ${links.absolute(request, '')}`
    const list = await polls.get(which, async () => {
      const items = await exports.list(courseId, format)
      return tagged(JSON.stringify(items.map((item) => exportJson(item, links.file(request, item)))))
    })
    return sendTagged(request, reply, list)
  })

  app.get('/api/courses/:course_id/performance/exports/latest', {
    config: { access: { who: 'course', scope: 'read' } },
    schema: {
      tags,
      summary: "Redirects to the newest export's file",
      description: 'The newest one with default options, of the workbook or of another format.',
      params: courseParams,
      querystring: ofFormat,
      response: { 302: Type.Null(), ...errors(400, 401, 403, 404) },
    },
  }, async (request, reply) => {
    const latest = await exports.latest(courseOf(request).id, request.query.format ?? 'xlsx')
    if (latest === undefined) throw new DomainError('NO_EXPORT_YET')
    return reply.redirect(links.file(request, latest), 302)
  })

  app.delete('/api/courses/:course_id/performance/exports/:export_id', {
    config: { access: { who: 'course', scope: 'export', audit: 'export.delete' } },
    schema: {
      tags,
      summary: 'Delete an export and its file',
      params: Type.Object({ ...courseParams.properties, export_id: Type.String() }),
      response: { 204: Type.Null(), ...errors(401, 403, 404) },
    },
  }, async (request, reply) => {
    const exportId = idOf(request.params.export_id)
    if (exportId === undefined || !await exports.delete(courseOf(request).id, exportId)) {
      throw new DomainError('EXPORT_NOT_FOUND')
    }
    return await reply.code(204).send(null)
  })
}

/** An export as the API shows it. */
export function exportJson (item: ExportItem, url: string) {
  return {
    id: item.id,
    filename: item.filename,
    url,
    created_at: isoTime(item.createdAt),
    size: item.size,
    job_id: item.jobId,
    is_current: item.isCurrent,
    expires_at: isoTime(item.expiresAt),
    created_by: item.createdBy,
    format: item.format,
    options: item.options,
  }
}
