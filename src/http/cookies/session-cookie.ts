import '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isOnHttps } from '../access/request-origin.ts'

const NAME = 'perfbook_session'

/**
 * The cookie's name. Browsers accept names with `__Host-` or `__Secure-` only over HTTPS, and `__Host-` only
 * from this exact host with the path `/` (RFC 6265bis, 4.1.3), so another site of the same domain cannot set
 * a session. They do not accept these names over plain HTTP.
 */
export function sessionCookieName ({ isHttps, prefix }: { isHttps: boolean, prefix: string }): string {
  if (!isHttps) return NAME
  return prefix === '' ? `__Host-${NAME}` : `__Secure-${NAME}`
}

/** The signed cookie with a session's secret. */
export interface SessionCookie {
  /** The secret, if the cookie has a valid signature. */
  read: (request: FastifyRequest) => string | undefined
  set: (reply: FastifyReply, secret: string) => void
  clear: (reply: FastifyReply) => void
}

/**
 * `prefix` is PUBLIC_URL's path. The cookie has no expiry date: browsers delete it when they close, and the
 * server ends the session.
 */
export function sessionCookie (publicUrl: string, prefix: string): SessionCookie {
  const nameOf = (request: FastifyRequest) =>
    sessionCookieName({ isHttps: isOnHttps(request, publicUrl), prefix })
  const options = (reply: FastifyReply) => ({
    path: prefix === '' ? '/' : prefix,
    httpOnly: true,
    sameSite: 'lax' as const,
    secure: isOnHttps(reply.request, publicUrl),
  })
  return {
    read (request) {
      const given = request.cookies[nameOf(request)]
      const { valid, value } = given === undefined
        ? { valid: false, value: null }
        : request.unsignCookie(given)
      return valid && value !== null ? value : undefined
    },
    set (reply, secret) {
      reply.setCookie(nameOf(reply.request), secret, { ...options(reply), signed: true })
    },
    clear (reply) {
      reply.clearCookie(nameOf(reply.request), options(reply))
    },
  }
}
