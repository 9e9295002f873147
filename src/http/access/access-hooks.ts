// Who is asking, for which course, and may they: hooks that run before a body is read, judged 401, then 404,
// then 403.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CourseRow } from '../../../db/queries/courses.ts'
import { ServiceError } from '../../errors.ts'
import { courseAccess, type Principal, type Scope } from '../../accounts/access.ts'
import { IssuerUnavailableError } from '../../accounts/issuer-unavailable.ts'
import type { Services } from '../../services.ts'
import { isSameOrigin, isStateChanging } from './same-origin.ts'
import type { SessionCookie } from '../cookies/session-cookie.ts'

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null
    course: CourseRow | null
  }
}

/** Where the keys of an application's tokens cannot be had. */
const ISSUER_RETRY_S = 10

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

export interface AccessHooks {
  /** Somebody with a valid token, or the cookie of a session that lives. */
  signedIn: Hook
  /**
   * Checks again who sent the request, for long responses; undefined: the token or session is no longer
   * valid, or that cannot be checked. This does not count as a use of the session.
   */
  stillSignedIn: (request: FastifyRequest) => Promise<Principal | undefined>
  /** A page of this site: for what needs no credentials and changes something all the same. */
  sameOrigin: Hook
  /** A teacher of the course in the address (`:course_id`) or an administrator, with the scope. */
  course: (scope: Scope) => Hook[]
  /** Somebody with the scope; `admin` only administrators have. */
  scope: (scope: Scope) => Hook[]
}

export function accessHooks (
  { accounts, applicationTokens, sessions, db, config }: Services,
  cookie: SessionCookie
): AccessHooks {
  async function principalBehind (
    request: FastifyRequest,
    options = { notesUse: true }
  ): Promise<Principal | undefined> {
    // Whoever sends a token means it: a cookie that the browser adds does not count then.
    if (request.headers.authorization !== undefined) {
      const token = bearerToken(request)
      if (token === undefined) return undefined
      return isJwt(token)
        ? await applicationTokens?.authenticate(token).catch(unavailable)
        : await accounts.authenticate(token, options)
    }
    const secret = cookie.read(request)
    return secret === undefined ? undefined : await sessions.authenticate(secret, options)
  }
  const signedIn: Hook = async (request, reply) => {
    const principal = await principalBehind(request)
    if (principal === undefined) {
      reply.header('www-authenticate', 'Bearer')
      throw new ServiceError('UNAUTHENTICATED')
    }
    request.principal = principal
  }
  return {
    signedIn,
    stillSignedIn: (request) => principalBehind(request, { notesUse: false }).catch(noOne),
    sameOrigin: async (request) => {
      requireSameOrigin(request, config.PUBLIC_URL)
    },
    course: (scope) => [signedIn, async (request) => {
      const { course_id: id } = request.params as { course_id: string }
      const courseId = idOf(id)
      const access = courseId === undefined
        ? undefined
        : await courseAccess(db, principalOf(request), courseId)
      if (access === undefined) throw new ServiceError('COURSE_NOT_FOUND')
      if (!access.allowed) throw new ServiceError('NOT_A_TEACHER')
      requireScope(principalOf(request), scope)
      request.course = access.course
    }],
    scope: (scope) => [signedIn, async (request) => {
      requireScope(principalOf(request), scope)
    }],
  }
}

/**
 * No page of another site can make a browser change something here with the cookie that it holds. A hook for
 * all routes, that none can forget: it runs after all that judges 401, 404 and 403, and before the body is
 * read.
 */
export function guardCookies (app: FastifyInstance, { config }: Services): void {
  app.addHook('preParsing', (request, reply, payload, next) => {
    if (request.principal?.credential.kind === 'session' && isStateChanging(request)) {
      requireSameOrigin(request, config.PUBLIC_URL)
    }
    next()
  })
}

function requireSameOrigin (request: FastifyRequest, publicUrl: string): void {
  if (!isSameOrigin(request, publicUrl)) throw new ServiceError('CROSS_ORIGIN')
}

/** Throws INSUFFICIENT_SCOPE. */
export function requireScope (principal: Principal, scope: Scope): void {
  if (!principal.scopes.has(scope)) throw new ServiceError('INSUFFICIENT_SCOPE')
}

/** The principal of a request that passed `signedIn`. */
export function principalOf (request: FastifyRequest): Principal {
  if (request.principal === null) {
    throw new Error('a route that asks for the principal lacks the hook that finds it')
  }
  return request.principal
}

/** The course of a request that passed `course`. */
export function courseOf (request: FastifyRequest): CourseRow {
  if (request.course === null) {
    throw new Error('a route that asks for the course lacks the hook that finds it')
  }
  return request.course
}

/** A positive decimal integer from an address; undefined: it is none, so nothing has it. */
export function idOf (text: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined
}

/** Three parts (RFC 7515, 3.1); our own tokens have no dot. */
function isJwt (token: string): boolean {
  return token.split('.').length === 3
}

function unavailable (error: unknown): never {
  throw error instanceof IssuerUnavailableError
    ? new ServiceError('ISSUER_UNAVAILABLE', undefined, ISSUER_RETRY_S)
    : error
}

/** If the sign-in provider does not respond, the stream ends; the client reconnects and gets the error. */
function noOne (error: unknown): undefined {
  if (!(error instanceof ServiceError)) throw error
}

function bearerToken (request: FastifyRequest): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/=-]{1,4096})$/i.exec(request.headers.authorization ?? '')?.[1]
}
