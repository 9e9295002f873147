import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { courseNames } from '../../../db/queries/courses.ts'
import { bytesInUse, countFiles, usageByOwner } from '../../../db/queries/files.ts'
import { principalOf } from '../access/route-access.ts'
import { sendTicket } from '../job-ticket.ts'
import type { RouteContext } from '../route-context.ts'
import { errors, ticketSchema } from '../schemas/common.ts'
import { storageSchema } from '../schemas/storage.ts'

const tags = ['Storage']

/** What is stored, for administrators. Files of one course: GET /api/courses/:course_id/files. */
export const storageRoutes: FastifyPluginAsyncTypebox<RouteContext> = async (
  app,
  { services, links }
) => {
  const { config, db, freeBytes, now, housekeeping } = services

  app.get('/api/storage', {
    config: { access: { who: 'admin', scope: 'admin' } },
    schema: {
      tags,
      summary: 'How much is stored, by whom, and what room is left (administrator)',
      querystring: Type.Object({
        limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'Most owners' }),
      }),
      response: { 200: storageSchema, ...errors(400, 401, 403) },
    },
  }, async (request, reply) => {
    const at = now()
    const owners = await usageByOwner(db.reads, { now: at, limit: request.query.limit })
    const names = await courseNames(
      db.reads,
      owners.filter((owner) => owner.owner_type === 'course').map((owner) => owner.owner_id)
    )
    const { files, bytes, tombstones } = await housekeeping.sweepFiles({ dryRun: true })
    return reply.send({
      files: await countFiles(db.reads, at),
      used: await bytesInUse(db.reads, null, at),
      quota: config.TOTAL_QUOTA_BYTES === 0 ? null : config.TOTAL_QUOTA_BYTES,
      owner_quota: config.OWNER_QUOTA_BYTES === 0 ? null : config.OWNER_QUOTA_BYTES,
      disk_free: await freeBytes(),
      disk_reserve: config.MIN_FREE_BYTES,
      expired: { files, bytes, tombstones },
      owners: owners.map((owner) => ({
        ...owner,
        name: owner.owner_type === 'course' ? names.get(owner.owner_id) ?? null : null,
      })),
    })
  })

  app.post('/api/storage/sweep', {
    config: { access: { who: 'admin', scope: 'admin', audit: 'storage.sweep' } },
    schema: {
      tags,
      summary: 'Remove what has expired, as a job (administrator)',
      response: { 202: ticketSchema, ...errors(401, 403, 503) },
    },
  }, async (request, reply) => {
    return await sendTicket(reply, links, await housekeeping.requestNow(principalOf(request).userId))
  })
}
