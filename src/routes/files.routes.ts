import '@fastify/static'
import '@fastify/swagger'
import { create as contentDisposition } from 'content-disposition'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { mayUseCourse } from '../features/accounts/access.ts'
import type { FileRow } from '../files/file-library.ts'
import { principalOf, requireScope } from './access-hooks.ts'
import { byteRange } from './byte-range.ts'
import { isFresh, isSame } from './entity-tags.ts'
import { refuse } from './error-handler.ts'
import type { RouteContext } from './route-context.ts'
import { errors } from './schemas.ts'

/** Bytes read at once while a file is sent: the default of 64 KiB costs a third of the rate. */
const CHUNK_BYTES = 1 << 20

/** Stored files by their unguessable address. Whatever there is nothing for - a wrong hex or name, a listing, a path that climbs - ends in `notFound`. */
export const filesRoutes: FastifyPluginAsync<RouteContext> = async (app, context) => {
  await app.register(async (app) => { serveFiles(app, context) }, { prefix: '/files' })
}

const serveFiles = (app: Parameters<FastifyPluginAsync>[0], { services, access }: RouteContext): void => {
  const { db, config, files, now } = services
  const isOpen = config.FILE_ACCESS === 'link'

  if (!isOpen) app.addHook('onRequest', access.signedIn)
  app.setNotFoundHandler((request, reply) => notFound(reply))

  app.get<{ Params: { hex: string, filename: string } }>('/:hex/:filename', {
    schema: {
      tags: ['Files'],
      summary: 'The bytes of a stored file',
      description: 'Answers If-None-Match, If-Match, Range (one) and If-Range.',
      params: Type.Object({ hex: Type.String(), filename: Type.String() }),
      produces: ['application/octet-stream'],
      ...(isOpen ? { security: [] } : {}),
      response: errors(...isOpen ? [404, 410, 412, 416] : [401, 403, 404, 410, 412, 416]),
    },
  }, async (request, reply) => {
    const { hex, filename } = request.params
    const file = /^[0-9a-f]{32}$/.test(hex) ? await files.find(hex) : undefined
    if (file === undefined || file.filename !== filename || !await isEntitled(request, file)) return notFound(reply)
    if (file.removed_at !== null || (file.expires_at !== null && file.expires_at <= now())) return refuse(reply, 'FILE_EXPIRED')
    return send(request, reply, file)
  })

  async function isEntitled (request: FastifyRequest, file: FileRow): Promise<boolean> {
    if (isOpen) return true
    const principal = principalOf(request)
    const isTheirs = principal.role === 'admin' || (file.owner_type === 'course' && await mayUseCourse(db.reads, principal, file.owner_id))
    if (isTheirs) requireScope(principal, 'read')
    return isTheirs
  }

  /** In the order of RFC 9110, 13.2.2: If-Match, If-None-Match, If-Range, Range. */
  function send (request: FastifyRequest, reply: FastifyReply, file: FileRow): FastifyReply {
    const { headers } = request
    const etag = `"${file.sha256}"`
    const ifMatch = headers['if-match']
    if (ifMatch !== undefined && !isSame(ifMatch, etag)) return refuse(reply, 'PRECONDITION_FAILED')
    reply.headers({ etag, ...ALWAYS })
    if (isFresh(request, etag)) return reply.code(304).send()
    const isPart = request.method === 'GET' && (headers['if-range'] === undefined || headers['if-range'] === etag)
    const range = isPart ? byteRange(headers.range, file.size) : undefined
    if (range === 'unsatisfiable') return refuse(reply.header('content-range', `bytes */${file.size}`), 'RANGE_NOT_SATISFIABLE')
    reply.headers({ 'content-type': file.content_type, 'content-disposition': contentDisposition(file.filename) })
    // @fastify/static would judge these by a tag and a date of its own making. What is left for it is one range that fits, or none.
    for (const name of ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range', 'range'] as const) delete headers[name]
    if (range !== undefined) headers.range = `bytes=${range.start}-${range.end}`
    return reply.sendFile(`${file.hex}/${file.filename}`, config.filesFolder, { highWaterMark: CHUNK_BYTES } as object)
  }
}

const ALWAYS = {
  'cache-control': 'private, no-cache',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
  'referrer-policy': 'no-referrer',
}

/** The one answer to everything that is not there. A file that went while it was about to be sent has left headers behind. */
function notFound (reply: FastifyReply): FastifyReply {
  for (const name of ['etag', 'content-disposition', 'accept-ranges', ...Object.keys(ALWAYS)]) reply.removeHeader(name)
  return refuse(reply, 'FILE_NOT_FOUND')
}
