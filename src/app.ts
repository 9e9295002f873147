// The service's table of contents: plugins, then routes, in boot order.
import cookies from '@fastify/cookie'
import cors from '@fastify/cors'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { DomainError } from './errors.ts'
import { cookieKey } from './accounts/cookie-key.ts'
import { enforceAccess, type RegisteredRoute } from './http/access/route-access.ts'
import { publishContract } from './http/openapi/api-docs.ts'
import { acceptBodies } from './http/bodies.ts'
import { createBookTraffic } from './http/book-traffic.ts'
import { courseFilesRoutes } from './http/routes/course-files.ts'
import { createAuthentication } from './http/access/authentication.ts'
import { auditRoutes } from './http/routes/audit.ts'
import { keepResponsesPrivate } from './http/cache-control.ts'
import { courseTeachersRoutes } from './http/routes/course-teachers.ts'
import { coursesRoutes } from './http/routes/courses.ts'
import { clientErrors, frameworkErrors, handleErrors } from './http/errors.ts'
import { exportChangesRoutes } from './http/routes/export-changes.ts'
import { exportsRoutes } from './http/routes/exports.ts'
import { fillInRoutes } from './http/routes/fill-in.ts'
import { filesRoutes, readableAddress } from './http/routes/files.ts'
import { healthRoutes } from './http/routes/health.ts'
import { importsRoutes } from './http/routes/imports.ts'
import { drain } from './http/drain.ts'
import { createJobGate, mayHaveOthers, type JobGate } from './http/job-gate.ts'
import { createEstimateCache, createPollCache } from './http/poll-cache.ts'
import { invitationsRoutes } from './http/routes/invitations.ts'
import { jobsRoutes } from './http/routes/jobs.ts'
import { createLinks } from './http/links.ts'
import { countRequests } from './http/metrics-hook.ts'
import { metricsRoutes } from './http/routes/metrics.ts'
import { nodesRoutes } from './http/routes/nodes.ts'
import { answerOnlyHealth } from './http/only-health.ts'
import { openApi } from './http/openapi/openapi.ts'
import { shedLoad } from './http/overload.ts'
import { rateLimitStore } from './http/rate-limit-store.ts'
import { checkClientAddresses, requireOneHost } from './http/access/request-origin.ts'
import { createJobView } from './http/job-view.ts'
import { setSecurityHeaders } from './http/security-headers.ts'
import { createSerializerCompiler } from './http/schemas/serialization.ts'
import { sessionCookie } from './http/cookies/session-cookie.ts'
import { studentsRoutes } from './http/routes/students.ts'
import { signInRoutes } from './http/routes/sign-in.ts'
import { mySessionsRoutes } from './http/routes/my-sessions.ts'
import { singleSignOnRoutes } from './http/routes/single-sign-on.ts'
import { storageRoutes } from './http/routes/storage.ts'
import { usersRoutes } from './http/routes/users.ts'
import { createValidatorCompiler } from './http/schemas/validation.ts'
import { createLazyValues } from './http/schemas/lazy.ts'
import type { Services } from './services.ts'
import { ownAccountRoutes } from './http/routes/own-account.ts'
import { pageRoutes } from './http/routes/page.ts'
import { passwordResetsRoutes } from './http/routes/password-resets.ts'
import { pseudonymsRoutes } from './http/routes/pseudonyms.ts'
import { setupRoutes } from './http/routes/setup.ts'
import { createUploadRoom } from './http/uploads/upload-room.ts'

/** For all headers of a request together. Node's own default, set explicitly so that it stays. */
const MAX_HEADER_BYTES = 16_384

export interface App {
  server: FastifyInstance
  /** Refuses new jobs from now on. */
  gate: JobGate
  /** In the order of their registration. */
  routes: readonly RegisteredRoute[]
  /** Compiles the schemas that no request has needed yet. Requests are answered in between. */
  prepare: () => Promise<void>
  /** Call after the gate is closed: gives proxies time to switch to other nodes, if there may be any. */
  drain: () => Promise<void>
}

/** The HTTP side of the services. The caller closes the server first, then the services. */
export async function createApp (services: Services, logger: FastifyBaseLogger | false): Promise<App> {
  const {
    config, clock, access, accounts, sessions, passwordLinks, passwordResets, audit, courses, exports,
    fillIns, imports, files, undos, freeBytes, queue, runner, outlook, housekeeping, metrics, nodes, shared,
  } = services
  const links = createLinks(config.PUBLIC_URL)
  const gate = createJobGate({ config, files, freeBytes, now: clock.now })
  const room = createUploadRoom({
    freeBytes,
    minFreeBytes: config.MIN_FREE_BYTES,
    userMax: config.UPLOADS_MAX,
    userMaxBytes: config.UPLOADS_MAX_BYTES,
    now: () => performance.now(),
  })
  const traffic = createBookTraffic(config.BOOKS_MAX_BYTES)
  const closing = new AbortController()
  const cookie = sessionCookie(config.PUBLIC_URL, links.prefix)
  const polls = createPollCache({ db: services.db, now: clock.now })
  const authentication = createAuthentication({
    accounts, sessions, applicationTokens: services.applicationTokens, cookie, polls,
  })
  const jobView = createJobView({
    access, estimates: createEstimateCache({ now: clock.now }), exports, fillIns,
    links, outlook, polls, queue, runner,
  })

  const server = Fastify({
    ...(logger === false ? { logger: false } : { loggerInstance: logger }),
    trustProxy: config.trustProxy,
    bodyLimit: config.BODY_MAX_BYTES,
    // Clients that send or read too slowly are disconnected.
    requestTimeout: config.REQUEST_TIMEOUT_MS,
    connectionTimeout: config.CONNECTION_TIMEOUT_MS,
    http: {
      headersTimeout: Math.min(config.HEADERS_TIMEOUT_MS, config.REQUEST_TIMEOUT_MS),
      connectionsCheckingInterval: Math.min(config.HEADERS_TIMEOUT_MS, 10_000),
      maxHeaderSize: MAX_HEADER_BYTES,
      // `requireOneHost` answers instead, in the shape of all errors.
      requireHostHeader: false,
    },
    clientErrorHandler: clientErrors,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: 2000 },
    // The routes are the same behind a proxy that keeps PUBLIC_URL's path and behind one that removes it.
    rewriteUrl: ({ url = '/' }) =>
      readableAddress(
        links.prefix !== '' && url.startsWith(`${links.prefix}/`) ? url.slice(links.prefix.length) : url
      ),
    frameworkErrors,
  }).withTypeProvider<TypeBoxTypeProvider>()
  const schemas = createLazyValues()
  server.setValidatorCompiler(createValidatorCompiler(schemas))
  server.setSerializerCompiler(createSerializerCompiler(schemas))
  requireOneHost(server)
  checkClientAddresses(server)
  countRequests(server, metrics)
  acceptBodies(server)
  handleErrors(server)
  if (config.NODE_ROLE === 'worker') answerOnlyHealth(server)
  await server.register(cookies, { secret: await cookieKey(services) })
  const routes = enforceAccess(server, { authentication, access, audit, polls, config })
  server.addHook('preClose', async () => {
    closing.abort()
  })

  await shedLoad(server, config)
  setSecurityHeaders(server, config.PUBLIC_URL)
  keepResponsesPrivate(server)
  if (config.corsOrigins.length > 0) {
    await server.register(cors, {
      origin: [...config.corsOrigins],
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: ['ETag', 'Location', 'Retry-After', 'Content-Disposition'],
      maxAge: 600,
    })
  }
  await server.register(rateLimit, {
    global: false,
    store: rateLimitStore(shared),
    errorResponseBuilder: (request, { ttl }) =>
      new DomainError('RATE_LIMITED', { retryAfterSeconds: Math.ceil(ttl / 1000) }),
  })
  await server.register(swagger, openApi(links.prefix, config.PUBLIC_URL))
  await publishContract(server, links, config.API_DOCS)

  await server.register(healthRoutes, { files, gate, nodes, queue })
  await server.register(metricsRoutes, { config, metrics })
  await server.register(signInRoutes, { cookie, sessions })
  await server.register(singleSignOnRoutes, {
    authentication, config, cookie, links, passwordResets, setup: services.setup,
    singleSignOn: services.singleSignOn,
  })
  await server.register(setupRoutes, { config, cookie, setup: services.setup })
  await server.register(mySessionsRoutes, { sessions })
  await server.register(ownAccountRoutes, {
    ownPassword: services.ownPassword, ownTokens: services.ownTokens,
  })
  await server.register(invitationsRoutes, { config, cookie, passwordLinks })
  await server.register(passwordResetsRoutes, { config, passwordResets })
  await server.register(usersRoutes, { accounts, linkMail: services.linkMail, links, passwordLinks })
  await server.register(auditRoutes, { audit })
  await server.register(coursesRoutes, { config, accounts, courses, exports, links, traffic })
  await server.register(studentsRoutes, { config, courses, traffic })
  await server.register(courseTeachersRoutes, { teachers: services.courseTeachers })
  await server.register(exportsRoutes, { config, exports, gate, links, polls })
  await server.register(pseudonymsRoutes, { exports })
  await server.register(exportChangesRoutes, { config, exports, traffic })
  await server.register(jobsRoutes, {
    access, authentication, clock, closing: closing.signal, config, jobView, links, polls,
    queue, runner,
  })
  await server.register(filesRoutes, { access, authentication, config, fillIns, files, now: clock.now })
  await server.register(courseFilesRoutes, { config, courses, exports, files, gate, links, room })
  await server.register(importsRoutes, { access, config, gate, imports, jobView, links, room, undos })
  await server.register(fillInRoutes, { config, fillIns, gate, links, room })
  await server.register(storageRoutes, { config, courses, files, freeBytes, links, housekeeping })
  await server.register(nodesRoutes, { nodes })
  await server.register(pageRoutes, { publicPath: links.prefix })
  return {
    server,
    gate,
    routes,
    prepare: schemas.computeAll,
    async drain () {
      if (!mayHaveOthers(config) || config.NODE_ROLE === 'worker') return
      await drain(server.server, { clock, ms: config.SHUTDOWN_DRAIN_MS })
    },
  }
}
