import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { displayName } from '../../accounts/access.ts'
import type { Config } from '../../config.ts'
import { OPTIONS_BYTES_MAX, readFillInOptions } from '../../fill-in/fill-in-options.ts'
import type { FillIns } from '../../fill-in/fill-ins.ts'
import { courseOf, principalOf } from '../access/route-access.ts'
import type { JobGate } from '../job-gate.ts'
import { sendTicket } from '../job-ticket.ts'
import type { Links } from '../links.ts'
import { courseParams, errors, ticketSchema } from '../schemas/common.ts'
import { acceptForms, withUpload } from '../uploads/file-upload.ts'
import type { UploadRoom } from '../uploads/upload-room.ts'

interface FillInRoutesOptions {
  config: Pick<Config, 'FILL_IN_MAX_BYTES' | 'stagingFolder'>
  fillIns: Pick<FillIns, 'request'>
  gate: Pick<JobGate, 'openForImports'>
  links: Links
  room: UploadRoom
}

export const fillInRoutes: FastifyPluginAsyncTypebox<FillInRoutesOptions> = async (
  app,
  { config, fillIns, gate, links, room }
) => {
  await acceptForms(app, config.FILL_IN_MAX_BYTES)

  app.post('/api/courses/:course_id/fill-in', {
    config: { access: { who: 'course', scope: 'export', audit: 'fill-in.request' } },
    onRequest: () => gate.openForImports(),
    schema: {
      tags: ['Exports'],
      summary: "Fill an office's table in with averages, grades or scores of the course",
      description:
        'A form (multipart/form-data) with `file`, a CSV or .xlsx file, and `options`, JSON: ' +
        '`match` and `fill`, and optionally `sheet`, `header_row`, `overwrite`, `dry_run`. The job makes ' +
        'the same file with nothing but these cells changed. A `dry_run` without `match` and `fill` ' +
        'answers with what the table may be (`result.table`). Only the requester can see its `result` and ' +
        'download its `url`, for 24 hours. The upload is deleted when the job ends.',
      consumes: ['multipart/form-data'],
      params: courseParams,
      response: { 202: ticketSchema, ...errors(400, 401, 403, 404, 409, 413, 415, 429, 503, 507) },
    },
  }, async (request, reply) => {
    const principal = principalOf(request)
    const rules = {
      stagingFolder: config.stagingFolder,
      room,
      userId: principal.userId,
      maxBytes: config.FILL_IN_MAX_BYTES,
      types: ['*/*'],
      checksContent: false,
      fields: ['options'] as const,
      longFields: { options: OPTIONS_BYTES_MAX },
    }
    const ticket = await withUpload(request, rules, ({ staged, filename, fields }) => {
      const options = readFillInOptions(fields.options)
      request.audited = { isPreview: options.dry_run === true }
      return fillIns.request({
        courseId: courseOf(request).id,
        staged,
        filename,
        options,
        userId: principal.userId,
        requestedBy: displayName(principal),
      })
    })
    return await sendTicket(reply, links, ticket)
  })
}
