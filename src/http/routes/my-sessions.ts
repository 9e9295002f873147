import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { Sessions } from '../../accounts/sessions.ts'
import { DomainError } from '../../errors.ts'
import { isoTime } from '../../iso-time.ts'
import { principalOf } from '../access/route-access.ts'
import { errors, id, idOf } from '../schemas/common.ts'
import { sessionSchema } from '../schemas/users.ts'

const tags = ['Session']

interface MySessionsRoutesOptions {
  sessions: Pick<Sessions, 'end' | 'find' | 'list'>
}

/** A user's sessions, and how to end them. */
export const mySessionsRoutes: FastifyPluginAsyncTypebox<MySessionsRoutesOptions> = async (
  app,
  { sessions }
) => {
  app.get('/api/sessions', {
    config: { access: { who: 'user', scope: 'read' } },
    schema: {
      tags,
      summary: "Live sessions, newest first: the user's own; for an administrator, all",
      querystring: Type.Object({ user_id: Type.Optional(id) }),
      response: { 200: Type.Array(sessionSchema), ...errors(400, 401, 403) },
    },
  }, async (request, reply) => {
    const { role, userId, credential } = principalOf(request)
    const rows = await sessions.list(role === 'admin' ? request.query.user_id : userId)
    return reply.send(rows.map((row) => ({
      id: row.id,
      user_id: row.user_id,
      email: row.email,
      address: row.address,
      user_agent: row.user_agent,
      created_at: isoTime(row.created_at),
      last_used_at: isoTime(row.last_used_at),
      is_current: credential.kind === 'session' && credential.id === row.id,
    })))
  })

  app.delete('/api/sessions/:session_id', {
    config: { access: { who: 'session', audit: 'session.revoke' } },
    schema: {
      tags,
      summary: "End a session: one of the user's own, signed in by cookie; for an administrator, any",
      params: Type.Object({ session_id: Type.String() }),
      response: { 204: Type.Null(), ...errors(401, 403, 404) },
    },
  }, async (request, reply) => {
    const { userId, credential, scopes } = principalOf(request)
    const sessionId = idOf(request.params.session_id)
    const session = sessionId === undefined ? undefined : await sessions.find(sessionId)
    const isTheirs = scopes.has('admin') || (credential.kind === 'session' && session?.user_id === userId)
    if (session === undefined || !isTheirs || !await sessions.end(session.id)) {
      throw new DomainError('SESSION_NOT_FOUND')
    }
    return await reply.code(204).send(null)
  })
}
