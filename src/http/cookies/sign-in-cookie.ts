import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SignInTicket } from '../../accounts/single-sign-on.ts'
import { signedCookie } from './signed-cookie.ts'

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
  const cookie = signedCookie({
    publicUrl,
    path: `${prefix}/api/oidc`,
    // Not `__Host-`, which requires the path `/`.
    nameOf: (isHttps) => isHttps ? `__Secure-${NAME}` : NAME,
  })
  return {
    read (request) {
      const value = cookie.read(request)
      return value?.startsWith(MARK) === true
        ? JSON.parse(Buffer.from(value.slice(MARK.length), 'base64url').toString()) as SignInTicket
        : undefined
    },
    set (reply, ticket) {
      const value = MARK + Buffer.from(JSON.stringify(ticket)).toString('base64url')
      cookie.set(reply, value, { expires: new Date(ticket.until) })
    },
    clear: cookie.clear,
  }
}
