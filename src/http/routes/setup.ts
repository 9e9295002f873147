import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../../accounts/passwords.ts'
import type { Setup } from '../../accounts/setup.ts'
import type { Config } from '../../config.ts'
import { DomainError } from '../../errors.ts'
import { isoTime } from '../../iso-time.ts'
import { NAME_MAX } from '../../short-text.ts'
import type { SignedCookie } from '../cookies/signed-cookie.ts'
import { errors, time } from '../schemas/common.ts'
import { principalSchema } from '../schemas/users.ts'
import { linkRateLimit } from './invitations.ts'
import { principalJson } from './sign-in.ts'

const tags = ['Setup']
/** In the body and not in the address: addresses end up in logs. */
const token = Type.String({
  minLength: 1, maxLength: 100, description: 'The part of the link after `#setup=`',
})

interface SetupRoutesOptions {
  config: Pick<Config, 'INVITATION_RATE_MAX'>
  cookie: SignedCookie
  setup: Pick<Setup, 'find' | 'redeem'>
}

/** The setup link is used here. The page is opened as `/#setup=TOKEN`. */
export const setupRoutes: FastifyPluginAsyncTypebox<SetupRoutesOptions> = async (
  app,
  { config, cookie, setup }
) => {
  const rateLimit = linkRateLimit(config)

  app.post('/api/setup/check', {
    config: { access: { who: 'same-origin' }, rateLimit },
    schema: {
      tags,
      summary: 'Whether a setup link is valid',
      security: [],
      body: Type.Object({ token }, { additionalProperties: false }),
      response: { 200: Type.Object({ expires_at: time }), ...errors(400, 403, 404, 410, 429) },
    },
  }, async (request, reply) => {
    const expiresAt = await setup.find(request.body.token)
    if (expiresAt === undefined) throw new DomainError('SETUP_LINK_NOT_FOUND')
    return reply.header('cache-control', 'no-store').send({ expires_at: isoTime(expiresAt) })
  })

  app.post('/api/setup', {
    config: { access: { who: 'same-origin', audit: 'user.setup' }, rateLimit },
    schema: {
      tags,
      summary: 'Create the account of the first administrator with the setup link, and sign in',
      description: 'If the service already has an administrator, the response is 410.',
      security: [],
      body: Type.Object({
        token,
        name: Type.Optional(Type.String({ maxLength: NAME_MAX, description: 'First and last name' })),
        email: Type.String({ minLength: 1, maxLength: 254 }),
        password: Type.String({ minLength: MIN_PASSWORD_LENGTH, maxLength: MAX_PASSWORD_LENGTH }),
        school: Type.Optional(Type.String({
          maxLength: NAME_MAX, description: 'The school of courses whose files do not name one',
        })),
      }, { additionalProperties: false }),
      response: { 201: principalSchema, ...errors(400, 403, 404, 409, 410, 429, 503) },
    },
  }, async (request, reply) => {
    const { token, name = '', email, password, school = '' } = request.body
    const begun = await setup.redeem(token, { name, email, password, school }, {
      address: request.ip,
      userAgent: request.headers['user-agent'],
      previous: cookie.read(request),
    })
    if (begun === undefined) throw new DomainError('SETUP_LINK_NOT_FOUND')
    const { userId } = begun.principal
    request.audited = { actorId: userId, subject: `user ${userId}, admin` }
    cookie.set(reply, begun.secret)
    return await reply.code(201).header('cache-control', 'no-store').send(principalJson(begun.principal))
  })
}
