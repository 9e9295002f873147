// Single sign-on by OpenID Connect: the code flow with PKCE, state and nonce (OpenID Connect Core 1.0, 3.1;
// RFC 9700, 2.1). The provider says who somebody is; who may enter is said here, by the e-mail of the
// account.
import * as oidc from 'openid-client'
import { emailKey, findUser } from '../../db/queries/accounts.ts'
import type { Database } from '../../db/index.ts'
import { DomainError } from '../errors.ts'
import { mayEnter } from './account-state.ts'
import { knownUser } from './principals.ts'
import type { Browser, NewSession, Sessions } from './sessions.ts'

/** Between the click and the way back, ms: a password and a second factor fit in. */
const TICKET_MS = 600_000
/** So many tickets that were used are remembered; of later ones the provider itself refuses the code. */
const MOST_USED = 10_000
/** How long the provider may take for one answer, s. */
const ANSWER_S = 10
/** When to try again after an outage of the provider. */
const RETRY_S = 10
/** What the provider publishes of itself is asked for again after so long, ms. */
const DISCOVERY_MS = 3_600_000

/** What the browser keeps between the click and the way back; whoever holds it keeps it signed. */
export interface SignInTicket {
  state: string
  nonce: string
  verifier: string
  /** ms since 1970. */
  until: number
}

/**
 * Why somebody is not let in: nobody has the e-mail, it was not verified, the account is disabled, the
 * provider refused, the ticket does not fit.
 */
export type SignInRefusal = 'unknown' | 'unverified' | 'disabled' | 'refused' | 'expired'

export interface SingleSignOn {
  /** What the provider is called on the page. */
  name: string
  /**
   * Where to send the browser, and what it has to bring back. `redirectUri` is where the provider sends it.
   * Throws ISSUER_UNAVAILABLE.
   */
  begin: (redirectUri: string) => Promise<{ url: string, ticket: SignInTicket }>
  /**
   * The way back: `query` is what the provider added to `redirectUri`. Begins a session. Throws
   * ISSUER_UNAVAILABLE.
   */
  finish: (
    redirectUri: string,
    query: string,
    ticket: SignInTicket,
    browser: Browser,
  ) => Promise<NewSession | { refused: SignInRefusal, userId: number | null }>
}

export interface SingleSignOnOptions {
  db: Database
  now: () => number
  log: { warn: (facts: object, text: string) => void }
  sessions: Pick<Sessions, 'begin'>
  issuer: string
  clientId: string
  clientSecret: string
  /** Empty: the issuer's host. */
  name: string
  /** E-mails of which the provider does not say whether they are verified count as verified. */
  trustsEmail: boolean
}

export function createSingleSignOn (
  { db, now, log, sessions, issuer, clientId, clientSecret, name, trustsEmail }: SingleSignOnOptions
): SingleSignOn {
  const server = new URL(issuer)
  const used = new Map<string, number>()
  let provider: { asked: Promise<oidc.Configuration>, at: number } | undefined

  /** Asked for when it is needed, so that a provider that is down does not stop the service from starting. */
  async function discover (): Promise<oidc.Configuration> {
    if (provider === undefined || Math.abs(now() - provider.at) > DISCOVERY_MS) {
      const execute = [
        oidc.enableNonRepudiationChecks,
        ...(server.protocol === 'http:' ? [oidc.allowInsecureRequests] : []),
      ]
      provider = {
        asked: oidc.discovery(server, clientId, undefined, authentication(clientSecret), {
          execute,
          timeout: ANSWER_S,
        }),
        at: now(),
      }
    }
    const { asked } = provider
    return await asked.catch((error: unknown) => {
      if (provider?.asked === asked) provider = undefined
      throw unavailable(error)
    })
  }
  function unavailable (error: unknown): DomainError {
    log.warn({ issuer, ...causeOf(error) }, 'the provider of single sign-on does not answer as one')
    return new DomainError('ISSUER_UNAVAILABLE', { retryAfterSeconds: RETRY_S })
  }
  /** False: it was used before, or is too old. */
  function take ({ state, until }: SignInTicket): boolean {
    for (const [known, end] of used) if (end <= now() || used.size > MOST_USED) used.delete(known)
    if (until <= now() || used.has(state)) return false
    used.set(state, until)
    return true
  }
  /** The e-mail that the provider vouches for. */
  async function emailOf (
    config: oidc.Configuration,
    tokens: Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>
  ): Promise<string | undefined> {
    const claims = tokens.claims()!
    const isAsked = claims.email === undefined && config.serverMetadata().userinfo_endpoint !== undefined
    const { email, email_verified: verified } =
      (isAsked ? await oidc.fetchUserInfo(config, tokens.access_token, claims.sub) : claims) as {
        email?: unknown,
        email_verified?: unknown,
      }
    // Some providers write the word (AWS Cognito does).
    const isVerified = verified === true || verified === 'true' || (trustsEmail && verified === undefined)
    return isVerified && typeof email === 'string' && email !== '' ? email : undefined
  }

  return {
    name: name === '' ? server.host : name,
    async begin (redirectUri) {
      const config = await discover()
      const ticket = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier: oidc.randomPKCECodeVerifier(),
        until: now() + TICKET_MS,
      }
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid email',
        state: ticket.state,
        nonce: ticket.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(ticket.verifier),
        code_challenge_method: 'S256',
      })
      return { url: url.href, ticket }
    },
    async finish (redirectUri, query, ticket, browser) {
      const address = new URL(redirectUri)
      address.search = query
      if (address.searchParams.get('state') !== ticket.state || !take(ticket)) {
        return { refused: 'expired', userId: null }
      }
      const config = await discover()
      let email: string | undefined
      try {
        const tokens = await oidc.authorizationCodeGrant(config, address, {
          expectedState: ticket.state,
          expectedNonce: ticket.nonce,
          pkceCodeVerifier: ticket.verifier,
        })
        email = await emailOf(config, tokens)
      } catch (error) {
        if (isOutage(error)) throw unavailable(error)
        // Somebody pressed "cancel", or something is set up wrongly: the administrator has to see which.
        log.warn({ issuer, ...causeOf(error) }, 'a single sign-on was refused')
        return { refused: 'refused', userId: null }
      }
      if (email === undefined) return { refused: 'unverified', userId: null }
      const key = emailKey(email)
      return await db.write(async (trx) => {
        const known = await findUser(trx, key)
        const isAllowed = await mayEnter(trx, known ?? { email_key: key })
        if (!isAllowed) return { refused: 'disabled', userId: known?.id ?? null }
        const user = known ?? await knownUser(trx, key, now())
        return user === undefined
          ? { refused: 'unknown', userId: null }
          : await sessions.begin(trx, user, browser)
      })
    },
  }
}

/**
 * In the header, which is the way of a client that was registered without naming one (OpenID Connect
 * Registration 1.0, 2), unless the provider takes it in the body alone.
 */
function authentication (secret: string): oidc.ClientAuth {
  const inBody = oidc.ClientSecretPost(secret)
  const inHeader = oidc.ClientSecretBasic(secret)
  return (as, ...rest) => {
    const methods = as.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    const isBodyOnly = methods.includes('client_secret_post') && !methods.includes('client_secret_basic')
    ;(isBodyOnly ? inBody : inHeader)(as, ...rest)
  }
}

/** No connection, no answer in time, or a failure on the other side. */
function isOutage (error: unknown): boolean {
  const { code, cause, status } = error as { code?: string, cause?: unknown, status?: number }
  return error instanceof TypeError || code === 'OAUTH_TIMEOUT' || (status ?? 0) >= 500 ||
    (cause instanceof Response && cause.status >= 500)
}

/** For the log: codes, nothing of the person. */
function causeOf (error: unknown) {
  const { name, code, error: answer, cause } = error as {
    name?: string,
    code?: string,
    error?: string,
    cause?: { code?: string },
  }
  return { name, code, answer, cause: cause?.code }
}
