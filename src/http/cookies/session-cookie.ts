import '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isOnHttps } from '../access/request-origin.ts'

const NAME = 'perfbook_session'

/**
 * The cookie's name. Browsers take a name with `__Host-` or `__Secure-` only over HTTPS and, for `__Host-`,
 * only from this very host at `/` (RFC 6265bis, 4.1.3): another site below the same domain cannot plant a
 * session. On plain HTTP they do not know it.
 */
export function sessionCookieName ({ isHttps, prefix }: { isHttps: boolean, prefix: string }): string {
  if (!isHttps) return NAME
  return prefix === '' ? `__Host-${NAME}` : `__Secure-${NAME}`
}

/** The signed cookie that holds a session's secret. */
export interface SessionCookie {
  /** The secret of a cookie that carries our signature; undefined: there is none. */
  read: (request: FastifyRequest) => string | undefined
  set: (reply: FastifyReply, secret: string) => void
  clear: (reply: FastifyReply) => void
}

/**
 * `prefix` is PUBLIC_URL's path. Without a time limit of its own: it goes with the browser, and the session
 * ends on the server.
 */
export function sessionCookie (publicUrl: string, prefix: string): SessionCookie {
  const nameOf = (request: FastifyRequest) =>
    sessionCookieName({
      isHttps: isOnHttps(request, publicUrl),
      prefix,
    })
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
    set (
      reply,
      secret
    ) {
      reply.setCookie(nameOf(reply.request), secret, { ...options(reply), signed: true })
    },
    clear (reply) {
      reply.clearCookie(nameOf(reply.request), options(reply))
    },
  }
}
