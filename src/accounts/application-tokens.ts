// Tokens of an application in which the product is embedded: it signs in people itself and says in a JWT (RFC
// 7519) who asks.
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose'
import { emailKey, findUser } from '../../db/queries/accounts.ts'
import type { Database } from '../../db/index.ts'
import { SCOPES, type Principal, type Scope } from './access.ts'
import { mayEnter } from './account-state.ts'
import { DomainError } from '../errors.ts'
import { knownUser, principalFrom } from './principals.ts'

/**
 * What may sign, by kind of key: never `none`, and never a shared secret where the keys are public (RFC 8725,
 * 3.1).
 */
const SECRET_ALGORITHMS = ['HS256']
const KEY_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]
/** The application's clock may be so far ahead or behind, s. */
const CLOCK_TOLERANCE_S = 5
const HOUR_S = 3600
/** How long the keys may take to come, ms. */
const KEYS_TIMEOUT_MS = 5000
/** When to try again if they cannot be fetched. */
const RETRY_S = 10
/** After so long they are fetched again, ms; an unknown key's name fetches them sooner. */
const KEYS_AGE_MS = 600_000
/** But not twice within so long, ms: tokens that are made up must not become requests. */
const KEYS_COOLDOWN_MS = 30_000

export interface ApplicationTokens {
  /**
   * Who a token stands for; undefined: nobody (it is not right, or nobody here has the e-mail). Throws
   * ISSUER_UNAVAILABLE where the keys cannot be had.
   */
  authenticate: (token: string) => Promise<Principal | undefined>
}

export interface ApplicationTokensOptions {
  db: Database
  now: () => number
  log: { warn: (facts: object, text: string) => void }
  /** The shared secret, or the address of the public keys (a JWK Set, RFC 7517). */
  keys: { secret: string } | { url: string, cooldownMs?: number }
  audience: string
  issuer: string
  /** The claim that holds the user's e-mail. */
  userClaim: string
  /** A token that expires later than this from now is refused, hours. */
  maxHours: number
}

export function createApplicationTokens ({
  db,
  now,
  log,
  keys,
  audience,
  issuer,
  userClaim,
  maxHours,
}: ApplicationTokensOptions): ApplicationTokens {
  const checks = { audience, issuer, requiredClaims: ['exp', userClaim], clockTolerance: CLOCK_TOLERANCE_S }
  const secret = 'secret' in keys ? new TextEncoder().encode(keys.secret) : undefined
  const published = 'url' in keys
    ? createRemoteJWKSet(new URL(keys.url), {
      timeoutDuration: KEYS_TIMEOUT_MS,
      cacheMaxAge: KEYS_AGE_MS,
      cooldownDuration: keys.cooldownMs ?? KEYS_COOLDOWN_MS,
    })
    : undefined

  async function claimsOf (token: string): Promise<JWTPayload | undefined> {
    try {
      const currentDate = new Date(now())
      const { payload } = secret !== undefined
        ? await jwtVerify(token, secret, { ...checks, currentDate, algorithms: SECRET_ALGORITHMS })
        : await jwtVerify(token, published!, { ...checks, currentDate, algorithms: KEY_ALGORITHMS })
      return payload
    } catch (error) {
      if (!isOutage(error)) return undefined
      log.warn(
        { code: (error as { code?: string }).code, reason: (error as Error).message },
        "the keys of the application's tokens cannot be fetched"
      )
      throw new DomainError('ISSUER_UNAVAILABLE', { retryAfterSeconds: RETRY_S })
    }
  }

  /**
   * `iat` is optional; where it is there, it is a time that has passed. `exp` and `nbf` were checked against
   * the clock.
   */
  function isShortLived ({ exp = Infinity, iat }: JWTPayload): boolean {
    const latest = now() / 1000 + CLOCK_TOLERANCE_S
    if (iat !== undefined && !(typeof iat === 'number' && iat >= 0 && iat <= latest && iat < exp)) {
      return false
    }
    return exp <= latest + maxHours * HOUR_S
  }

  return {
    async authenticate (token) {
      const claims = await claimsOf(token)
      const email = claims?.[userClaim]
      const scopes = scopesOf(claims?.scope)
      if (
        claims === undefined || typeof email !== 'string' || email === '' || !isVerified(claims) ||
        !isShortLived(claims) || scopes === undefined
      ) {
        return undefined
      }
      const key = emailKey(email)
      const known = await findUser(db.reads, key)
      if (!await mayEnter(db.reads, known ?? { email_key: key })) return undefined
      const user = known ?? await db.write((trx) => knownUser(trx, key, now()))
      // It has no row in `tokens`.
      return user === undefined ? undefined : principalFrom(user, scopes, { kind: 'token', id: 0 })
    },
  }
}

/**
 * Whether the application vouches for the e-mail: it says `true`, or nothing. Words such as "false" are not
 * taken for a value.
 */
function isVerified ({
  email_verified: verified,
}: JWTPayload): boolean {
  return verified === undefined || verified === true
}

/**
 * Of a `scope` claim (RFC 8693, 4.2) what means something here; null: it says nothing of scopes; undefined:
 * it is none.
 */
function scopesOf (claim: unknown): Scope[] | null | undefined {
  if (claim === undefined) return null
  if (typeof claim !== 'string') return undefined
  const named = claim.split(' ')
  return SCOPES.filter((scope) => named.includes(scope))
}

/**
 * What jose throws where the keys did not come: its base class, a time-out, or what `fetch` said. What is
 * wrong with a token has classes of its own.
 */
function isOutage (error: unknown): boolean {
  return error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid ||
    !(error instanceof errors.JOSEError) || error.constructor === errors.JOSEError
}
