import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { Principal } from '../../accounts/access.ts'
import { MAX_PASSWORD_LENGTH } from '../../accounts/passwords.ts'
import type { Sessions } from '../../accounts/sessions.ts'
import { DomainError } from '../../errors.ts'
import { principalOf } from '../access/route-access.ts'
import type { SignedCookie } from '../cookies/signed-cookie.ts'
import { errors } from '../schemas/common.ts'
import { principalSchema } from '../schemas/users.ts'

const tags = ['Session']

interface SignInRoutesOptions {
  cookie: SignedCookie
  sessions: Pick<Sessions, 'end' | 'signIn'>
}

export const signInRoutes: FastifyPluginAsyncTypebox<SignInRoutesOptions> = async (
  app,
  { cookie, sessions }
) => {
  app.post('/api/session', {
    config: { access: { who: 'same-origin', audit: 'session.begin' } },
    schema: {
      tags,
      summary: 'Sign in: begins a session and sets its cookie',
      security: [],
      body: Type.Object({
        email: Type.String({ minLength: 1, maxLength: 254 }),
        password: Type.String({ minLength: 1, maxLength: MAX_PASSWORD_LENGTH }),
      }, { additionalProperties: false }),
      response: { 200: principalSchema, ...errors(400, 401, 403, 413, 415, 429, 503) },
    },
  }, async (request, reply) => {
    const begun = await sessions.signIn(request.body, {
      address: request.ip,
      userAgent: request.headers['user-agent'],
      previous: cookie.read(request),
    })
    if ('waitMs' in begun) throw tooManySignIns(begun.waitMs)
    request.audited = { actorId: 'refused' in begun ? begun.userId : begun.principal.userId }
    if ('refused' in begun) throw new DomainError('BAD_CREDENTIALS')
    cookie.set(reply, begun.secret)
    return reply.header('cache-control', 'no-store').send(principalJson(begun.principal))
  })

  app.get('/api/session', {
    config: { access: { who: 'user' } },
    schema: {
      tags,
      summary: 'The user who is signed in, or the user of the token',
      response: { 200: principalSchema, ...errors(401) },
    },
  }, async (request) => principalJson(principalOf(request)))

  app.delete('/api/session', {
    config: { access: { who: 'user', audit: 'session.end' } },
    schema: {
      tags,
      summary: 'Sign out: ends the session',
      response: { 204: Type.Null(), ...errors(401, 403) },
    },
  }, async (request, reply) => {
    const { credential } = principalOf(request)
    if (credential.kind === 'session') await sessions.end(credential.id)
    cookie.clear(reply)
    return await reply.code(204).send(null)
  })
}

/** `waitMs`: how long to wait before the next one. */
export function tooManySignIns (waitMs: number): DomainError {
  return new DomainError('RATE_LIMITED', {
    detail: 'Too many sign-ins failed. Wait a moment, then try again.',
    retryAfterSeconds: Math.ceil(waitMs / 1000),
  })
}

export function principalJson ({ userId, email, firstName, lastName, role }: Principal) {
  return { id: userId, email, first_name: firstName, last_name: lastName, role }
}
