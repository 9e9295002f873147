import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { stateText } from '../../accounts/account-state.ts'
import type { Accounts, UserRow } from '../../accounts/accounts.ts'
import type { LinkMail } from '../../accounts/link-mail.ts'
import type { PasswordLinks } from '../../accounts/password-links.ts'
import { DomainError } from '../../errors.ts'
import { principalOf } from '../access/route-access.ts'
import type { Links } from '../links.ts'
import { errors, idOf } from '../schemas/common.ts'
import { accountSchema, oneTimeLinkSchema } from '../schemas/users.ts'
import { userJson } from '../user-json.ts'
import { createInvite, invitedAnySchema, invitedManySchema, invitedPeopleSchema } from './invite-users.ts'
import { refusal } from '../../refusals.ts'

const tags = ['Users']
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
  const { inviteOne, inviteAll, linkFor } = createInvite({ accounts, linkMail, links, passwordLinks })

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
      summary: 'Invite a person, or a list of people: gives email addresses a role and makes one-time ' +
        'links (administrator)',
      description: 'For a list, the response has one answer for each person, in the same order, and its ' +
        'status is 201 if at least one was invited, otherwise 200.',
      body: invitedPeopleSchema,
      response: {
        200: invitedManySchema,
        201: invitedAnySchema,
        ...errors(400, 401, 403, 409),
      },
    },
  }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    if (Array.isArray(request.body)) {
      const answers = await inviteAll(request, request.body)
      return await reply.code(answers.some(({ error }) => error === null) ? 201 : 200).send(answers)
    }
    return await reply.code(201).send(await inviteOne(request, request.body))
  })

  app.patch('/api/users/:user_id', {
    config: { access: { who: 'admin', scope: 'admin', audit: 'user.role' } },
    schema: {
      tags,
      summary: 'Change the role of another user (administrator)',
      params,
      body: Type.Object({
        role: Type.Enum(['admin', 'teacher', 'student']),
      }, { additionalProperties: false }),
      response: { 200: accountSchema, ...errors(400, 401, 403, 404, 409) },
    },
  }, async (request) => {
    const { id } = await userOf(request)
    const { role } = request.body
    // Otherwise there might be no administrator left to undo it.
    if (id === principalOf(request).userId) {
      throw new DomainError('VALIDATION_FAILED', {
        detail: refusal('own_role'),
      })
    }
    const { user, state, before } = await accounts.setRole(id, role)
    request.audited = { entries: role === before ? [] : [{ changes: { role: [before, role] } }] }
    return userJson(user, state)
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
    return await reply.code(201).header('cache-control', 'no-store').send((await linkFor(request, user)).json)
  })

  app.post('/api/users/:user_id/disable', {
    config: { access: { who: 'admin', scope: 'admin', audit: 'user.disable' } },
    schema: {
      tags,
      summary: 'Disable a user: sign-in is refused, sessions end, tokens are invalid (administrator)',
      params,
      response: { 200: accountSchema, ...errors(400, 401, 403, 404, 409) },
    },
  }, async (request) => {
    const { id } = await userOf(request)
    // Otherwise there might be no administrator left to undo it.
    if (id === principalOf(request).userId) {
      throw new DomainError('VALIDATION_FAILED', {
        detail: refusal('own_account'),
      })
    }
    const { user, state } = await accounts.disable(id, { keepsAdministrator: true })
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
