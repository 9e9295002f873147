import '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'

const NAME = 'perfbook_session'

/** The signed cookie that holds a session's secret. */
export interface SessionCookie {
  /** The secret of a cookie that carries our signature; undefined: there is none. */
  read: (request: FastifyRequest) => string | undefined
  set: (reply: FastifyReply, secret: string) => void
  clear: (reply: FastifyReply) => void
}

/** `prefix` is PUBLIC_URL's path. Without a time limit of its own: it goes with the browser, and the session ends on the server. */
export function sessionCookie (publicUrl: string, prefix: string): SessionCookie {
  const options = (reply: FastifyReply) => ({
    path: prefix === '' ? '/' : prefix,
    httpOnly: true,
    sameSite: 'lax' as const,
    secure: publicUrl.startsWith('https:') || reply.request.protocol === 'https',
  })
  return {
    read (request) {
      const given = request.cookies[NAME]
      const { valid, value } = given === undefined ? { valid: false, value: null } : request.unsignCookie(given)
      return valid && value !== null ? value : undefined
    },
    set (reply, secret) { reply.setCookie(NAME, secret, { ...options(reply), signed: true }) },
    clear (reply) { reply.clearCookie(NAME, options(reply)) },
  }
}
