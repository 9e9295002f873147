// Single sign-on by OpenID Connect: the code flow with PKCE, state and nonce (OpenID Connect Core 1.0, 3.1;
// RFC 9700, 2.1). The provider confirms the email address; the account with this address decides who may sign
// in.
import * as oidc from 'openid-client'
import { emailKey, findUser, lockUser } from '../../db/queries/accounts.ts'
import type { Database } from '../../db/index.ts'
import { DomainError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { SharedState } from '../nodes/shared-state.ts'
import { mayEnter } from './account-state.ts'
import { knownUser } from './principals.ts'
import type { Browser, NewSession, Sessions } from './sessions.ts'

/** Time from the click to the way back, ms: enough for a password and a second factor. */
const TICKET_MS = 600_000
/** Time-out of a request to the provider, s. */
const ANSWER_S = 10
/** When to try again after an outage of the provider. */
const RETRY_S = 10
/** The provider's metadata is fetched again after this long, ms. */
const DISCOVERY_MS = 3_600_000

/** What the browser keeps between the click and the way back, in a signed cookie. */
export interface SignInTicket {
  state: string
  nonce: string
  verifier: string
  /** Ms since 1970. */
  until: number
}

/**
 * Why a sign-in is refused: no user has the email address, it was not verified, the account is disabled, the
 * provider refused, or the ticket does not match.
 */
export type SignInRefusal = 'unknown' | 'unverified' | 'disabled' | 'refused' | 'expired'

export interface SingleSignOn {
  /** What the provider is called on the page. */
  name: string
  /**
   * Where to send the browser, and what it has to bring back. The provider sends it to `redirectUri`. Throws
   * ISSUER_UNAVAILABLE.
   */
  begin: (redirectUri: string) => Promise<{ url: string, ticket: SignInTicket }>
  /**
   * The way back: begins a session. `query` is what the provider added to `redirectUri`. Throws
   * ISSUER_UNAVAILABLE.
   */
  finish: (
    redirectUri: string,
    query: string,
    ticket: SignInTicket,
    browser: Browser,
  ) => Promise<NewSession | { refused: SignInRefusal, userId: number | null }>
}

interface SingleSignOnOptions {
  db: Database
  now: () => number
  log: Pick<Log, 'warn'>
  sessions: Pick<Sessions, 'begin'>
  shared: Pick<SharedState, 'claim'>
  issuer: string
  clientId: string
  clientSecret: string
  /** Empty: the issuer's host. */
  name: string
  /** An email address counts as verified if the provider does not say whether it is. */
  trustsEmail: boolean
}

export function createSingleSignOn (
  { db, now, log, sessions, shared, issuer, clientId, clientSecret, name, trustsEmail }: SingleSignOnOptions
): SingleSignOn {
  const server = new URL(issuer)
  let provider: { metadata: Promise<oidc.Configuration>, at: number } | undefined

  /** Fetched when it is needed, so that the service starts even if the provider is down. */
  async function discover (): Promise<oidc.Configuration> {
    if (provider === undefined || Math.abs(now() - provider.at) > DISCOVERY_MS) {
      const execute = [
        oidc.enableNonRepudiationChecks,
        ...(server.protocol === 'http:' ? [oidc.allowInsecureRequests] : []),
      ]
      provider = {
        metadata: oidc.discovery(server, clientId, undefined, authentication(clientSecret), {
          execute,
          timeout: ANSWER_S,
        }),
        at: now(),
      }
    }
    const { metadata } = provider
    return await metadata.catch((error: unknown) => {
      if (provider?.metadata === metadata) provider = undefined
      throw unavailable(error)
    })
  }
  function unavailable (error: unknown): DomainError {
    log.warn({ issuer, ...causeOf(error) }, 'the sign-in provider is not responding as expected')
    return new DomainError('ISSUER_UNAVAILABLE', { retryAfterSeconds: RETRY_S })
  }
  /** False: the ticket was used before, or has expired. */
  async function take ({ state, until }: SignInTicket): Promise<boolean> {
    const leftMs = until - now()
    if (leftMs <= 0) return false
    // Never released. The provider itself refuses a code that was used.
    return await shared.claim({ kind: 'sign-on ticket', key: state }, leftMs) !== undefined
  }
  /** The email address that the provider vouches for. */
  async function emailOf (
    config: oidc.Configuration,
    tokens: Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>
  ): Promise<string | undefined> {
    const claims = tokens.claims()
    // The library requires an ID token, because a nonce is expected.
    if (claims === undefined) throw new Error('the provider sent no ID token')
    const isAsked = claims.email === undefined && config.serverMetadata().userinfo_endpoint !== undefined
    const { email, email_verified: verified } =
      (isAsked ? await oidc.fetchUserInfo(config, tokens.access_token, claims.sub) : claims) as {
        email?: unknown,
        email_verified?: unknown,
      }
    // Some providers send a string (AWS Cognito does).
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
      if (address.searchParams.get('state') !== ticket.state || !await take(ticket)) {
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
        // The user canceled, or the setup is wrong: the log says which.
        log.warn({ issuer, ...causeOf(error) }, 'a single sign-on was refused')
        return { refused: 'refused', userId: null }
      }
      if (email === undefined) return { refused: 'unverified', userId: null }
      const key = emailKey(email)
      return await db.write(async (trx) => {
        // Someone whose roster disables them gets no account.
        if (await findUser(trx, key) === undefined && !await mayEnter(trx, { email_key: key })) {
          return { refused: 'disabled', userId: null }
        }
        const known = await knownUser(trx, key)
        if (known === undefined) return { refused: 'unknown', userId: null }
        await lockUser(trx, known.id)
        const user = await findUser(trx, key)
        return user === undefined || !await mayEnter(trx, user)
          ? { refused: 'disabled', userId: known.id }
          : await sessions.begin(trx, user, browser)
      })
    },
  }
}

/**
 * Sends the client secret in the header, the default of OpenID Connect Registration 1.0, 2, unless the
 * provider accepts it only in the body.
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

/** Whether there was no connection, no answer in time, or a failure of the provider. */
function isOutage (error: unknown): boolean {
  const { code, cause, status } = error as { code?: string, cause?: unknown, status?: number }
  return error instanceof TypeError || code === 'OAUTH_TIMEOUT' || (status ?? 0) >= 500 ||
    (cause instanceof Response && cause.status >= 500)
}

/** For the log: codes, nothing about the person. */
function causeOf (error: unknown) {
  const { name, code, error: answer, cause } = error as {
    name?: string,
    code?: string,
    error?: string,
    cause?: { code?: string },
  }
  return { name, code, answer, cause: cause?.code }
}
