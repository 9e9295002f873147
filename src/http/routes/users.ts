import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { stateText, userFacts, type AccountState } from '../../accounts/account-state.ts'
import type { Accounts, UserRow } from '../../accounts/accounts.ts'
import type { LinkMail } from '../../accounts/link-mail.ts'
import type { PasswordLinks } from '../../accounts/password-links.ts'
import { DomainError } from '../../errors.ts'
import { isoTime } from '../../iso-time.ts'
import { principalOf } from '../access/route-access.ts'
import type { Links } from '../links.ts'
import { errors, idOf, nullable } from '../schemas/common.ts'
import { accountSchema, oneTimeLinkSchema } from '../schemas/users.ts'

const tags = ['Users']
const name = nullable(Type.String({ maxLength: 200 }))

const params = Type.Object({ user_id: Type.String({ description: 'Id of a user' }) })

interface UsersRoutesOptions {
  accounts: Accounts
  /** Undefined: no mail server is set up. */
  linkMail: LinkMail | undefined
  links: Links
  passwordLinks: Pick<PasswordLinks, 'create'>
}

/** People, for administrators. */
export const usersRoutes: FastifyPluginAsyncTypebox<UsersRoutesOptions> = async (
  app,
  { accounts, linkMail, links, passwordLinks }
) => {
  async function userOf (request: FastifyRequest): Promise<UserRow> {
    const userId = idOf((request.params as { user_id: string }).user_id)
    const user = userId === undefined ? undefined : await accounts.find(userId)
    if (user === undefined) throw new DomainError('USER_NOT_FOUND')
    return user
  }
  async function linkFor (request: FastifyRequest, user: UserRow) {
    const { secret, expiresAt } = await passwordLinks.create(user.id)
    const url = links.invitation(request, secret)
    const outcome = await linkMail?.send({
      to: user.email,
      kind: user.password_hash === null ? 'invitation' : 'reset',
      url,
      expiresAt,
    })
    const mail = outcome === undefined
      ? {}
      : { mail: { sent: outcome.sent, reason: outcome.sent ? null : outcome.reason } }
    return { url, expires_at: isoTime(expiresAt), ...mail }
  }

  app.get('/api/users', {
    config: { access: { who: 'admin', scope: 'admin' } },
    schema: {
      tags,
      summary: 'All accounts (administrator)',
      response: { 200: Type.Array(accountSchema), ...errors(401, 403) },
    },
  }, async () => (await accounts.listWithStates()).map(({ user, state }) => userJson(user, state)))

  app.post('/api/users', {
    config: { access: { who: 'admin', scope: 'admin', audit: 'user.invite' } },
    schema: {
      tags,
      summary: 'Invite a person: gives an email address a role and makes a one-time link (administrator)',
      body: Type.Object({
        email: Type.String({ maxLength: 254, description: 'An email address' }),
        role: Type.Enum(['admin', 'teacher', 'student']),
        first_name: Type.Optional(name),
        last_name: Type.Optional(name),
      }, { additionalProperties: false }),
      response: {
        201: Type.Object({ user: accountSchema, invitation: oneTimeLinkSchema }),
        ...errors(400, 401, 403, 409),
      },
    },
  }, async (request, reply) => {
    const { email, role, first_name: firstName, last_name: lastName } = request.body
    const user = await accounts.add({ email, role, firstName: firstName ?? null, lastName: lastName ?? null })
    request.audited = { subject: `user ${user.id}, ${role}` }
    const json = userJson(user, await accounts.state(user))
    const invitation = await linkFor(request, user)
    return await reply.code(201).header('cache-control', 'no-store').send({ user: json, invitation })
  })

  app.post('/api/users/:user_id/reset', {
    config: { access: { who: 'admin', scope: 'admin', audit: 'user.reset' } },
    schema: {
      tags,
      summary: 'Make a one-time link for the user to choose a new password (administrator)',
      params,
      response: { 201: oneTimeLinkSchema, ...errors(401, 403, 404, 409) },
    },
  }, async (request, reply) => {
    const user = await userOf(request)
    const state = await accounts.state(user)
    if (!state.mayEnter) {
      throw new DomainError('USER_DISABLED', {
        detail: `The account is ${stateText(state)}. Enable it first.`,
      })
    }
    return await reply.code(201).header('cache-control', 'no-store').send(await linkFor(request, user))
  })

  app.post('/api/users/:user_id/disable', {
    config: { access: { who: 'admin', scope: 'admin', audit: 'user.disable' } },
    schema: {
      tags,
      summary: 'Disable a user: sign-in is refused, sessions end, tokens are invalid (administrator)',
      params,
      response: { 200: accountSchema, ...errors(400, 401, 403, 404) },
    },
  }, async (request) => {
    const { id } = await userOf(request)
    // Otherwise there might be no administrator left to undo it.
    if (id === principalOf(request).userId) {
      throw new DomainError('VALIDATION_FAILED', {
        detail: 'user_id: you cannot disable yourself; ask another administrator',
      })
    }
    const { user, state } = await accounts.disable(id)
    return userJson(user, state)
  })

  app.post('/api/users/:user_id/enable', {
    config: { access: { who: 'admin', scope: 'admin', audit: 'user.enable' } },
    schema: {
      tags,
      summary: 'Enable a disabled user, until a roster disables them again (administrator)',
      params,
      response: { 200: accountSchema, ...errors(400, 401, 403, 404) },
    },
  }, async (request) => {
    const { user, state } = await accounts.enable((await userOf(request)).id)
    return userJson(user, state)
  })
}

function userJson (user: UserRow, state: AccountState) {
  return {
    ...userFacts({ user, state }),
    disabled_by: state.byAdministrator ? 'administrator' as const : state.byRoster ? 'roster' as const : null,
    disabled_in: state.courses,
    created_at: isoTime(user.created_at),
    last_sign_in_at: isoTime(user.last_sign_in_at),
  }
}
