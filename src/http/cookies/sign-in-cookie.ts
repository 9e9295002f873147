import '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SignInTicket } from '../../accounts/single-sign-on.ts'
import { isOnHttps } from '../access/request-origin.ts'

const NAME = 'perfbook_sign_in'
/** The same key signs session cookies. A value that was signed as one must not pass as the other. */
const MARK = 'ticket:'

/**
 * The signed cookie that a browser brings back from the sign-in provider. It proves that this browser started
 * the sign-in.
 */
interface SignInCookie {
  /** Undefined: the cookie is missing, or its signature is not valid. */
  read: (request: FastifyRequest) => SignInTicket | undefined
  set: (reply: FastifyReply, ticket: SignInTicket) => void
  clear: (reply: FastifyReply) => void
}

/**
 * `prefix` is PUBLIC_URL's path. Browsers send the cookie only to the routes of single sign-on. It expires
 * with the ticket.
 */
export function signInCookie (publicUrl: string, prefix: string): SignInCookie {
  // Not `__Host-`, which requires the path `/`.
  const nameOf = (request: FastifyRequest) => isOnHttps(request, publicUrl) ? `__Secure-${NAME}` : NAME
  const options = (reply: FastifyReply) => ({
    path: `${prefix}/api/oidc`,
    httpOnly: true,
    // The provider redirects the browser here from its own page.
    sameSite: 'lax' as const,
    secure: isOnHttps(reply.request, publicUrl),
  })
  return {
    read (request) {
      const given = request.cookies[nameOf(request)]
      const { valid, value } = given === undefined
        ? { valid: false, value: null }
        : request.unsignCookie(given)
      return valid && value?.startsWith(MARK) === true
        ? JSON.parse(Buffer.from(value.slice(MARK.length), 'base64url').toString()) as SignInTicket
        : undefined
    },
    set (reply, ticket) {
      reply.setCookie(
        nameOf(reply.request),
        MARK + Buffer.from(JSON.stringify(ticket)).toString('base64url'),
        { ...options(reply), expires: new Date(ticket.until), signed: true }
      )
    },
    clear (reply) {
      reply.clearCookie(nameOf(reply.request), options(reply))
    },
  }
}
