// Checks a password that someone claims to know. Guesses are slowed down together, wherever they are made.
import { hasSignedInFrom } from '../../db/queries/sign-in-networks.ts'
import type { UserRow } from '../../db/queries/accounts.ts'
import type { Database } from '../../db/index.ts'
import { networkOf } from './network.ts'
import type { PasswordQueue } from './password-queue.ts'
import type { SignInLimit } from './sign-in-limit.ts'
import type { Lane } from './turns.ts'

export interface PasswordCheckOptions {
  db: Pick<Database, 'reads'>
  now: () => number
  limit: SignInLimit
  passwords: Pick<PasswordQueue, 'verify'>
  /** A network is no longer known if the user has not signed in from it for this long, ms. */
  knownMs: number
}

interface Claim {
  /** The key of the email address, whether there is such an account or not. */
  key: string
  user: UserRow | undefined
  password: string
  /** The hash of the password, or one that no password matches. */
  hash: string
  /** The address of the client. */
  address: string
}

interface CheckedPassword {
  isRight: boolean
  lane: Lane
  /** The attempt was not a failure; otherwise it counts as one. */
  accept: () => Promise<void>
}

/** `waitMs`: too many attempts failed; when to try again. Throws OVERLOADED. */
export async function checkPassword (
  { db, now, limit, passwords, knownMs }: PasswordCheckOptions,
  { key, user, password, hash, address }: Claim
): Promise<CheckedPassword | { waitMs: number }> {
  const network = networkOf(address)
  // An email address without an account takes the same path: id 0 has never signed in anywhere.
  const isKnownThere = await hasSignedInFrom(db.reads, {
    userId: user?.id ?? 0,
    network,
    since: now() - knownMs,
  })
  const lane = isKnownThere ? 'first' : 'other'
  const attempt = { account: key, network, isKnownThere }
  const waitMs = await limit.begin(attempt)
  if (waitMs > 0) return { waitMs }
  const accept = () => limit.succeeded(attempt)
  const isRight = await passwords.verify(password, hash, lane).catch(async (error: unknown) => {
    await accept()
    throw error
  })
  return { isRight, lane, accept }
}
