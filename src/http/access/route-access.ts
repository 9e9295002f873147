// Who may use which route. Every route declares it in its `config`; one hook makes the declaration hold:
// checks run before the body is read, in the order 401, 404, 403.
import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler, RouteOptions } from 'fastify'
import type { Config } from '../../config.ts'
import { DomainError } from '../../errors.ts'
import type { Access, CourseRow, JobRow, Principal, Scope } from '../../accounts/access.ts'
import type { Authentication } from './authentication.ts'
import { recordsAction, type AuditLog } from './audit-hook.ts'
import type { PollCache } from '../poll-cache.ts'
import { isSameOrigin, isStateChanging } from './same-origin.ts'
import { idOf } from '../schemas/common.ts'

/** Who may use a route, and what others get. */
export type Who =
  /** Everyone, signed in or not. */
  | 'public'
  /** Everyone, from a page of the site itself. Others get 403 CROSS_ORIGIN. */
  | 'same-origin'
  /** Everyone who is signed in. Others get 401 UNAUTHENTICATED, as with all of the following. */
  | 'user'
  /**
   * Everyone who is signed in by cookie, on the page. Others get 401 UNAUTHENTICATED, tokens 403
   * INSUFFICIENT_SCOPE.
   */
  | 'cookie'
  /** Teachers and administrators. Students get 403 NOT_A_TEACHER. */
  | 'staff'
  /** Teachers of the course in the address (`:course_id`), administrators. Others get 403 NOT_A_TEACHER. */
  | 'course'
  /**
   * Requesters of the job in the address (`:job_id`), teachers of its course, and administrators. For others
   * it does not exist: 404 JOB_NOT_FOUND.
   */
  | 'job'
  /** Administrators. Others get 403 INSUFFICIENT_SCOPE. */
  | 'admin'
  /**
   * Everyone who has the link; with FILE_ACCESS=session as for a course, and for others the file does not
   * exist: 404 FILE_NOT_FOUND. The route itself checks the file.
   */
  | 'file'
  /**
   * The session's own user, signed in by cookie, and administrators. For others it does not exist: 404
   * SESSION_NOT_FOUND. The route itself checks the session.
   */
  | 'session'

/**
 * Who may use a route, and the scope that a token needs. A scope that a role never has closes the route to
 * that role.
 */
type Rule =
  | { who: 'public' | 'same-origin' | 'session' | 'cookie', scope?: undefined }
  | { who: 'user' | 'staff', scope?: Scope }
  | { who: 'course' | 'job' | 'file', scope: Scope }
  | { who: 'admin', scope: 'admin' }

/** The access of a route: a row of the table in docs/security.md. */
export type RouteAccess = Rule & {
  /** The action in the audit log; absent: the log has no entry. */
  audit?: string
  /** The same for a route that only reads: the log has an entry if AUDIT_READS is set. */
  auditRead?: string
  /** Requests that need no check: they carry a credential of another kind. */
  exempt?: (request: FastifyRequest) => boolean
}

declare module 'fastify' {
  interface FastifyContextConfig { access: RouteAccess }
  interface FastifyRequest {
    principal: Principal | null
    course: CourseRow | null
    job: JobRow | null
  }
}

/** Routes that plugins register, which cannot declare their access. */
const PLUGIN_ROUTES: Readonly<Record<string, RouteAccess>> = {
  // @fastify/cors answers preflight requests.
  'OPTIONS *': { who: 'public' },
  // @fastify/static serves the files of the page.
  'HEAD,GET /assets/*': { who: 'public' },
}

interface EnforceAccessOptions {
  authentication: Authentication
  access: Pick<Access, 'course' | 'job'>
  audit: AuditLog
  polls: PollCache
  config: Pick<Config, 'AUDIT_READS' | 'FILE_ACCESS' | 'PUBLIC_URL'>
}

export interface RegisteredRoute {
  method: string
  url: string
  access: RouteAccess
}

/**
 * Enforces what routes declare, for all routes that are registered from now on, and returns the list to which
 * they are added. Registering a route without a declaration throws.
 */
export function enforceAccess (
  app: FastifyInstance,
  { authentication, access, audit, polls, config }: EnforceAccessOptions
): readonly RegisteredRoute[] {
  const routes: RegisteredRoute[] = []
  for (const name of ['principal', 'course', 'job', 'audited'] as const) app.decorateRequest(name, null)

  app.addHook('onRoute', (route) => {
    const declared = accessOf(route)
    for (const method of [route.method].flat()) routes.push({ method, url: route.url, access: declared })
    route.onRequest = [checkOf(declared) ?? [], route.onRequest ?? []].flat()
    const action = declared.audit ?? (config.AUDIT_READS ? declared.auditRead : undefined)
    // A HEAD request gives nothing away.
    if (action === undefined || route.method === 'HEAD') return
    route.onResponse = [recordsAction(action, audit), route.onResponse ?? []].flat()
  })
  return routes

  function checkOf ({ who, scope, exempt }: RouteAccess): onRequestAsyncHookHandler | undefined {
    if (who === 'public') return undefined
    if (who === 'file' && config.FILE_ACCESS === 'link') {
      // A download by a user is theirs, although the link would be enough.
      return async (request) => { await authentication.identify(request) }
    }
    return async (request, reply) => {
      if (exempt?.(request) === true) return
      if (who === 'same-origin') return requireSameOrigin(request)
      const principal = await authentication.signIn(request, reply)
      if (who === 'cookie' && principal.credential.kind !== 'session') {
        throw new DomainError('INSUFFICIENT_SCOPE', {
          detail: 'A token may not do this. Sign in on the page.',
        })
      }
      if (who === 'course') await requireCourse(request, principal)
      if (who === 'job') await requireJob(request, principal)
      if (who === 'staff' && principal.role === 'student') {
        throw new DomainError('NOT_A_TEACHER', { detail: 'Only teachers and administrators may do this.' })
      }
      if (scope !== undefined && who !== 'file') requireScope(principal, scope)
      // A page of another site can make a browser send its cookie.
      if (principal.credential.kind === 'session' && isStateChanging(request)) requireSameOrigin(request)
    }
  }

  async function requireCourse (request: FastifyRequest, principal: Principal): Promise<void> {
    const courseId = idOf(addressOf(request).course_id)
    const found = courseId === undefined
      ? undefined
      : await polls.get(
        `course ${courseId} ${principal.userId}`, () => access.course(principal, courseId), 'people'
      )
    if (found === undefined) throw new DomainError('COURSE_NOT_FOUND')
    if (!found.allowed) throw new DomainError('NOT_A_TEACHER')
    request.course = found.course
  }

  async function requireJob (request: FastifyRequest, principal: Principal): Promise<void> {
    const jobId = idOf(addressOf(request).job_id)
    const job = jobId === undefined
      ? undefined
      : await polls.get(
        `job ${jobId} ${principal.userId}`, () => access.job(principal, jobId), { job: jobId }
      )
    if (job === undefined) throw new DomainError('JOB_NOT_FOUND')
    request.job = job
  }

  function requireSameOrigin (request: FastifyRequest): void {
    if (!isSameOrigin(request, config.PUBLIC_URL)) throw new DomainError('CROSS_ORIGIN')
  }
}

function accessOf ({ method, url, config }: RouteOptions): RouteAccess {
  const access = config?.access ?? PLUGIN_ROUTES[`${String(method)} ${url}`]
  if (access === undefined) {
    throw new Error(`${String(method)} ${url} does not declare its access: config.access is missing.`)
  }
  return access
}

/** Throws INSUFFICIENT_SCOPE. */
export function requireScope (principal: Principal, scope: Scope): void {
  if (!principal.scopes.has(scope)) throw new DomainError('INSUFFICIENT_SCOPE')
}

/** Who sent the request, on a route that is not public. */
export function principalOf (request: FastifyRequest): Principal {
  if (request.principal === null) throw new Error('a public route has no principal')
  return request.principal
}

/** The course in the address, on a route for `course`. */
export function courseOf (request: FastifyRequest): CourseRow {
  if (request.course === null) throw new Error('only a route for "course" has a course')
  return request.course
}

/** The job in the address, on a route for `job`. */
export function jobOf (request: FastifyRequest): JobRow {
  if (request.job === null) throw new Error('only a route for "job" has a job')
  return request.job
}

function addressOf (request: FastifyRequest) {
  return request.params as Partial<Record<'course_id' | 'job_id', string>>
}
