// The service's table of contents: plugins, then routes, in the order of boot.
import cookies from '@fastify/cookie'
import cors from '@fastify/cors'
import rateLimit from '@fastify/rate-limit'
import fastifyStatic from '@fastify/static'
import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { ServiceError } from './errors.ts'
import { secretFromFile } from './features/accounts/secrets.ts'
import { accessHooks, guardCookies } from './routes/access-hooks.ts'
import { publishContract } from './routes/api-docs.ts'
import { acceptBodies } from './routes/bodies.ts'
import { courseFilesRoutes } from './routes/course-files.routes.ts'
import { auditRequests } from './routes/audit-hook.ts'
import { auditRoutes } from './routes/audit.routes.ts'
import { keepAnswersPrivate } from './routes/cache-control.ts'
import { coursesRoutes } from './routes/courses.routes.ts'
import { clientErrors, frameworkErrors, handleErrors } from './routes/error-handler.ts'
import { exportsRoutes } from './routes/exports.routes.ts'
import { filesRoutes, readableAddress } from './routes/files.routes.ts'
import { healthRoutes } from './routes/health.routes.ts'
import { createHttpServer, type HttpServerOptions } from './routes/http-server.ts'
import { importsRoutes } from './routes/imports.routes.ts'
import { createJobGate, type JobGate } from './routes/job-gate.ts'
import { createPollCache } from './routes/poll-cache.ts'
import { invitationsRoutes } from './routes/invitations.routes.ts'
import { jobsRoutes } from './routes/jobs.routes.ts'
import { createLinks } from './routes/links.ts'
import { countRequests } from './routes/metrics-hook.ts'
import { metricsRoutes } from './routes/metrics.routes.ts'
import { openApi } from './routes/openapi.ts'
import { shedLoad } from './routes/overload.ts'
import { checkClientAddresses } from './routes/request-origin.ts'
import type { RouteContext } from './routes/route-context.ts'
import { setSecurityHeaders } from './routes/security-headers.ts'
import { createSerializerCompiler } from './routes/serialization.ts'
import { sessionCookie } from './routes/session-cookie.ts'
import { sessionRoutes } from './routes/session.routes.ts'
import { sessionsRoutes } from './routes/sessions.routes.ts'
import { singleSignOnRoutes } from './routes/single-sign-on.routes.ts'
import { storageRoutes } from './routes/storage.routes.ts'
import { usersRoutes } from './routes/users.routes.ts'
import { createValidatorCompiler } from './routes/validation.ts'
import { whenNeeded } from './routes/when-needed.ts'
import type { Services } from './services.ts'
import { pageRoutes } from './web/page-routes.ts'
import { createUploadRoom } from './routes/upload-room.ts'

/** All headers of a request together: a cookie, a token, a long address. Node's own limit, said here so that it stays. */
const MAX_HEADER_BYTES = 16_384

export interface App {
  server: FastifyInstance
  /** Refuses new jobs from now on. */
  gate: JobGate
  /** Every route, as it was registered. */
  routes: ReadonlyArray<{ method: string, url: string }>
  /** Compiles the schemas that no request has needed so far, in between requests. */
  prepare: () => Promise<void>
}

/** The HTTP side of the services; whoever made them closes them, after the server. */
export async function createApp (services: Services, logger: FastifyBaseLogger | false): Promise<App> {
  const { config } = services
  const links = createLinks(config.PUBLIC_URL)
  const gate = createJobGate(services)
  const room = createUploadRoom({
    freeBytes: services.freeBytes,
    minFreeBytes: config.MIN_FREE_BYTES,
    userMax: config.UPLOADS_MAX,
    userMaxBytes: config.UPLOADS_MAX_BYTES,
    now: () => performance.now(),
  })
  const closing = new AbortController()
  const cookie = sessionCookie(config.PUBLIC_URL, links.prefix)
  const access = accessHooks(services, cookie)
  const polls = createPollCache(services)

  const server = Fastify({
    ...(logger === false ? { logger: false } : { loggerInstance: logger }),
    trustProxy: config.trustProxy,
    bodyLimit: config.BODY_MAX_BYTES,
    // Whoever sends or takes too slowly is cut off.
    requestTimeout: config.REQUEST_TIMEOUT_MS,
    connectionTimeout: config.CONNECTION_TIMEOUT_MS,
    http: {
      headersTimeout: Math.min(config.HEADERS_TIMEOUT_MS, config.REQUEST_TIMEOUT_MS),
      connectionsCheckingInterval: Math.min(config.HEADERS_TIMEOUT_MS, 10_000),
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    // What it gets are all options, the defaults filled in, with a type that says nothing.
    serverFactory: (handler, options) => createHttpServer(handler, options as unknown as HttpServerOptions, polls, closing.signal),
    clientErrorHandler: clientErrors,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: 2000 },
    // Behind a proxy that keeps PUBLIC_URL's path, and behind one that strips it, the routes are the same.
    rewriteUrl: ({ url = '/' }) => readableAddress(links.prefix !== '' && url.startsWith(`${links.prefix}/`) ? url.slice(links.prefix.length) : url),
    frameworkErrors,
  }).withTypeProvider<TypeBoxTypeProvider>()
  const routes: Array<{ method: string, url: string }> = []
  server.addHook('onRoute', ({ method, url }) => { for (const one of [method].flat()) routes.push({ method: one, url }) })
  const compiling = whenNeeded()
  server.setValidatorCompiler(createValidatorCompiler(compiling))
  server.setSerializerCompiler(createSerializerCompiler(compiling))
  server.decorateRequest('principal', null)
  server.decorateRequest('course', null)
  checkClientAddresses(server)
  countRequests(server, services)
  polls.keepAnswersOf(server)
  acceptBodies(server)
  handleErrors(server)
  await server.register(cookies, { secret: secretFromFile(config.secretFile) })
  guardCookies(server, services)
  auditRequests(server, services)
  server.addHook('preClose', async () => { closing.abort() })

  await shedLoad(server, services)
  setSecurityHeaders(server, config.PUBLIC_URL)
  keepAnswersPrivate(server)
  if (config.corsOrigins.length > 0) {
    await server.register(cors, {
      origin: [...config.corsOrigins],
      methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
      exposedHeaders: ['ETag', 'Location', 'Retry-After', 'Content-Disposition'],
      maxAge: 600,
    })
  }
  await server.register(rateLimit, {
    global: false,
    errorResponseBuilder: (request, { ttl }) => new ServiceError('RATE_LIMITED', undefined, Math.ceil(ttl / 1000)),
  })
  await server.register(swagger, openApi(links.prefix, config.PUBLIC_URL))
  await publishContract(server, { access, links }, config.API_DOCS)
  await server.register(fastifyStatic, {
    root: config.filesFolder, serve: false, etag: false, lastModified: false, cacheControl: false, contentType: false, dotfiles: 'allow',
  })

  const context: RouteContext = { services, access, links, cookie, gate, room, closing: closing.signal }
  await server.register(healthRoutes, context)
  await server.register(metricsRoutes, context)
  await server.register(sessionRoutes, context)
  await server.register(singleSignOnRoutes, context)
  await server.register(sessionsRoutes, context)
  await server.register(invitationsRoutes, context)
  await server.register(usersRoutes, context)
  await server.register(auditRoutes, context)
  await server.register(coursesRoutes, context)
  await server.register(exportsRoutes, context)
  await server.register(jobsRoutes, context)
  await server.register(filesRoutes, context)
  await server.register(courseFilesRoutes, context)
  await server.register(importsRoutes, context)
  await server.register(storageRoutes, context)
  await server.register(pageRoutes, { publicPath: links.prefix })
  return { server, gate, routes, prepare: compiling.makeAll }
}
