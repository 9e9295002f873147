import fastifyStatic from '@fastify/static'
import '@fastify/swagger'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Access } from '../../accounts/access.ts'
import type { Config } from '../../config.ts'
import type { FillIns } from '../../fill-in/fill-ins.ts'
import { FILL_IN_CATEGORY, FILL_IN_SOURCE } from '../../fill-in/fill-in.job.ts'
import type { FileLibrary, FileRow } from '../../files/file-library.ts'
import type { Authentication } from '../access/authentication.ts'
import { principalOf, requireScope } from '../access/route-access.ts'
import { sendStoredFile, STATIC_OPTIONS } from '../downloads/send-stored-file.ts'
import { refuse } from '../errors.ts'
import { errors } from '../schemas/common.ts'

/** Longer than any address of a file: hex, and 255 bytes percent-encoded. */
const LONGEST_ADDRESS = 1000

const bytes = { '*/*': { schema: Type.String({ format: 'binary' }) } }

interface FilesRoutesOptions {
  access: Pick<Access, 'mayUseCourse'>
  authentication: Pick<Authentication, 'signIn'>
  config: Pick<Config, 'FILE_ACCESS' | 'FILE_DELIVERY'>
  fillIns: Pick<FillIns, 'courseOf'>
  files: Pick<FileLibrary, 'find' | 'link' | 'localPath' | 'open'>
  now: () => number
}

/**
 * Stored files by their unguessable address. Every address without a file - a wrong hex or name, a listing, a
 * path that climbs - ends in `notFound`.
 */
export const filesRoutes: FastifyPluginAsync<FilesRoutesOptions> = async (app, options) => {
  await app.register(async (app) => {
    await app.register(fastifyStatic, STATIC_OPTIONS)
    serveFiles(app, options)
  }, { prefix: '/files' })
}

const serveFiles = (
  app: Parameters<FastifyPluginAsync>[0],
  { access, authentication, config, fillIns, files, now }: FilesRoutesOptions
): void => {
  const isOpen = config.FILE_ACCESS === 'link'
  const isRedirected = config.FILE_DELIVERY === 'redirect'

  app.addHook('onSend', async (request, reply) => {
    if (reply.statusCode !== 401) return
    const file = await fileOf(request.params as { hex: string, filename: string })
    if (file !== undefined) noteRefusal(request, file)
  })
  // An address that no route has is refused as one that no file has.
  app.setNotFoundHandler({
    preHandler: async (request: FastifyRequest, reply: FastifyReply) => {
      if (!isOpen) await authentication.signIn(request, reply)
    },
  }, (request, reply) => notFound(reply))

  app.get<{ Params: { hex: string, filename: string } }>('/:hex/:filename', {
    config: { access: { who: 'file', scope: 'read', audit: 'file.download' } },
    schema: {
      tags: ['Files'],
      summary: 'The bytes of a stored file',
      description: 'Answers If-None-Match, If-Match, Range (one) and If-Range.',
      params: Type.Object({ hex: Type.String(), filename: Type.String() }),
      ...(isOpen ? { security: [] } : {}),
      response: {
        200: { description: 'The file', content: bytes },
        206: { description: 'The requested range', content: bytes },
        ...isRedirected ? { 302: { type: 'null', description: 'A link to the file, for one minute' } } : {},
        304: { type: 'null', description: 'The client has the file already' },
        ...errors(...isOpen ? [404, 410, 412, 416, 503] : [401, 403, 404, 410, 412, 416, 503]),
      },
    },
  }, async (request, reply) => {
    const file = await fileOf(request.params)
    if (file === undefined) return notFound(reply)
    if (!await isEntitled(request, file)) {
      noteRefusal(request, file)
      return notFound(reply)
    }
    if (file.removed_at !== null || (file.expires_at !== null && file.expires_at <= now())) {
      return refuse(reply, 'FILE_EXPIRED')
    }
    // A link of an object store would be enough for everyone who has it.
    return await sendStoredFile(request, reply, {
      file, files, isRedirected: isRedirected && !isPersonal(file),
    })
  })

  async function fileOf ({ hex, filename }: { hex: string, filename: string }): Promise<FileRow | undefined> {
    const file = /^[0-9a-f]{32}$/.test(hex) ? await files.find(hex) : undefined
    return file?.filename === filename ? file : undefined
  }

  /**
   * Records a refused download of an existing file. Wrong addresses are not recorded: with 128 random bits,
   * guesses are noise.
   */
  function noteRefusal (request: FastifyRequest, { owner_type: type, owner_id: id }: FileRow): void {
    request.audited = { outcome: 'refused', subject: `${type} ${id}` }
  }

  async function isEntitled (request: FastifyRequest, file: FileRow): Promise<boolean> {
    if (isPersonal(file)) {
      const { principal } = request
      if (principal?.userId !== file.owner_id || !principal.scopes.has('read')) return false
      // They may have lost the course, or their role, since they requested it.
      const courseId = await fillIns.courseOf(principal.userId, file.hex)
      return courseId !== undefined && await access.mayUseCourse(principal, courseId)
    }
    if (isOpen) return true
    const principal = principalOf(request)
    const isTheirs = principal.role === 'admin' ||
      (file.owner_type === 'course' && await access.mayUseCourse(principal, file.owner_id))
    if (isTheirs) requireScope(principal, 'read')
    return isTheirs
  }
}

/** Whatever FILE_ACCESS says, only the owner may download it, as long as they may use its course. */
function isPersonal ({ category }: FileRow): boolean {
  return category === FILL_IN_CATEGORY || category === FILL_IN_SOURCE
}

/** The only response to addresses without a file. */
function notFound (reply: FastifyReply): FastifyReply {
  return refuse(reply, 'FILE_NOT_FOUND')
}

/**
 * Replaces addresses that the router cannot read (broken percent-encoding, far too long) with one that has no
 * file, so that they get the same response.
 */
export function readableAddress (url: string): string {
  if (!url.startsWith('/files/')) return url
  const [path = ''] = url.split(/[?#]/, 1)
  try {
    decodeURI(path)
  } catch {
    return '/files/'
  }
  return path.length > LONGEST_ADDRESS ? '/files/' : url
}
