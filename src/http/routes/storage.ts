import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { Config } from '../../config.ts'
import type { Courses } from '../../courses/courses.ts'
import type { FileLibrary } from '../../files/file-library.ts'
import type { Housekeeping } from '../../housekeeping/housekeeping.ts'
import { principalOf } from '../access/route-access.ts'
import { sendTicket } from '../job-ticket.ts'
import type { Links } from '../links.ts'
import { errors, ticketSchema } from '../schemas/common.ts'
import { storageSchema } from '../schemas/storage.ts'

const tags = ['Storage']

interface StorageRoutesOptions {
  config: Pick<Config, 'MIN_FREE_BYTES' | 'OWNER_QUOTA_BYTES' | 'TOTAL_QUOTA_BYTES'>
  courses: Pick<Courses, 'names'>
  files: Pick<FileLibrary, 'usage'>
  /** Bytes that are free on the disk of the data folder. */
  freeBytes: () => Promise<number>
  links: Links
  housekeeping: Pick<Housekeeping, 'requestNow' | 'sweepFiles'>
}

/** What is stored, for administrators. Files of one course: GET /api/courses/:course_id/files. */
export const storageRoutes: FastifyPluginAsyncTypebox<StorageRoutesOptions> = async (
  app,
  { config, courses, files, freeBytes, housekeeping, links }
) => {
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
    const usage = await files.usage({ owners: request.query.limit })
    const names = await courses.names(
      usage.owners.filter((owner) => owner.owner_type === 'course').map((owner) => owner.owner_id)
    )
    const expired = await housekeeping.sweepFiles({ dryRun: true })
    return reply.send({
      files: usage.files,
      used: usage.bytes,
      quota: config.TOTAL_QUOTA_BYTES === 0 ? null : config.TOTAL_QUOTA_BYTES,
      owner_quota: config.OWNER_QUOTA_BYTES === 0 ? null : config.OWNER_QUOTA_BYTES,
      disk_free: await freeBytes(),
      disk_reserve: config.MIN_FREE_BYTES,
      expired: { files: expired.files, bytes: expired.bytes, tombstones: expired.tombstones },
      owners: usage.owners.map((owner) => ({
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
