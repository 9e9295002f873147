// Who is asking, for which course, and may they: hooks that run before a body is read, judged 401, then 404, then 403.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CourseRow } from '../../db/courses.queries.ts'
import { ServiceError } from '../errors.ts'
import { courseAccess, type Principal, type Scope } from '../features/accounts/access.ts'
import type { Services } from '../services.ts'

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null
    course: CourseRow | null
  }
}

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

export interface AccessHooks {
  /** Somebody with a valid token. */
  signedIn: Hook
  /** A teacher of the course in the address (`:course_id`) or an administrator, with the scope. */
  course: (scope: Scope) => Hook[]
  /** Somebody with the scope; `admin` only administrators have. */
  scope: (scope: Scope) => Hook[]
}

export function accessHooks ({ accounts, db }: Services): AccessHooks {
  const signedIn: Hook = async (request, reply) => {
    const token = bearerToken(request)
    const principal = token === undefined ? undefined : await accounts.authenticate(token)
    if (principal === undefined) {
      reply.header('www-authenticate', 'Bearer')
      throw new ServiceError('UNAUTHENTICATED')
    }
    request.principal = principal
  }
  return {
    signedIn,
    course: (scope) => [signedIn, async (request) => {
      const { course_id: id } = request.params as { course_id: string }
      const courseId = idOf(id)
      const access = courseId === undefined ? undefined : await courseAccess(db.reads, principalOf(request), courseId)
      if (access === undefined) throw new ServiceError('COURSE_NOT_FOUND')
      if (!access.allowed) throw new ServiceError('NOT_A_TEACHER')
      requireScope(principalOf(request), scope)
      request.course = access.course
    }],
    scope: (scope) => [signedIn, async (request) => { requireScope(principalOf(request), scope) }],
  }
}

/** Throws INSUFFICIENT_SCOPE. */
export function requireScope (principal: Principal, scope: Scope): void {
  if (!principal.scopes.has(scope)) throw new ServiceError('INSUFFICIENT_SCOPE')
}

/** The principal of a request that passed `signedIn`. */
export function principalOf (request: FastifyRequest): Principal {
  if (request.principal === null) throw new Error('a route that asks for the principal lacks the hook that finds it')
  return request.principal
}

/** The course of a request that passed `course`. */
export function courseOf (request: FastifyRequest): CourseRow {
  if (request.course === null) throw new Error('a route that asks for the course lacks the hook that finds it')
  return request.course
}

/** A positive decimal integer from an address; undefined: it is none, so nothing has it. */
export function idOf (text: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined
}

function bearerToken (request: FastifyRequest): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/=-]{1,4096})$/i.exec(request.headers.authorization ?? '')?.[1]
}
