// Tokens of an application that embeds Perfbook: it signs in people itself, and its JWT (RFC 7519) says who
// sends a request.
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose'
import { emailKey, findUser } from '../../db/queries/accounts.ts'
import type { Database } from '../../db/index.ts'
import { SCOPES, type Principal, type Scope } from './access.ts'
import { mayEnter } from './account-state.ts'
import { DomainError } from '../errors.ts'
import type { Log } from '../log.ts'
import { knownUser, principalFrom } from './principals.ts'

/**
 * Accepted algorithms, by kind of key: never `none`, and never a shared secret where the keys are public (RFC
 * 8725, 3.1).
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
/** How far the application's clock may be ahead or behind, s. */
const CLOCK_TOLERANCE_S = 5
const HOUR_S = 3600
/** Time-out of fetching the keys, ms. */
const KEYS_TIMEOUT_MS = 5000
/** When to try again if they cannot be fetched. */
const RETRY_S = 10
/** Keys are fetched again after this long, ms, or when a token names an unknown key. */
const KEYS_AGE_MS = 600_000
/** The shortest time between two fetches, ms: made-up tokens must not become requests. */
const KEYS_COOLDOWN_MS = 30_000

export interface ApplicationTokens {
  /**
   * The user of a token. Undefined: the token is not valid, or no user has its email address. Throws
   * ISSUER_UNAVAILABLE if the keys cannot be fetched.
   */
  authenticate: (token: string) => Promise<Principal | undefined>
}

interface ApplicationTokensOptions {
  db: Database
  now: () => number
  log: Pick<Log, 'warn'>
  /** The shared secret, or the address of the public keys (a JWK Set, RFC 7517). */
  keys: { secret: string } | { url: string, cooldownMs?: number }
  audience: string
  issuer: string
  /** The claim with the user's email address. */
  userClaim: string
  /** The longest time until a token expires, hours. */
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
  const verify = createVerify(keys)

  async function claimsOf (token: string): Promise<JWTPayload | undefined> {
    try {
      return (await verify(token, { ...checks, currentDate: new Date(now()) })).payload
    } catch (error) {
      if (!isOutage(error)) return undefined
      log.warn(
        { code: (error as { code?: string }).code, reason: (error as Error).message },
        "the keys of the application's tokens cannot be fetched"
      )
      throw new DomainError('ISSUER_UNAVAILABLE', { retryAfterSeconds: RETRY_S })
    }
  }

  /** `iat` is optional; if present, it is in the past. `exp` and `nbf` were checked against the clock. */
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
      const user = known ?? await db.write((trx) => knownUser(trx, key))
      // The token has no row in `tokens`.
      return user === undefined ? undefined : principalFrom(user, scopes, { kind: 'token', id: 0 })
    },
  }
}

function createVerify (keys: ApplicationTokensOptions['keys']) {
  if ('secret' in keys) {
    const secret = new TextEncoder().encode(keys.secret)
    return (token: string, checks: JWTVerifyOptions) =>
      jwtVerify(token, secret, { ...checks, algorithms: SECRET_ALGORITHMS })
  }
  const published = createRemoteJWKSet(new URL(keys.url), {
    timeoutDuration: KEYS_TIMEOUT_MS,
    cacheMaxAge: KEYS_AGE_MS,
    cooldownDuration: keys.cooldownMs ?? KEYS_COOLDOWN_MS,
  })
  return (token: string, checks: JWTVerifyOptions) =>
    jwtVerify(token, published, { ...checks, algorithms: KEY_ALGORITHMS })
}

/** Whether the application vouches for the email address: the claim is `true`, or there is none. */
function isVerified ({ email_verified: verified }: JWTPayload): boolean {
  return verified === undefined || verified === true
}

/**
 * The known scopes of a `scope` claim (RFC 8693, 4.2). Null: there is no claim. Undefined: the claim is not
 * valid.
 */
function scopesOf (claim: unknown): Scope[] | null | undefined {
  if (claim === undefined) return null
  if (typeof claim !== 'string') return undefined
  const named = claim.split(' ')
  return SCOPES.filter((scope) => named.includes(scope))
}

/**
 * Whether the keys could not be fetched: jose throws its base class, a time-out, or the error of `fetch`. It
 * has other classes for what is wrong with a token.
 */
function isOutage (error: unknown): boolean {
  return error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid ||
    !(error instanceof errors.JOSEError) || error.constructor === errors.JOSEError
}
