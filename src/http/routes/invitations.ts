import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { networkOf } from '../../accounts/network.ts'
import type { PasswordLinks } from '../../accounts/password-links.ts'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../../accounts/passwords.ts'
import type { Config } from '../../config.ts'
import { DomainError } from '../../errors.ts'
import { isoTime } from '../../iso-time.ts'
import type { SignedCookie } from '../cookies/signed-cookie.ts'
import { errors } from '../schemas/common.ts'
import { invitationSchema, principalSchema } from '../schemas/users.ts'
import { principalJson } from './sign-in.ts'

const tags = ['Session']
/** In the body and not in the address: addresses end up in logs. */
const token = Type.String({
  minLength: 1,
  maxLength: 100,
  description: 'The part of the link after `#invitation=`',
})

/** How often one network may use one-time links, or ask for them. */
export function linkRateLimit ({ INVITATION_RATE_MAX: max }: Pick<Config, 'INVITATION_RATE_MAX'>) {
  return {
    max,
    timeWindow: 60_000,
    keyGenerator: (request: FastifyRequest) => networkOf(request.ip),
    errorResponseBuilder: (request: FastifyRequest, { ttl }: { ttl: number }) =>
      new DomainError('RATE_LIMITED', {
        detail: 'Too many one-time links were tried from this address. Wait a moment, then try again.',
        retryAfterSeconds: Math.ceil(ttl / 1000),
      }),
  }
}

interface InvitationsRoutesOptions {
  config: Pick<Config, 'INVITATION_RATE_MAX'>
  cookie: SignedCookie
  passwordLinks: Pick<PasswordLinks, 'find' | 'redeem'>
}

/** One-time links are used here: invitations and resets. The page is opened as `/#invitation=TOKEN`. */
export const invitationsRoutes: FastifyPluginAsyncTypebox<InvitationsRoutesOptions> = async (
  app,
  { config, cookie, passwordLinks }
) => {
  const rateLimit = linkRateLimit(config)

  app.post('/api/invitations/check', {
    config: { access: { who: 'same-origin' }, rateLimit },
    schema: {
      tags,
      summary: 'The user of a one-time link, before they choose a password',
      security: [],
      body: Type.Object({ token }, { additionalProperties: false }),
      response: {
        200: invitationSchema,
        ...errors(400, 403, 404, 429),
      },
    },
  }, async (request, reply) => {
    const found = await passwordLinks.find(request.body.token)
    if (found === undefined) throw new DomainError('INVITATION_NOT_FOUND')
    const { user, expiresAt } = found
    return reply.header('cache-control', 'no-store').send({
      email: user.email,
      first_name: user.first_name,
      last_name: user.last_name,
      has_password: user.password_hash !== null,
      expires_at: isoTime(expiresAt),
    })
  })

  app.post('/api/invitations', {
    config: { access: { who: 'same-origin', audit: 'invitation.accept' }, rateLimit },
    schema: {
      tags,
      summary: 'Choose a password with a one-time link: signs in here, and out everywhere else',
      security: [],
      body: Type.Object({
        token,
        password: Type.String({ minLength: MIN_PASSWORD_LENGTH, maxLength: MAX_PASSWORD_LENGTH }),
      }, { additionalProperties: false }),
      response: { 200: principalSchema, ...errors(400, 403, 404, 429, 503) },
    },
  }, async (request, reply) => {
    const begun = await passwordLinks.redeem(request.body.token, request.body.password, {
      address: request.ip,
      userAgent: request.headers['user-agent'],
      previous: cookie.read(request),
    })
    if (begun === undefined) throw new DomainError('INVITATION_NOT_FOUND')
    request.audited = { actorId: begun.principal.userId }
    cookie.set(reply, begun.secret)
    return reply.header('cache-control', 'no-store').send(principalJson(begun.principal))
  })
}
