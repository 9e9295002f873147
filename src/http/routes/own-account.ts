// A user's own account: password and API tokens. Only for sessions of the page: a token must not make tokens,
// and someone who has found one must not change the password.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { SCOPES, SCOPES_OF_ROLE, type Principal, type Scope } from '../../accounts/access.ts'
import type { OwnPassword } from '../../accounts/own-password.ts'
import type { OwnTokens, TokenRow } from '../../accounts/own-tokens.ts'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '../../accounts/passwords.ts'
import { DomainError } from '../../errors.ts'
import { isoTime, timeOfText } from '../../iso-time.ts'
import { NAME_MAX } from '../../short-text.ts'
import { principalOf } from '../access/route-access.ts'
import { errors, idOf, nullable } from '../schemas/common.ts'
import { newTokenSchema, tokenSchema } from '../schemas/users.ts'
import { tooManySignIns } from './sign-in.ts'

const tags = ['Account']

interface OwnAccountRoutesOptions {
  ownPassword: OwnPassword
  ownTokens: OwnTokens
}

export const ownAccountRoutes: FastifyPluginAsyncTypebox<OwnAccountRoutesOptions> = async (
  app,
  { ownPassword, ownTokens }
) => {
  app.put('/api/session/password', {
    config: { access: { who: 'cookie', audit: 'user.password' } },
    schema: {
      tags,
      summary: 'Change your own password: your other sessions and one-time links end',
      body: Type.Object({
        current: Type.String({ minLength: 1, maxLength: MAX_PASSWORD_LENGTH }),
        password: Type.String({ minLength: MIN_PASSWORD_LENGTH, maxLength: MAX_PASSWORD_LENGTH }),
      }, { additionalProperties: false }),
      response: { 204: Type.Null(), ...errors(400, 401, 403, 409, 413, 415, 429, 503) },
    },
  }, async (request, reply) => {
    const { userId, credential } = principalOf(request)
    const { current, password } = request.body
    const change = { userId, sessionId: credential.id, current, password, address: request.ip }
    const outcome = await ownPassword.change(change)
    if (typeof outcome === 'object') throw tooManySignIns(outcome.waitMs)
    request.audited = { subject: `user ${userId}` }
    if (outcome === 'refused') {
      throw new DomainError('BAD_CREDENTIALS', { detail: 'current: this is not your current password.' })
    }
    return await reply.code(204).send(null)
  })

  app.get('/api/tokens', {
    config: { access: { who: 'cookie' } },
    schema: {
      tags,
      summary: 'Your API tokens that are not revoked, newest first, without their secrets',
      response: { 200: Type.Array(tokenSchema), ...errors(401, 403) },
    },
  }, async (request) => {
    const principal = principalOf(request)
    return (await ownTokens.list(principal.userId)).map((row) => tokenJson(row, principal))
  })

  app.post('/api/tokens', {
    config: { access: { who: 'cookie', audit: 'token.create' } },
    schema: {
      tags,
      summary: 'Create an API token for yourself; the response shows it once',
      body: Type.Object({
        name: Type.String({
          minLength: 1, maxLength: NAME_MAX, description: 'For example, the program that uses it',
        }),
        scopes: Type.Optional(Type.Array(Type.Enum(SCOPES), {
          minItems: 1,
          uniqueItems: true,
          description: 'Default: everything that the role of the user may do',
        })),
        // Without a format: Ajv has none, and would say so at each start.
        expires_at: Type.Optional(nullable(Type.String({
          maxLength: 40,
          description: 'A time such as 2030-01-31T12:00:00Z. Default: null, which means never',
        }))),
      }, { additionalProperties: false }),
      response: { 201: newTokenSchema, ...errors(400, 401, 403, 413, 415) },
    },
  }, async (request, reply) => {
    const principal = principalOf(request)
    const { name, scopes, expires_at: expiresAt = null } = request.body
    const created = await ownTokens.create(principal.userId, { name, scopes, expiresAt: timeOf(expiresAt) })
    if (created === undefined) throw new DomainError('UNAUTHENTICATED')
    request.audited = { subject: `token ${created.row.id}` }
    return await reply.code(201).header('cache-control', 'no-store')
      .send({ ...tokenJson(created.row, principal), token: created.token })
  })

  app.delete('/api/tokens/:token_id', {
    config: { access: { who: 'cookie', audit: 'token.revoke' } },
    schema: {
      tags,
      summary: 'Revoke one of your API tokens',
      params: Type.Object({ token_id: Type.String() }),
      response: { 204: Type.Null(), ...errors(401, 403, 404) },
    },
  }, async (request, reply) => {
    const id = idOf(request.params.token_id)
    if (id === undefined || !await ownTokens.revoke(principalOf(request).userId, id)) {
      throw new DomainError('TOKEN_NOT_FOUND')
    }
    return await reply.code(204).send(null)
  })
}

/** Ms since 1970 of a time in a body. Throws VALIDATION_FAILED: schemas do not check the format. */
function timeOf (text: string | null): number | null {
  if (text === null) return null
  const at = timeOfText(text)
  if (at !== undefined) return at
  throw new DomainError('VALIDATION_FAILED', {
    detail: 'expires_at: must be a time such as 2030-01-31T12:00:00Z',
  })
}

function tokenJson (
  { id, name, scopes, created_at, last_used_at, expires_at }: TokenRow, { role }: Principal
) {
  const allowed = SCOPES_OF_ROLE[role]
  const given = scopes === null ? allowed : JSON.parse(scopes) as Scope[]
  return {
    id,
    name,
    scopes: allowed.filter((scope) => given.includes(scope)),
    created_at: isoTime(created_at),
    last_used_at: isoTime(last_used_at),
    expires_at: isoTime(expires_at),
  }
}
