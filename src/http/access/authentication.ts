// Who sent a request: by bearer token, or by the cookie of a session.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError, hasCode } from '../../errors.ts'
import type { Principal } from '../../accounts/access.ts'
import type { Accounts } from '../../accounts/accounts.ts'
import type { ApplicationTokens } from '../../accounts/application-tokens.ts'
import type { Sessions } from '../../accounts/sessions.ts'
import type { SignedCookie } from '../cookies/signed-cookie.ts'
import type { PollCache } from '../poll-cache.ts'

export interface Authentication {
  /** Sets `request.principal`. Throws UNAUTHENTICATED and ISSUER_UNAVAILABLE. */
  signIn: (request: FastifyRequest, reply: FastifyReply) => Promise<Principal>
  /**
   * The same for a request that needs no credential: undefined where `signIn` throws.
   */
  identify: (request: FastifyRequest) => Promise<Principal | undefined>
  /**
   * Checks again who sent the request, for long responses. Undefined: the token or session is no longer
   * valid, or that cannot be checked. This does not count as a use of the session.
   */
  stillSignedIn: (request: FastifyRequest) => Promise<Principal | undefined>
}

interface AuthenticationOptions {
  accounts: Pick<Accounts, 'authenticate'>
  sessions: Pick<Sessions, 'authenticate'>
  /** Undefined: no application is set up. */
  applicationTokens: ApplicationTokens | undefined
  cookie: Pick<SignedCookie, 'read'>
  polls: PollCache
}

/** A bearer token, or the secret of a session's cookie. Undefined: it is missing or not valid. */
interface Credential { kind: 'token' | 'session', secret: string | undefined }

export function createAuthentication (
  { accounts, sessions, applicationTokens, cookie, polls }: AuthenticationOptions
): Authentication {
  function credentialOf (request: FastifyRequest): Credential {
    // A client that sends a token means it: the cookie that a browser adds does not count then.
    return request.headers.authorization === undefined
      ? { kind: 'session', secret: cookie.read(request) }
      : { kind: 'token', secret: bearerToken(request.headers.authorization) }
  }

  async function authenticate (
    { kind, secret }: Credential,
    options: { notesUse: boolean }
  ): Promise<Principal | undefined> {
    if (secret === undefined) return undefined
    if (kind === 'session') return await sessions.authenticate(secret, options)
    return isJwt(secret)
      ? await applicationTokens?.authenticate(secret)
      : await accounts.authenticate(secret, options)
  }

  function principalOf (credential: Credential): Promise<Principal | undefined> {
    return polls.get(
      `${credential.kind} ${credential.secret}`,
      () => authenticate(credential, { notesUse: true }),
      'people'
    )
  }

  return {
    async signIn (request, reply) {
      const principal = await principalOf(credentialOf(request))
      if (principal === undefined) {
        reply.header('www-authenticate', 'Bearer')
        throw new DomainError('UNAUTHENTICATED')
      }
      request.principal = principal
      return principal
    },
    async identify (request) {
      const credential = credentialOf(request)
      if (credential.secret === undefined) return undefined
      const principal = await principalOf(credential).catch(undefinedIfUnknown)
      request.principal = principal ?? null
      return principal
    },
    // The stream ends; the client reconnects and gets the error.
    stillSignedIn: (request) =>
      authenticate(credentialOf(request), { notesUse: false }).catch(undefinedIfUnknown),
  }
}

function undefinedIfUnknown (error: unknown): undefined {
  if (!hasCode(error, 'ISSUER_UNAVAILABLE')) throw error
}

function bearerToken (header: string): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/=-]{1,4096})$/i.exec(header)?.[1]
}

/** Three parts (RFC 7515, 3.1). The service's own tokens have no dot. */
function isJwt (token: string): boolean { return token.split('.').length === 3 }
