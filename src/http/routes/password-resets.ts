import { finished } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { PasswordResets } from '../../accounts/password-resets.ts'
import type { Config } from '../../config.ts'
import { errors } from '../schemas/common.ts'
import { linkRateLimit } from './invitations.ts'

interface PasswordResetsRoutesOptions {
  config: Pick<Config, 'INVITATION_RATE_MAX'>
  passwordResets: Pick<PasswordResets, 'request'>
}

export const passwordResetsRoutes: FastifyPluginAsyncTypebox<PasswordResetsRoutesOptions> = async (
  app,
  { config, passwordResets }
) => {
  app.post('/api/password-resets', {
    config: { access: { who: 'same-origin', audit: 'user.reset' }, rateLimit: linkRateLimit(config) },
    schema: {
      tags: ['Session'],
      summary: 'Forgot password: mails a one-time link to a user who has a password',
      description:
        'The response is the same for every email address. Nothing is mailed if no mail server is set up, ' +
        'or PUBLIC_URL is not set: see `password_reset` of `/api/sign-in-options`.',
      security: [],
      body: Type.Object({
        email: Type.String({ minLength: 1, maxLength: 254 }),
      }, { additionalProperties: false }),
      response: { 202: Type.Object({}), ...errors(400, 403, 413, 415, 429) },
    },
  }, async (request, reply) => {
    const { body: { email }, ip: address } = request
    // The work writes its own entry, which names the user.
    request.audited = { entries: [] }
    finished(reply.raw, () => { passwordResets.request({ email, address }) })
    return await reply.code(202).header('cache-control', 'no-store').send({})
  })
}
