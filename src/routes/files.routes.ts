import '@fastify/static'
import '@fastify/swagger'
import { create as contentDisposition } from 'content-disposition'
import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import { findFileByHex, type FileRow } from '../../db/files.queries.ts'
import { mayUseCourse } from '../features/accounts/access.ts'
import { isFresh } from './entity-tags.ts'
import { refuse } from './error-handler.ts'
import type { RouteContext } from './route-context.ts'

/** Stored files by their unguessable address. One route and one way to say no: a wrong hex, a wrong name, a path that climbs. */
export const filesRoutes: FastifyPluginAsync<RouteContext> = async (app, { services, access }) => {
  const { db, config, now } = services

  app.get<{ Params: { '*': string } }>('/files/*', {
    ...(config.FILE_ACCESS === 'session' ? { onRequest: access.signedIn } : {}),
    schema: { tags: ['Files'], summary: 'The bytes of a stored file', description: 'Answers Range, If-Range and If-None-Match.' },
  }, async (request, reply) => {
    const file = await findStored(request.params['*'])
    if (file === undefined) return refuse(reply, 'FILE_NOT_FOUND')
    if (config.FILE_ACCESS === 'session' && !(file.owner_type === 'course' && await mayUseCourse(db.reads, request.principal!, file.owner_id))) {
      return refuse(reply, 'FILE_NOT_FOUND')
    }
    if (file.removed_at !== null || (file.expires_at !== null && file.expires_at <= now())) return refuse(reply, 'FILE_EXPIRED')
    const etag = `"${file.sha256}"`
    describe(reply, file, etag)
    if (isFresh(request, etag)) return reply.code(304).send()
    // @fastify/static would compare If-Range with a tag of its own making: a matching one is as good as none, any other asks for the whole.
    if (request.headers['if-range'] !== undefined) {
      if (request.headers['if-range'] !== etag) delete request.headers.range
      delete request.headers['if-range']
    }
    return reply.sendFile(`${file.hex}/${file.filename}`, config.filesFolder)
  })

  async function findStored (path: string): Promise<FileRow | undefined> {
    const [hex = '', filename, ...rest] = path.split('/')
    if (rest.length > 0 || !/^[0-9a-f]{32}$/.test(hex)) return undefined
    const file = await findFileByHex(db.reads, hex)
    return file === undefined || file.filename !== filename || file.lost_at !== null ? undefined : file
  }
}

function describe (reply: FastifyReply, file: FileRow, etag: string): void {
  reply.headers({
    etag,
    'content-type': file.content_type,
    'content-disposition': contentDisposition(file.filename),
    'cache-control': 'private, no-cache',
    'x-content-type-options': 'nosniff',
    'x-robots-tag': 'noindex',
    'referrer-policy': 'no-referrer',
  })
}
