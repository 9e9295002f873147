// Who sent a request: by bearer token, or by the cookie of a session.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError, hasCode } from '../../errors.ts'
import type { Principal } from '../../accounts/access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import type { ApplicationTokens } from '../../accounts/application-tokens.ts'
import type { Sessions } from '../../accounts/sessions.ts'
import type { SessionCookie } from '../cookies/session-cookie.ts'

export interface Authentication {
  /** Sets `request.principal`. Throws UNAUTHENTICATED and ISSUER_UNAVAILABLE. */
  signIn: (request: FastifyRequest, reply: FastifyReply) => Promise<Principal>
  /**
   * Checks again who sent the request, for long responses. Undefined: the token or session is no longer
   * valid, or that cannot be checked. This does not count as a use of the session.
   */
  stillSignedIn: (request: FastifyRequest) => Promise<Principal | undefined>
}

export interface AuthenticationOptions {
  accounts: Pick<Accounts, 'authenticate'>
  sessions: Pick<Sessions, 'authenticate'>
  /** Undefined: no application is set up. */
  applicationTokens: ApplicationTokens | undefined
  cookie: Pick<SessionCookie, 'read'>
}

export function createAuthentication (
  { accounts, sessions, applicationTokens, cookie }: AuthenticationOptions
): Authentication {
  async function principalBehind (
    request: FastifyRequest,
    options: { notesUse: boolean }
  ): Promise<Principal | undefined> {
    // A client that sends a token means it: the cookie that a browser adds does not count then.
    if (request.headers.authorization === undefined) {
      const secret = cookie.read(request)
      return secret === undefined ? undefined : await sessions.authenticate(secret, options)
    }
    const token = bearerToken(request.headers.authorization)
    if (token === undefined) return undefined
    return isJwt(token)
      ? await applicationTokens?.authenticate(token)
      : await accounts.authenticate(token, options)
  }

  return {
    async signIn (request, reply) {
      const principal = await principalBehind(request, { notesUse: true })
      if (principal === undefined) {
        reply.header('www-authenticate', 'Bearer')
        throw new DomainError('UNAUTHENTICATED')
      }
      request.principal = principal
      return principal
    },
    stillSignedIn: (request) => principalBehind(request, { notesUse: false }).catch((error: unknown) => {
      // The stream ends; the client reconnects and gets the error.
      if (!hasCode(error, 'ISSUER_UNAVAILABLE')) throw error
      return undefined
    }),
  }
}

function bearerToken (header: string): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/=-]{1,4096})$/i.exec(header)?.[1]
}

/** Three parts (RFC 7515, 3.1). The service's own tokens have no dot. */
function isJwt (token: string): boolean { return token.split('.').length === 3 }
